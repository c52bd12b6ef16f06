import { quotePowerShell } from '../../../common/shell-quoting.js';
import { REGISTERED_FILE } from '../common/answers.js';

/**
 * The body of a script, in a scope of its own, so that it does the same however the script is started: `-File` runs it in the
 * global scope, whose preferences reach into the modules; `.\script.ps1` in one whose preferences do not reach them at all
 * (PowerShell/PowerShell #4568), so that a failed cmdlet of a module would be passed over. A parameter always reaches them.
 */
export function strictly(body: string): string {
  return `
& {
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
# The functions of a module do not see the preference of a script. As a parameter, it reaches them.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }

function Stop-WhenNoId([string] $Value, [string] $What) {
    if ($Value -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') { throw "'$Value' is no $What; expected a GUID." }
}

# What was just made takes a moment until every server knows it.
function Wait-For([scriptblock] $Find) {
    foreach ($attempt in 1..12) {
        $found = & $Find
        if ($found) { return $found }
        Start-Sleep -Seconds 5
    }
    throw "What was made is not to be seen yet: $Find. Wait some minutes and run this again."
}
${body}}
`;
}

/** The beginning of the body of every script for Microsoft Graph PowerShell: signs in, with the scopes it needs. (fact setup-5) */
export function connectGraph(scopes: readonly string[], environment: string): string {
  return `
$Saved = Join-Path $PSScriptRoot '${REGISTERED_FILE}'

if (Get-Module -Name ExchangeOnlineManagement) {
    throw 'Exchange Online PowerShell is loaded in this window; the two clash over a library. Open a new window and run this there.'
}
if (-not (Get-Command -Name Connect-MgGraph -ErrorAction SilentlyContinue)) {
    throw 'Microsoft Graph PowerShell is not installed here. Install it: Install-Module Microsoft.Graph.Applications -Scope CurrentUser'
}
$connection = @{ Scopes = @(${scopes.map(quotePowerShell).join(', ')}); Environment = ${quotePowerShell(environment)}; NoWelcome = $true }
if ($TenantId) { $connection.TenantId = $TenantId }
Connect-MgGraph @connection
$tenant = (Get-MgContext).TenantId
Write-Host "Tenant $tenant"
`;
}

/** Settles \`$AppId\` from the command line, the values above, or an earlier run. */
export const GRAPH_KNOWN_APP = `
if (-not $AppId -and (Test-Path -LiteralPath $Saved)) {
    $lines = @(Get-Content -LiteralPath $Saved)
    if (-not ($lines -match [regex]::Escape($tenant))) { throw "$Saved is of another tenant. Move it away, or sign in to that tenant." }
    $AppId = ($lines | Where-Object { $_ -like 'Application (client) id:*' }) -replace '^[^:]*:\\s*', ''
}
if ($AppId) { Stop-WhenNoId $AppId 'Application (client) id' }
`;

/**
 * Adds the certificate to those that are registered: Entra replaces the whole list, so the whole list is sent.
 * (facts setup-1, setup-2)
 */
export const GRAPH_CERTIFICATE = `
# The certificate: added once, beside whatever is there.
$app = Get-MgApplication -Filter "appId eq '$AppId'" | Select-Object -First 1
if (-not $app) { throw "There is no app registration with the Application (client) id $AppId in this tenant." }
$app = Get-MgApplication -ApplicationId $app.Id -Property 'id', 'appId', 'keyCredentials'
$certificate = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (Join-Path $PSScriptRoot $CertificateFile)
if ($certificate.Thumbprint -ne $Thumbprint) { throw "$CertificateFile is not the certificate $Thumbprint that this script was made for." }
$before = @($app.KeyCredentials | Where-Object { $_ })
# Graph gives the thumbprint as hex, and the module decodes it as if it were base64; what others wrote there may be its bytes.
$known = @($before | Where-Object {
    ($_.CustomKeyIdentifier -and @([Convert]::ToBase64String($_.CustomKeyIdentifier), ([BitConverter]::ToString($_.CustomKeyIdentifier) -replace '-', '')) -contains $Thumbprint) -or
    ($_.Key -and [Convert]::ToBase64String($_.Key) -eq [Convert]::ToBase64String($certificate.RawData))
})
if ($known.Count -gt 0) {
    Write-Host "The certificate $Thumbprint is registered already."
} else {
    # Without dates, Entra lets the credential end after a year, whatever the certificate says.
    $keys = $before + @(@{
        Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $certificate.RawData; DisplayName = $certificate.Subject
        StartDateTime = $certificate.NotBefore.ToUniversalTime(); EndDateTime = $certificate.NotAfter.ToUniversalTime()
    })
    Update-MgApplication -ApplicationId $app.Id -KeyCredentials $keys
    Write-Host "Registered the certificate $Thumbprint."
}
`;
