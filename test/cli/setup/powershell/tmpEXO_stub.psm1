# Cmdlets of Exchange Online, as their references have them: names, parameter sets, lengths and values; those parameters that an
# administrator's script might use.
Import-Module (Join-Path $PSScriptRoot 'stub-state.psm1')

function Get-Seen([hashtable] $State, [string] $Kind) { return @($State.tenant[$Kind] | Where-Object { $_ -and (Test-Seen $State $_) }) }

function Find-Mailbox([hashtable] $State, [string] $Identity) {
    return Get-Seen $State mailboxes | Where-Object { @($_.address, $_.guid, $_.name, $_.alias) -contains $Identity } | Select-Object -First 1
}

function Find-Group([hashtable] $State, [string] $Identity) {
    return Get-Seen $State groups | Where-Object { @($_.address, $_.guid, $_.name, $_.displayName) -contains $Identity } | Select-Object -First 1
}

function Get-Members([hashtable] $State, $Group) { return @($Group.members | Where-Object { $_ -and (Test-Seen $State $_) } | ForEach-Object { $_.guid }) }

function Get-OrganizationConfig {
    [CmdletBinding()] param()
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if ($state) { return [pscustomobject] @{ Name = 'contoso.onmicrosoft.com'; IsDehydrated = [bool] $state.tenant.dehydrated } }
}

function Enable-OrganizationCustomization {
    [CmdletBinding(SupportsShouldProcess)] param()
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $state.tenant.dehydrated = $false
    Save-Stub $state
}

function Get-Mailbox {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(ParameterSetName = 'Identity', Position = 1)] [string] $Identity, [Parameter(ParameterSetName = 'AnrSet', Mandatory)] [string] $Anr,
        [switch] $Archive, [string] $Filter, [switch] $GroupMailbox, [string] $ResultSize, [string] $SortBy,
        [ValidateSet('UserMailbox', 'SharedMailbox', 'RoomMailbox', 'EquipmentMailbox')] [string[]] $RecipientTypeDetails, [switch] $SoftDeletedMailbox
    )
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $box = Find-Mailbox $state $Identity
    if (-not $box) { Stop-NotFound $PSCmdlet $state $Identity; return }
    return [pscustomobject] @{ Name = $box.name; Alias = $box.alias; PrimarySmtpAddress = $box.address; Guid = $box.guid; RecipientTypeDetails = $box.type }
}

function New-Mailbox {
    [CmdletBinding(DefaultParameterSetName = 'User', SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 1)] [ValidateLength(1, 64)] [ValidatePattern('^[\x20-\x7e]+$')] [string] $Name,
        [Parameter(ParameterSetName = 'User', Mandatory)] [securestring] $Password, [Parameter(ParameterSetName = 'User', Mandatory)] [string] $MicrosoftOnlineServicesID,
        [Parameter(ParameterSetName = 'Shared', Mandatory)] [switch] $Shared, [Parameter(ParameterSetName = 'Room', Mandatory)] [switch] $Room,
        [ValidateLength(1, 64)] [ValidatePattern('^[A-Za-z0-9!#%*+\-/=?^_~$&''`{}|.\u00a1-\u00ff]+$')] [string] $Alias,
        [string] $DisplayName, [ValidatePattern('^[^@\s]+@[^@\s]+$')] [string] $PrimarySmtpAddress, [string] $FirstName, [string] $LastName
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if (@($state.tenant.mailboxes | Where-Object { $_ -and ($_.name -eq $Name -or $_.address -eq $PrimarySmtpAddress) }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError "Ex2ECB47|Microsoft.Exchange.Data.ProxyAddressExistsException|$Name is already in use." 'ProxyAddressExistsException')); return }
    $box = @{ name = $Name; alias = $Alias; address = $PrimarySmtpAddress; guid = New-StubId $state; type = "$($PSCmdlet.ParameterSetName)Mailbox"; at = $state.control.clock + $state.control.lag }
    $state.tenant.mailboxes = @($state.tenant.mailboxes) + @($box)
    Save-Stub $state
    return [pscustomobject] @{ Name = $Name; Alias = $Alias; PrimarySmtpAddress = $PrimarySmtpAddress; Guid = $box.guid; RecipientTypeDetails = $box.type }
}

