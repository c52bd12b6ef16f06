# Microsoft.Graph.Applications 2.x, as its reference has it: those parameter sets that take plain values.
Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'stub-state.psm1')
Import-Module Microsoft.Graph.Authentication -Global

$script:Roles = @{
    'b633e1c5-b582-4048-a93e-9f11b44c7e96' = 'Mail.Send'; '810c84a8-4a9e-49e6-bf7d-12d183f40d01' = 'Mail.Read'
    'e2a3a72e-5f79-4c64-b1b1-878b674786c9' = 'Mail.ReadWrite'; '6be147d2-ea4f-4b5a-a3fa-3eab6f3c140a' = 'Mail.ReadBasic.All'
}

function Assert-Scope($Cmdlet, [string[]] $AnyOf) {
    $has = @((Get-StubSession).Graph.Scopes)
    if (@($AnyOf | Where-Object { $has -contains $_ }).Count -eq 0) {
        $Cmdlet.ThrowTerminatingError((New-StubError '[Authorization_RequestDenied] : Insufficient privileges to complete the operation.'))
    }
}

# What $filter means: one property, one operator, one quoted text in which a quote is doubled.
function Select-Filtered($Cmdlet, [string] $Filter, $Things) {
    if (-not $Filter) { return @($Things) }
    $match = [regex]::Match($Filter, "^(appId|displayName) eq '((?:[^']|'')*)'$")
    if (-not $match.Success) { $Cmdlet.ThrowTerminatingError((New-StubError "[Request_UnsupportedQuery] : Invalid filter clause: $Filter")) }
    $property = $match.Groups[1].Value
    $value = $match.Groups[2].Value -replace "''", "'"
    return @($Things | Where-Object { "$($_[$property])" -eq $value })
}

function Stop-Missing($Cmdlet, [string] $Id) {
    $Cmdlet.WriteError((New-StubError "[Request_ResourceNotFound] : Resource '$Id' does not exist or one of its queried reference-property objects are not present."))
}

# An application as the SDK gives it. Graph sends the bytes of a key only when asked for keyCredentials of one application;
# the thumbprint comes as hex, which the SDK decodes as if it were base64.
function ConvertTo-Application($App, [bool] $Keys) {
    $credentials = @(foreach ($key in @($App.keys | Where-Object { $_ })) {
        [pscustomobject] @{
            CustomKeyIdentifier = [Convert]::FromBase64String($key.thumbprint); DisplayName = $key.displayName; KeyId = $key.keyId
            Key = $(if ($Keys) { [Convert]::FromBase64String($key.key) } else { $null }); Type = 'AsymmetricX509Cert'; Usage = 'Verify'
            StartDateTime = $key.start; EndDateTime = $key.end
        }
    })
    return [pscustomobject] @{ Id = $App.id; AppId = $App.appId; DisplayName = $App.displayName; SignInAudience = $App.audience; KeyCredentials = $credentials }
}

function Get-MgApplication {
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'Get', Mandatory)] [Alias('ObjectId')] [string] $ApplicationId,
        [Alias('Expand')] [string[]] $ExpandProperty, [Alias('Select')] [string[]] $Property,
        [Parameter(ParameterSetName = 'List')] [string] $Filter, [Parameter(ParameterSetName = 'List')] [string] $Search,
        [Parameter(ParameterSetName = 'List')] [int] $Skip, [Parameter(ParameterSetName = 'List')] [Alias('OrderBy')] [string[]] $Sort,
        [Parameter(ParameterSetName = 'List')] [Alias('Limit')] [int] $Top, [Parameter(ParameterSetName = 'List')] [string] $ConsistencyLevel,
        [Parameter(ParameterSetName = 'List')] [int] $PageSize, [Parameter(ParameterSetName = 'List')] [switch] $All,
        [Parameter(ParameterSetName = 'List')] [Alias('CV')] [string] $CountVariable
    )
    $state = Enter-Stub $PSCmdlet -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.Read.All', 'Application.ReadWrite.All'
    $unknown = @($Property | Where-Object { $_ -and @('id', 'appId', 'displayName', 'keyCredentials', 'signInAudience') -notcontains $_ })
    if ($unknown) { $PSCmdlet.ThrowTerminatingError((New-StubError "[Request_BadRequest] : Could not find a property named '$unknown'.")) }
    $apps = @($state.tenant.apps | Where-Object { $_ -and (Test-Seen $state $_) })
    if ($ApplicationId) {
        $app = $apps | Where-Object { $_.id -eq $ApplicationId }
        if (-not $app) { Stop-Missing $PSCmdlet $ApplicationId; return }
        return ConvertTo-Application $app ($Property -contains 'keyCredentials')
    }
    foreach ($app in (Select-Filtered $PSCmdlet $Filter $apps)) { ConvertTo-Application $app $false }
}

