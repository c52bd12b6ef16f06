# Microsoft.Graph.Authentication 2.x, as its reference has it (Connect-MgGraph, UserParameterSet).
Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'stub-state.psm1')

function Connect-MgGraph {
    [CmdletBinding(DefaultParameterSetName = 'UserParameterSet')]
    param(
        [Parameter(ParameterSetName = 'UserParameterSet', Position = 1)] [string[]] $Scopes,
        [Parameter(ParameterSetName = 'UserParameterSet', Position = 2)] [Parameter(ParameterSetName = 'AppCertificateParameterSet')] [string] $TenantId,
        [Parameter(ParameterSetName = 'UserParameterSet')] [Parameter(ParameterSetName = 'AppCertificateParameterSet', Mandatory, Position = 1)] [Alias('AppId', 'ApplicationId')] [string] $ClientId,
        [Parameter(ParameterSetName = 'AppCertificateParameterSet', Position = 3)] [string] $CertificateThumbprint,
        [ValidateSet('Process', 'CurrentUser')] [string] $ContextScope,
        [Alias('EnvironmentName', 'NationalCloud')] [string] $Environment = 'Global',
        [Parameter(ParameterSetName = 'UserParameterSet')] [switch] $UseDeviceCode,
        [double] $ClientTimeout, [switch] $NoWelcome, [switch] $Break
    )
    $state = Enter-Stub $PSCmdlet
    if (-not $state) { return }
    if (@('Global', 'USGov', 'USGovDoD', 'China') -notcontains $Environment) { $PSCmdlet.ThrowTerminatingError((New-StubError "Environment '$Environment' is not known.")) }
    if ($Environment -ne $state.control.graphCloud) { $PSCmdlet.ThrowTerminatingError((New-StubError "AADSTS90002: Tenant not found in $Environment.")) }
    if ($TenantId -and $TenantId -ne $state.control.tenantId) { $PSCmdlet.ThrowTerminatingError((New-StubError "AADSTS50020: The user is not in tenant $TenantId.")) }
    (Get-StubSession).Graph = @{ Scopes = $Scopes }
}

function Get-MgContext {
    [CmdletBinding()] param()
    $state = Enter-Stub $PSCmdlet
    if (-not $state -or -not (Get-StubSession).Graph) { return }
    return [pscustomobject] @{ TenantId = $state.control.tenantId; Scopes = (Get-StubSession).Graph.Scopes; AuthType = 'Delegated' }
}

Export-ModuleMember -Function Connect-MgGraph, Get-MgContext