function ConvertTo-Group($Group) {
    return [pscustomobject] @{
        Name = $Group.name; DisplayName = $Group.displayName; Alias = $Group.alias; PrimarySmtpAddress = $Group.address; Guid = $Group.guid
        ExternalDirectoryObjectId = $Group.entraId; RecipientTypeDetails = $Group.type; HiddenFromAddressListsEnabled = [bool] $Group.hidden
    }
}

function Get-DistributionGroup {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(ParameterSetName = 'Identity', Position = 1)] [string] $Identity, [Parameter(ParameterSetName = 'AnrSet', Mandatory)] [string] $Anr,
        [Parameter(ParameterSetName = 'ManagedBySet', Mandatory)] [string] $ManagedBy, [string] $Filter, [string] $ResultSize, [string] $SortBy
    )
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $group = Find-Group $state $Identity
    if (-not $group) { Stop-NotFound $PSCmdlet $state $Identity; return }
    return ConvertTo-Group $group
}

function New-DistributionGroup {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 1)] [ValidateLength(1, 64)] [string] $Name,
        [ValidateLength(1, 64)] [ValidatePattern('^[A-Za-z0-9!#%*+\-/=?^_~$&''`{}|.\u00a1-\u00ff]+$')] [string] $Alias,
        [switch] $CopyOwnerToMember, [string] $Description, [string] $DisplayName, [switch] $HiddenGroupMembershipEnabled, [object] $ManagedBy, [object] $Members,
        [ValidateSet('Open', 'Closed', 'ApprovalRequired')] [string] $MemberDepartRestriction = 'Closed', [ValidateSet('Open', 'Closed', 'ApprovalRequired')] [string] $MemberJoinRestriction = 'Closed',
        [string] $Notes, [ValidatePattern('^[^@\s]+@[^@\s]+$')] [string] $PrimarySmtpAddress, [bool] $RequireSenderAuthenticationEnabled, [switch] $RoomList,
        [ValidateSet('Distribution', 'Security')] [string] $Type = 'Distribution'
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if ($Type -eq 'Security' -and ($MemberJoinRestriction -eq 'Open' -or $MemberDepartRestriction -eq 'Open')) { $PSCmdlet.WriteError((New-StubError 'A security group cannot be open.')); return }
    if (@($state.tenant.groups | Where-Object { $_ -and ($_.name -eq $Name -or $_.address -eq $PrimarySmtpAddress) }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError "The name $Name is already in use.")); return }
    $group = @{
        name = $Name; displayName = $(if ($DisplayName) { $DisplayName } else { $Name }); alias = $Alias; address = $PrimarySmtpAddress; guid = New-StubId $state; entraId = New-StubId $state
        type = "MailUniversal$(if ($Type -eq 'Security') { 'Security' } else { 'Distribution' })Group"; hidden = $false; owned = $false; join = $MemberJoinRestriction; members = @(); at = $state.control.clock + $state.control.lag
    }
    $state.tenant.groups = @($state.tenant.groups) + @($group)
    Save-Stub $state
    return ConvertTo-Group $group
}

# A group of somebody else (owned: false) is changed only past the check of its managers.
function Set-DistributionGroup {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 1)] [string] $Identity, [switch] $BypassSecurityGroupManagerCheck, [bool] $HiddenFromAddressListsEnabled, [string] $DisplayName, [string] $Name)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $group = Find-Group $state $Identity
    if (-not $group) { Stop-NotFound $PSCmdlet $state $Identity; return }
    if (-not $group.owned -and -not $BypassSecurityGroupManagerCheck) { $PSCmdlet.WriteError((New-StubError 'You do not have sufficient permissions. This operation can only be performed by a manager of the group.')); return }
    $group.hidden = $HiddenFromAddressListsEnabled
    Save-Stub $state
}