function New-MgApplication {
    [CmdletBinding(DefaultParameterSetName = 'CreateExpanded', SupportsShouldProcess)]
    param(
        [Parameter(ParameterSetName = 'CreateExpanded')] [string] $DisplayName,
        [Parameter(ParameterSetName = 'CreateExpanded')] [ValidateSet('AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount')] [string] $SignInAudience = 'AzureADandPersonalMicrosoftAccount',
        [Parameter(ParameterSetName = 'CreateExpanded')] [string] $Description, [Parameter(ParameterSetName = 'CreateExpanded')] [hashtable[]] $KeyCredentials,
        [Parameter(ParameterSetName = 'CreateExpanded')] [hashtable[]] $RequiredResourceAccess, [Parameter(ParameterSetName = 'CreateExpanded')] [hashtable] $Web,
        [Parameter(ParameterSetName = 'Create', Mandatory)] [object] $BodyParameter
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.ReadWrite.All'
    if (-not $DisplayName) { $PSCmdlet.ThrowTerminatingError((New-StubError "[Request_BadRequest] : A value is required for property 'displayName'.")) }
    $app = @{ id = New-StubId $state; appId = New-StubId $state; displayName = $DisplayName; audience = $SignInAudience; keys = @(); at = $state.control.clock + $state.control.lag }
    $state.tenant.apps = @($state.tenant.apps) + @($app)
    Save-Stub $state
    return ConvertTo-Application $app $false
}

function Update-MgApplication {
    [CmdletBinding(DefaultParameterSetName = 'UpdateExpanded', SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [Alias('ObjectId')] [string] $ApplicationId,
        [Parameter(ParameterSetName = 'UpdateExpanded')] [object[]] $KeyCredentials, [Parameter(ParameterSetName = 'UpdateExpanded')] [string] $DisplayName,
        [Parameter(ParameterSetName = 'UpdateExpanded')] [object[]] $RequiredResourceAccess, [Parameter(ParameterSetName = 'UpdateExpanded')] [string] $SignInAudience,
        [Parameter(ParameterSetName = 'Update', Mandatory)] [object] $BodyParameter
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.ReadWrite.All'
    $app = $state.tenant.apps | Where-Object { $_.id -eq $ApplicationId -and (Test-Seen $state $_) }
    if (-not $app) { Stop-Missing $PSCmdlet $ApplicationId; return }
    $known = @('CustomKeyIdentifier', 'DisplayName', 'EndDateTime', 'Key', 'KeyId', 'StartDateTime', 'Type', 'Usage')
    $app.keys = @(foreach ($given in $KeyCredentials) {
        if ($given -isnot [hashtable]) {
            $app.keys | Where-Object { $_.keyId -eq $given.KeyId }
            continue
        }
        $unknown = @($given.Keys | Where-Object { $known -notcontains $_ })
        if ($unknown) { $PSCmdlet.ThrowTerminatingError((New-StubError "Cannot convert: the property '$unknown' of IMicrosoftGraphKeyCredential is not known.")) }
        if ($given.Type -ne 'AsymmetricX509Cert' -or $given.Usage -ne 'Verify' -or $given.Key -isnot [byte[]]) { $PSCmdlet.ThrowTerminatingError((New-StubError '[KeyCredentialsInvalid] : Key credential is not valid.')) }
        $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($given.Key)
        # Without an end: a year from now (applications-how-to-add-certificate).
        $end = if ($given.EndDateTime) { ([datetime] $given.EndDateTime).ToUniversalTime() } else { [datetime]::UtcNow.AddYears(1) }
        $start = if ($given.StartDateTime) { ([datetime] $given.StartDateTime).ToUniversalTime() } else { [datetime]::UtcNow }
        if ($end -gt $certificate.NotAfter.ToUniversalTime() -and $given.EndDateTime) { $PSCmdlet.ThrowTerminatingError((New-StubError '[KeyCredentialsInvalidEndDate] : Key credential end date is invalid.')) }
        if ($start -lt $certificate.NotBefore.ToUniversalTime()) { $PSCmdlet.ThrowTerminatingError((New-StubError '[KeyCredentialsInvalidStartDate] : Key credential start date is invalid.')) }
        @{ keyId = New-StubId $state; thumbprint = $certificate.Thumbprint; displayName = "$($given.DisplayName)"; key = [Convert]::ToBase64String($given.Key); start = $start.ToString('yyyy-MM-ddTHH:mm:ssZ'); end = $end.ToString('yyyy-MM-ddTHH:mm:ssZ') }
    })
    Save-Stub $state
}

function Remove-MgApplication {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [Alias('ObjectId')] [string] $ApplicationId, [switch] $PassThru)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    $app = $state.tenant.apps | Where-Object { $_.id -eq $ApplicationId }
    if (-not $app) { Stop-Missing $PSCmdlet $ApplicationId; return }
    $state.tenant.apps = @($state.tenant.apps | Where-Object { $_.id -ne $ApplicationId })
    $state.tenant.principals = @($state.tenant.principals | Where-Object { $_.appId -ne $app.appId })
    Save-Stub $state
}

function Get-MgServicePrincipal {
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'Get', Mandatory)] [string] $ServicePrincipalId, [Alias('Select')] [string[]] $Property,
        [Parameter(ParameterSetName = 'List')] [string] $Filter, [Parameter(ParameterSetName = 'List')] [switch] $All,
        [Parameter(ParameterSetName = 'List')] [Alias('Limit')] [int] $Top, [Parameter(ParameterSetName = 'List')] [string] $ConsistencyLevel
    )
    $state = Enter-Stub $PSCmdlet -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.Read.All', 'Application.ReadWrite.All'
    foreach ($sp in (Select-Filtered $PSCmdlet $Filter @($state.tenant.principals | Where-Object { $_ -and (Test-Seen $state $_) }))) {
        [pscustomobject] @{ Id = $sp.id; AppId = $sp.appId; DisplayName = $sp.displayName; AppRoles = @() }
    }
}

