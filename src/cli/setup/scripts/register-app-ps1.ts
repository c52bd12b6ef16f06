import { quotePowerShell, quotePowerShellList } from '../../../common/shell-quoting.js';
import type { Answers } from '../answers.js';
import type { PublicCertificate } from '../certificate/public-certificate.js';
import { permissionNames, permissionsOf } from '../rights.js';
import { connectGraph, GRAPH_CERTIFICATE, GRAPH_KNOWN_APP } from './graph-powershell-steps.js';
import { strictly } from './powershell-steps.js';
import { MAIL_SEND_ROLE_ID } from './well-known-ids.js';

/** `register-app.ps1`: the same as `register-app.sh`, with Microsoft Graph PowerShell. */
export function registerAppPs1(
  answers: Answers,
  certificate: PublicCertificate,
  certificateFile: string,
  environment: string,
): string {
  return `# Registers an application that sends mail, with Microsoft Graph PowerShell.
#
# Least role: Cloud Application Administrator (or Application Developer, who then owns it). An administrator must have
#   consented to the delegated permission Application.ReadWrite.All for Microsoft Graph PowerShell.
# Changes: one app registration (single tenant, no redirect URI), one certificate on it, its
#   Enterprise application. It grants no permission and changes no other application.
# Again: may be run again at any time; what is there stays as it is.
# Undo: Remove-MgApplication -ApplicationId <object id of the app registration>
#
# .\\register-app.ps1                      registers a new application, or goes on with the one of the last run
# .\\register-app.ps1 -AppId <client id>   uses an app registration that exists
#Requires -Version 5.1
[CmdletBinding()]
param([string] $AppId = ${quotePowerShell(answers.clientId ?? '')})

$AppName = ${quotePowerShell(answers.name)}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$CertificateFile = ${quotePowerShell(certificateFile)}
$Thumbprint = ${quotePowerShell(certificate.thumbprintSha1)}
$MailSend = '${MAIL_SEND_ROLE_ID}'
${strictly(`${connectGraph(['Application.ReadWrite.All'], environment)}${GRAPH_KNOWN_APP}
# The app registration. Names may be had twice in Entra, so one that exists is never taken by its name.
if (-not $AppId) {
    $quoted = $AppName -replace "'", "''"
    $same = @(Get-MgApplication -Filter "displayName eq '$quoted'" -All)
    if ($same.Count -gt 0) {
        $ids = ($same | ForEach-Object { $_.AppId }) -join ', '
        throw "An application called '$AppName' exists already, with the Application (client) id $ids. If it is the one to use, run this again with -AppId. If not, have the packets made again with another --name. Nothing was changed."
    }
    $AppId = (New-MgApplication -DisplayName $AppName -SignInAudience 'AzureADMyOrg').AppId
    Write-Host "Registered the application $AppId."
    Set-Content -LiteralPath $Saved -Encoding ascii -Value @("Directory (tenant) id:  $tenant", "Application (client) id: $AppId")
    Wait-For { Get-MgApplication -Filter "appId eq '$AppId'" } | Out-Null
} else {
    Write-Host "Using the application $AppId."
}
${GRAPH_CERTIFICATE}
# The Enterprise application (service principal): what permissions are given to.
$sp = Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1
if (-not $sp) {
    New-MgServicePrincipal -AppId $AppId | Out-Null
    Write-Host 'Made its Enterprise application.'
    $sp = Wait-For { Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1 }
}
$objectId = $sp.Id
${answers.mode === 'rbac' ? checkOfRbac : checkOfPolicy(answers)}
Set-Content -LiteralPath $Saved -Encoding ascii -Value @(
    "Directory (tenant) id:  $tenant",
    "Application (client) id: $AppId",
    "Enterprise application object id: $objectId"
)
Write-Host ''
Write-Host 'Done. Send these three lines to the developer and to the Exchange administrator:'
Write-Host ''
Get-Content -LiteralPath $Saved | Write-Host
Write-Host ''
Write-Host "They are also in $Saved."
Write-Host "To undo: Remove-MgApplication -ApplicationId '$($app.Id)'"
if ($granted.Count -gt 0) { exit 1 }
`)}`;
}

const checkOfRbac = `
# Exchange will give the right to send, in a scope. A permission of Entra would be for the whole tenant, and add to that.
$granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $objectId -All)
if ($granted.Count -gt 0) {
    $roles = ($granted | ForEach-Object { $_.AppRoleId }) -join ', '
    Write-Warning "FINDING: this application has application permissions in Entra ($roles; $MailSend is Mail.Send). They hold for every mailbox, whatever scope Exchange sets. Remove those that nothing else needs: Enterprise applications > this application > Permissions > ... > Revoke permission."
}`;

const checkOfPolicy = (answers: Answers) => `
# ${permissionNames(answers)} is granted later, by grant-mail-send.ps1: before the access policy works, it would open every mailbox.
$granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $objectId -All | Where-Object { ${quotePowerShellList(permissionsOf(answers).map(({ id }) => id))} -contains $_.AppRoleId })
if ($granted.Count -gt 0) {
    Write-Warning 'FINDING: this application has ${permissionNames(answers)} already. Unless the access policy is in effect, that holds for every mailbox of the tenant. Ask the Exchange administrator for the proof now, or revoke it: Enterprise applications > this application > Permissions > ... > Revoke permission.'
}`;