function Get-DistributionGroupMember {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 1)] [string] $Identity, [string] $ResultSize = '1000', [switch] $IncludeSoftDeletedObjects)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $group = Find-Group $state $Identity
    if (-not $group) { Stop-NotFound $PSCmdlet $state $Identity; return }
    foreach ($guid in (Get-Members $state $group)) {
        $one = @($state.tenant.mailboxes) + @($state.tenant.groups) | Where-Object { $_ -and $_.guid -eq $guid }
        [pscustomobject] @{ Name = $one.name; PrimarySmtpAddress = $one.address; Guid = $one.guid; RecipientTypeDetails = $one.type }
    }
}

function Add-DistributionGroupMember {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 1)] [string] $Identity, [switch] $BypassSecurityGroupManagerCheck, [string] $Member)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $group = Find-Group $state $Identity
    $box = Find-Mailbox $state $Member
    if (-not $group) { Stop-NotFound $PSCmdlet $state $Identity; return }
    if (-not $box) { Stop-NotFound $PSCmdlet $state $Member; return }
    if (-not $group.owned -and -not $BypassSecurityGroupManagerCheck) { $PSCmdlet.WriteError((New-StubError 'You do not have sufficient permissions. This operation can only be performed by a manager of the group.')); return }
    if (@($group.members | Where-Object { $_ -and $_.guid -eq $box.guid }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError "The recipient is already a member of the group." 'MemberAlreadyExistsException')); return }
    $group.members = @($group.members | Where-Object { $_ }) + @(@{ guid = $box.guid; at = $state.control.clock + $state.control.lag })
    Save-Stub $state
}

function Get-ServicePrincipal {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity, [string] $Organization)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    # An Identity that does not exist gives all objects (its reference says so).
    $all = Get-Seen $state exchangePrincipals
    $one = @($all | Where-Object { @($_.appId, $_.objectId, $_.displayName) -contains $Identity })
    foreach ($sp in $(if ($one.Count -gt 0) { $one } else { $all })) { [pscustomobject] @{ DisplayName = $sp.displayName; AppId = $sp.appId; ObjectId = $sp.objectId; Identity = $sp.objectId } }
}

function New-ServicePrincipal {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [string] $AppId, [Parameter(Mandatory)] [string] $ObjectId, [string] $DisplayName, [string] $Organization)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if (@($state.tenant.exchangePrincipals | Where-Object { $_ -and ($_.appId -eq $AppId -or $_.objectId -eq $ObjectId) }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError 'The service principal already exists.')); return }
    $sp = @{ appId = $AppId; objectId = $ObjectId; displayName = $DisplayName; at = $state.control.clock + $state.control.lag }
    $state.tenant.exchangePrincipals = @($state.tenant.exchangePrincipals) + @($sp)
    Save-Stub $state
    return [pscustomobject] @{ DisplayName = $DisplayName; AppId = $AppId; ObjectId = $ObjectId; Identity = $ObjectId }
}

function Remove-ServicePrincipal {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $sp = $state.tenant.exchangePrincipals | Where-Object { @($_.appId, $_.objectId) -contains $Identity }
    if (-not $sp) { Stop-NotFound $PSCmdlet $state $Identity; return }
    if (@($state.tenant.assignments | Where-Object { $_ -and $_.app -eq $sp.objectId }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError 'The service principal has role assignments.')); return }
    $state.tenant.exchangePrincipals = @($state.tenant.exchangePrincipals | Where-Object { $_.objectId -ne $sp.objectId })
    Save-Stub $state
}

function ConvertTo-Assignment($One) {
    return [pscustomobject] @{
        Name = $One.name; Role = $One.role; RoleAssigneeName = $One.app; RoleAssigneeType = 'ServicePrincipal'; CustomResourceScope = $One.scope
        RecipientWriteScope = $(if ($One.byGroup) { 'Group' } elseif ($One.scope) { 'CustomRecipientScope' } else { 'Organization' }); Identity = $One.name
    }
}

function Get-ManagementRoleAssignment {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(ParameterSetName = 'Identity', Position = 1)] [string] $Identity,
        [Parameter(ParameterSetName = 'RoleAssignee')] [string] $Role, [Parameter(ParameterSetName = 'RoleAssignee')] [string] $RoleAssignee,
        [string] $RecipientGroupScope, [string] $RoleAssigneeType, [switch] $GetEffectiveUsers
    )
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $all = Get-Seen $state assignments
    if ($Role) { $all = @($all | Where-Object { $_.role -eq $Role }) }
    if ($RoleAssignee) { $all = @($all | Where-Object { $_.app -eq $RoleAssignee }) }
    $one = @($all | Where-Object { $_.name -eq $Identity })
    foreach ($assignment in $(if ($one.Count -gt 0) { $one } else { $all })) { ConvertTo-Assignment $assignment }
}