function New-MgServicePrincipal {
    [CmdletBinding(DefaultParameterSetName = 'CreateExpanded', SupportsShouldProcess)]
    param([Parameter(ParameterSetName = 'CreateExpanded')] [string] $AppId, [Parameter(ParameterSetName = 'CreateExpanded')] [string] $DisplayName, [Parameter(ParameterSetName = 'Create', Mandatory)] [object] $BodyParameter)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.ReadWrite.All'
    $app = $state.tenant.apps | Where-Object { $_ -and $_.appId -eq $AppId -and (Test-Seen $state $_) }
    if (-not $app) { $PSCmdlet.WriteError((New-StubError "[Request_BadRequest] : The appId '$AppId' of the service principal does not reference a valid application object.")); return }
    if (@($state.tenant.principals | Where-Object { $_ -and $_.appId -eq $AppId }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError '[Request_MultipleObjectsWithSameKeyValue] : The service principal cannot be created because it exists.')); return }
    $sp = @{ id = New-StubId $state; appId = $AppId; displayName = $app.displayName; roles = @(); at = $state.control.clock + $state.control.lag }
    $state.tenant.principals = @($state.tenant.principals) + @($sp)
    Save-Stub $state
    return [pscustomobject] @{ Id = $sp.id; AppId = $AppId; DisplayName = $sp.displayName; AppRoles = @() }
}

