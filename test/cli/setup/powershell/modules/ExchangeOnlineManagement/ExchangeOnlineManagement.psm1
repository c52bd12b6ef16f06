# ExchangeOnlineManagement 3.x, as its reference has it. The other cmdlets are in a module of the session, made when it connects.
Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'stub-state.psm1')

function Connect-ExchangeOnline {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $ConnectionUri, [Parameter(Position = 1)] [string] $AzureADAuthorizationEndpointUri,
        [Parameter(Position = 2)] [ValidateSet('O365Default', 'O365GermanyCloud', 'O365China', 'O365USGovGCCHigh', 'O365USGovDoD')] [string] $ExchangeEnvironmentName = 'O365Default',
        [Parameter(Position = 4)] [string] $DelegatedOrganization, [Parameter(Position = 5)] [string] $Prefix, [Parameter(Position = 6)] [string[]] $CommandName,
        [string] $AppId, [string] $CertificateThumbprint, [switch] $Device, [switch] $DisableWAM, [string] $Organization, [uint32] $PageSize,
        [switch] $ShowBanner, [bool] $ShowProgress, [switch] $SkipLoadingCmdletHelp, [string] $UserPrincipalName
    )
    $state = Enter-Stub $PSCmdlet
    if (-not $state) { return }
    if ($ExchangeEnvironmentName -ne $state.control.exchangeCloud) { $PSCmdlet.ThrowTerminatingError((New-StubError "AADSTS900382: Confidential Client is not supported in Cross Cloud request.")) }
    # As the real one: a file of its own, which a WhatIfPreference in the global scope would keep it from writing.
    $file = Join-Path ([System.IO.Path]::GetTempPath()) "tmpEXO_stub_$PID.txt"
    Set-Content -LiteralPath $file -Value 'cmdlets of the session'
    if (-not (Test-Path -LiteralPath $file)) { $PSCmdlet.ThrowTerminatingError((New-StubError 'The module of the session could not be written.')) }
    Remove-Item -LiteralPath $file
    (Get-StubSession).Exchange = @{ tenant = $state.control.tenantId }
    Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'tmpEXO_stub.psm1') -Global
}

# Connections that a case says were there before (with their cmdlets), and the one that was made since.
function Get-ConnectionInformation {
    [CmdletBinding(DefaultParameterSetName = 'Default')]
    param([Parameter(ParameterSetName = 'ConnectionId', Mandatory)] [string[]] $ConnectionId, [Parameter(ParameterSetName = 'ModulePrefix', Mandatory)] [string[]] $ModulePrefix)
    $state = Enter-Stub $PSCmdlet
    if (-not $state) { return }
    $all = @($state.control.connections | Where-Object { $_ })
    if ((Get-StubSession).Exchange) { $all += @(@{ id = 100; tenant = (Get-StubSession).Exchange.tenant }) }
    foreach ($one in $all) {
        if ($one.ready) {
            (Get-StubSession).Exchange = @{ tenant = $one.tenant }
            Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'tmpEXO_stub.psm1') -Global
        }
        [pscustomobject] @{
            ConnectionId = [guid]::NewGuid(); State = 'Connected'; Id = $one.id; Name = "ExchangeOnline_$($one.id)"; UserPrincipalName = 'admin@contoso.com'
            ModulePrefix = "$($one.prefix)"; TenantID = $one.tenant; TokenStatus = 'Active'; IsEopSession = [bool] $one.eop
        }
    }
}

Export-ModuleMember -Function Connect-ExchangeOnline, Get-ConnectionInformation