function New-ManagementRoleAssignment {
    [CmdletBinding(DefaultParameterSetName = 'App', SupportsShouldProcess)]
    param(
        [Parameter(Position = 1)] [ValidateLength(1, 64)] [string] $Name, [Parameter(Mandatory)] [string] $Role,
        [Parameter(ParameterSetName = 'App', Mandatory)] [string] $App, [Parameter(ParameterSetName = 'App')] [string] $CustomResourceScope,
        [Parameter(ParameterSetName = 'User', Mandatory)] [string] $User, [Parameter(ParameterSetName = 'SecurityGroup', Mandatory)] [string] $SecurityGroup,
        [Parameter(ParameterSetName = 'User')] [Parameter(ParameterSetName = 'SecurityGroup')] [string] $CustomRecipientWriteScope,
        [string] $RecipientGroupScope, [string] $RecipientAdministrativeUnitScope, [switch] $Delegating, [switch] $Force
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $roles = @('Application Mail.Send', 'Application Mail.Read', 'Application Mail.ReadBasic', 'Application Mail.ReadWrite', 'Application Mail Full Access', 'Application Exchange Full Access')
    if ($roles -notcontains $Role) { Stop-NotFound $PSCmdlet $state $Role; return }
    $sp = Get-Seen $state exchangePrincipals | Where-Object { $_.objectId -eq $App }
    if (-not $sp) { Stop-NotFound $PSCmdlet $state $App; return }
    if (@($state.tenant.assignments | Where-Object { $_ -and $_.name -eq $Name }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError "The role assignment $Name already exists.")); return }
    $scope = $CustomResourceScope
    if ($CustomResourceScope -and -not (Get-Seen $state scopes | Where-Object { $_.name -eq $CustomResourceScope })) { Stop-NotFound $PSCmdlet $state $CustomResourceScope; return }
    if ($RecipientGroupScope) {
        $group = Find-Group $state $RecipientGroupScope
        if (-not $group) { Stop-NotFound $PSCmdlet $state $RecipientGroupScope; return }
        # Reported: Exchange makes a scope of the group, "<Name>_<GUID>"; names of scopes have 64 characters at most.
        $scope = "$($group.name)_$($group.entraId)"
        if ($scope.Length -gt 64) { $PSCmdlet.WriteError((New-StubError "The name $scope is longer than 64 characters.")); return }
        if (-not ($state.tenant.scopes | Where-Object { $_ -and $_.name -eq $scope })) { $state.tenant.scopes = @($state.tenant.scopes) + @(@{ name = $scope; group = $group.guid; at = 0 }) }
    }
    $assignment = @{ name = $Name; role = $Role; app = $App; scope = $scope; byGroup = [bool] $RecipientGroupScope; at = $state.control.clock }
    $state.tenant.assignments = @($state.tenant.assignments) + @($assignment)
    Save-Stub $state
    return ConvertTo-Assignment $assignment
}

function Remove-ManagementRoleAssignment {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity, [switch] $Force)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if (-not ($state.tenant.assignments | Where-Object { $_ -and $_.name -eq $Identity })) { Stop-NotFound $PSCmdlet $state $Identity; return }
    $state.tenant.assignments = @($state.tenant.assignments | Where-Object { $_.name -ne $Identity })
    Save-Stub $state
}

function Get-ManagementScope {
    [CmdletBinding()]
    param([Parameter(Position = 1)] [string] $Identity, [bool] $Exclusive, [switch] $Orphan)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $all = Get-Seen $state scopes
    $one = @($all | Where-Object { $_.name -eq $Identity })
    foreach ($scope in $(if ($one.Count -gt 0) { $one } else { $all })) { [pscustomobject] @{ Name = $scope.name; RecipientFilter = "$($scope.filter)"; ScopeRestrictionType = 'RecipientScope' } }
}