function Get-MgServicePrincipalAppRoleAssignment {
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(Mandatory)] [string] $ServicePrincipalId, [Parameter(ParameterSetName = 'Get', Mandatory)] [string] $AppRoleAssignmentId,
        [Parameter(ParameterSetName = 'List')] [string] $Filter, [Parameter(ParameterSetName = 'List')] [switch] $All, [Parameter(ParameterSetName = 'List')] [int] $Top
    )
    $state = Enter-Stub $PSCmdlet -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'Application.Read.All', 'Application.ReadWrite.All'
    $sp = $state.tenant.principals | Where-Object { $_ -and $_.id -eq $ServicePrincipalId -and (Test-Seen $state $_) }
    if (-not $sp) { Stop-Missing $PSCmdlet $ServicePrincipalId; return }
    foreach ($role in @($sp.roles | Where-Object { $_ })) {
        [pscustomobject] @{ Id = $role.id; AppRoleId = $role.role; PrincipalId = $sp.id; ResourceId = $role.resource; ResourceDisplayName = 'Microsoft Graph' }
    }
}

function New-MgServicePrincipalAppRoleAssignment {
    [CmdletBinding(DefaultParameterSetName = 'CreateExpanded', SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [string] $ServicePrincipalId,
        [Parameter(ParameterSetName = 'CreateExpanded')] [string] $AppRoleId, [Parameter(ParameterSetName = 'CreateExpanded')] [string] $PrincipalId,
        [Parameter(ParameterSetName = 'CreateExpanded')] [string] $ResourceId, [Parameter(ParameterSetName = 'Create', Mandatory)] [object] $BodyParameter
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    Assert-Scope $PSCmdlet 'AppRoleAssignment.ReadWrite.All'
    $sp = $state.tenant.principals | Where-Object { $_.id -eq $ServicePrincipalId }
    $graph = $state.tenant.principals | Where-Object { $_.appId -eq '00000003-0000-0000-c000-000000000000' }
    if (-not $sp) { Stop-Missing $PSCmdlet $ServicePrincipalId; return }
    if ($PrincipalId -ne $ServicePrincipalId -or $ResourceId -ne $graph.id) { $PSCmdlet.WriteError((New-StubError '[Request_BadRequest] : Not a valid reference update.')); return }
    if (-not $script:Roles[$AppRoleId]) { $PSCmdlet.WriteError((New-StubError '[Request_BadRequest] : Permission being assigned was not found on application.')); return }
    if (@($sp.roles | Where-Object { $_ -and $_.role -eq $AppRoleId }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError '[Request_BadRequest] : Permission being assigned already exists on the object.')); return }
    $role = @{ id = New-StubId $state; role = $AppRoleId; resource = $ResourceId }
    $sp.roles = @($sp.roles | Where-Object { $_ }) + @($role)
    Save-Stub $state
    return [pscustomobject] @{ Id = $role.id; AppRoleId = $AppRoleId; PrincipalId = $sp.id; ResourceId = $ResourceId }
}

function Remove-MgServicePrincipalAppRoleAssignment {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $ServicePrincipalId, [Parameter(Mandatory)] [string] $AppRoleAssignmentId, [switch] $PassThru)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Graph
    if (-not $state) { return }
    $sp = $state.tenant.principals | Where-Object { $_.id -eq $ServicePrincipalId }
    if (-not $sp) { Stop-Missing $PSCmdlet $ServicePrincipalId; return }
    $sp.roles = @($sp.roles | Where-Object { $_ -and $_.id -ne $AppRoleAssignmentId })
    Save-Stub $state
}

Export-ModuleMember -Function *-Mg*