function New-ManagementScope {
    [CmdletBinding(DefaultParameterSetName = 'RecipientFilter', SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 1)] [ValidateLength(1, 64)] [string] $Name, [Parameter(ParameterSetName = 'RecipientFilter', Mandatory)] [string] $RecipientRestrictionFilter,
        [Parameter(ParameterSetName = 'RecipientFilter')] [string] $RecipientRoot, [switch] $Exclusive, [switch] $Force
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if (-not $state.control.filters[$RecipientRestrictionFilter]) { $PSCmdlet.WriteError((New-StubError "The recipient filter is not valid: $RecipientRestrictionFilter")); return }
    if ($state.tenant.scopes | Where-Object { $_ -and $_.name -eq $Name }) { $PSCmdlet.WriteError((New-StubError "The management scope $Name already exists.")); return }
    $state.tenant.scopes = @($state.tenant.scopes) + @(@{ name = $Name; filter = $RecipientRestrictionFilter; at = $state.control.clock + $state.control.lag })
    Save-Stub $state
    return [pscustomobject] @{ Name = $Name; RecipientFilter = $RecipientRestrictionFilter }
}

function Remove-ManagementScope {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity, [switch] $Force)
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    if (-not ($state.tenant.scopes | Where-Object { $_ -and $_.name -eq $Identity })) { Stop-NotFound $PSCmdlet $state $Identity; return }
    if ($state.tenant.assignments | Where-Object { $_ -and $_.scope -eq $Identity }) { $PSCmdlet.WriteError((New-StubError "The management scope $Identity is in use.")); return }
    $state.tenant.scopes = @($state.tenant.scopes | Where-Object { $_.name -ne $Identity })
    Save-Stub $state
}

function Get-Recipient {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(ParameterSetName = 'Identity', Position = 1)] [string] $Identity, [Parameter(ParameterSetName = 'RecipientPreviewFilterSet', Mandatory)] [string] $RecipientPreviewFilter,
        [string] $Filter, [string] $ResultSize, [string[]] $RecipientTypeDetails, [string[]] $Properties
    )
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    if (-not $state.control.filters[$Filter]) { $PSCmdlet.WriteError((New-StubError "Invalid filter syntax: $Filter")); return }
    foreach ($address in $state.control.filters[$Filter]) {
        $box = Find-Mailbox $state $address
        if ($box) { [pscustomobject] @{ Name = $box.name; PrimarySmtpAddress = $box.address; Guid = $box.guid; RecipientTypeDetails = $box.type } }
    }
}

function Test-ServicePrincipalAuthorization {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity, [string] $Resource)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $sp = Get-Seen $state exchangePrincipals | Where-Object { @($_.appId, $_.objectId) -contains $Identity }
    if (-not $sp) { Stop-NotFound $PSCmdlet $state $Identity; return }
    $box = if ($Resource) { Find-Mailbox $state $Resource }
    if ($Resource -and -not $box) { Stop-NotFound $PSCmdlet $state $Resource; return }
    foreach ($one in (Get-Seen $state assignments | Where-Object { $_.app -eq $sp.objectId })) {
        $scope = $state.tenant.scopes | Where-Object { $_ -and $_.name -eq $one.scope }
        $inScope = if (-not $Resource) { 'Not Run' }
        elseif ($state.control.allDenied) { 'False' }
        elseif (-not $scope) { 'True' }
        elseif ($scope.group) { "$((Get-Members $state ($state.tenant.groups | Where-Object { $_.guid -eq $scope.group })) -contains $box.guid)" }
        else { "$(@($state.control.filters[$scope.filter]) -contains $box.address)" }
        [pscustomobject] @{
            RoleName = $one.role; GrantedPermissions = ($one.role -replace '^Application ', ''); AllowedResourceScope = $(if ($one.scope) { $one.scope } else { 'Organization' })
            ScopeType = $(if ($scope) { 'CustomRecipientScope' } else { 'Organization' }); InScope = $inScope
        }
    }
}

function ConvertTo-Policy($One) {
    return [pscustomobject] @{
        ScopeName = $One.scopeName; ScopeIdentity = "$($One.scopeName)20261130"; Identity = $One.identity; AppId = $One.appId; ScopeIdentityRaw = "S-1-5-21-1;$($One.entraId)"
        Description = $One.description; AccessRight = $One.right; ShardType = 'All'; IsValid = $true
    }
}

function Get-ApplicationAccessPolicy {
    [CmdletBinding()] param([Parameter(Position = 0)] [string] $Identity)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    foreach ($policy in (Get-Seen $state policies)) { ConvertTo-Policy $policy }
}

function New-ApplicationAccessPolicy {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)] [ValidateSet('RestrictAccess', 'DenyAccess')] [string] $AccessRight, [Parameter(Mandatory)] [string[]] $AppId,
        [Parameter(Mandatory)] [string] $PolicyScopeGroupId, [string] $Description
    )
    $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
    if (-not $state) { return }
    $group = Find-Group $state $PolicyScopeGroupId
    if (-not $group) { Stop-NotFound $PSCmdlet $state $PolicyScopeGroupId; return }
    if ($group.type -ne 'MailUniversalSecurityGroup') { $PSCmdlet.WriteError((New-StubError "$PolicyScopeGroupId is not a security principal.")); return }
    foreach ($one in $AppId) {
        $policy = @{ appId = $one; scopeName = $group.displayName; group = $group.guid; entraId = $group.entraId; right = $AccessRight; description = $Description; identity = "tenant\$($one):S-1-5-21-1;$($group.entraId)"; at = $state.control.clock }
        if (@($state.tenant.policies | Where-Object { $_ -and $_.identity -eq $policy.identity -and $_.right -eq $AccessRight }).Count -gt 0) { $PSCmdlet.WriteError((New-StubError 'The policy already exists.')); return }
        $state.tenant.policies = @($state.tenant.policies) + @($policy)
    }
    Save-Stub $state
    return ConvertTo-Policy $policy
}

function Remove-ApplicationAccessPolicy {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [string] $Identity)
    process {
        $state = Enter-Stub $PSCmdlet -Changes -Connected Exchange
        if (-not $state) { return }
        $state.tenant.policies = @($state.tenant.policies | Where-Object { $_.identity -ne $Identity })
        Save-Stub $state
    }
}

# Deny before restrict; whoever is outside of all restrictions is denied (New-ApplicationAccessPolicy). Says it in the session's language.
function Test-ApplicationAccessPolicy {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Identity, [Parameter(Mandatory)] [string] $AppId)
    $state = Enter-Stub $PSCmdlet -Connected Exchange
    if (-not $state) { return }
    $box = Find-Mailbox $state $Identity
    if (-not $box) { Stop-NotFound $PSCmdlet $state $Identity; return }
    $in = { param($policy) (Get-Members $state ($state.tenant.groups | Where-Object { $_.guid -eq $policy.group })) -contains $box.guid }
    $policies = @(Get-Seen $state policies | Where-Object { $_.appId -eq $AppId -or $_.appId -eq '*' })
    $restricts = @($policies | Where-Object { $_.right -eq 'RestrictAccess' })
    $granted = @($policies | Where-Object { $_.right -eq 'DenyAccess' -and (& $in $_) }).Count -eq 0 -and ($restricts.Count -eq 0 -or @($restricts | Where-Object { & $in $_ }).Count -gt 0)
    if ($state.control.allDenied) { $granted = $false }
    $word = if ($state.control.language -eq 'fr') { if ($granted) { "Accord$([char]0xe9)" } else { "Refus$([char]0xe9)" } } else { if ($granted) { 'Granted' } else { 'Denied' } }
    return [pscustomobject] @{ AppId = $AppId; Mailbox = $box.name; AccessCheckResult = $word }
}

Export-ModuleMember -Function Get-Mailbox, New-Mailbox, *-DistributionGroup, *-DistributionGroupMember, *-ServicePrincipal, *-ManagementRoleAssignment, *-ManagementScope, *-ApplicationAccessPolicy, Get-OrganizationConfig, Enable-OrganizationCustomization, Get-Recipient, Test-ServicePrincipalAuthorization
