/** A deliberate fault: in every script of the harness that holds it, `find` becomes `replace`. */
export interface Fault {
  what: string;
  find: string;
  replace: string;
}

/** Written down before any of them was tried: the harness has to notice them. */
export const FAULTS: readonly Fault[] = [
  {
    what: 'failed cmdlets are passed over when the script is started in a window',
    find: "$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }",
    replace: '',
  },
  { what: 'the parameter is called otherwise', find: "'*:ErrorAction' = 'Stop'", replace: "'*:ErrorActions' = 'Stop'" },
  {
    what: 'cmdlets of Exchange go on',
    find: "'*:ErrorAction' = 'Stop'",
    replace: "'*-Mg*:ErrorAction' = 'Stop'",
  },
  { what: 'strict mode and preferences reach the modules', find: '\n& {\n', replace: '\n. {\n' },
  {
    what: 'a certificate ends after a year',
    find: 'EndDateTime = $certificate.NotAfter.ToUniversalTime()',
    replace: '',
  },
  { what: 'a certificate begins now', find: 'StartDateTime = $certificate.NotBefore.ToUniversalTime(); ', replace: '' },
  {
    what: 'a certificate ends a day early',
    find: 'EndDateTime = $certificate.NotAfter.ToUniversalTime()',
    replace: 'EndDateTime = $certificate.NotAfter.ToUniversalTime().AddDays(-1)',
  },
  { what: 'the other certificates are dropped', find: '$keys = $before + @(@{', replace: '$keys = @(@{' },
  { what: 'a certificate is added at each run', find: 'if ($known.Count -gt 0) {', replace: 'if ($false) {' },
  {
    what: 'a certificate is for encryption',
    find: "Type = 'AsymmetricX509Cert'",
    replace: "Type = 'X509CertAndPassword'",
  },
  { what: 'KeyCredential, not KeyCredentials', find: '-KeyCredentials $keys', replace: '-KeyCredential @{}' },
  {
    what: 'the keys are not asked for',
    find: " -Property 'id', 'appId', 'keyCredentials'",
    replace: " -Property 'id', 'appId', 'keyCredential'",
  },
  {
    what: 'the client id in place of the object id',
    find: '-ApplicationId $app.Id -KeyC',
    replace: '-ApplicationId $AppId -KeyC',
  },
  {
    what: 'an application of any organisation',
    find: "-SignInAudience 'AzureADMyOrg'",
    replace: "-SignInAudience 'AzureADMultipleOrgs'",
  },
  {
    what: 'no wait for the new application',
    find: `    Wait-For { Get-MgApplication -Filter "appId eq '$AppId'" } | Out-Null\n`,
    replace: '',
  },
  {
    what: 'no wait for the Enterprise application',
    find: `$sp = Wait-For { Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1 }`,
    replace: `$sp = Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1`,
  },
  { what: 'a quote in the name is not doubled', find: `$AppName -replace "'", "''"`, replace: '$AppName' },
  {
    what: 'an application of that name is looked for by another property',
    find: '"displayName eq',
    replace: '"name eq',
  },
  {
    what: 'the registered application is not written down',
    find: '    Set-Content -LiteralPath $Saved',
    replace: '    # Set-Content -LiteralPath $Saved',
  },
  {
    what: 'the id of the app registration is given to Exchange',
    find: '$objectId = $sp.Id',
    replace: '$objectId = $app.Id',
  },
  { what: 'scopes too few to register', find: "@('Application.ReadWrite.All')", replace: "@('Application.Read.All')" },
  {
    what: 'scopes too few to grant',
    find: "'AppRoleAssignment.ReadWrite.All', ",
    replace: '',
  },
  {
    what: 'another permission',
    find: "'Mail.Send' = 'b633e1c5-b582-4048-a93e-9f11b44c7e96'",
    replace: "'Mail.Send' = '810c84a8-4a9e-49e6-bf7d-12d183f40d01'",
  },
  {
    what: 'principal and resource change places',
    find: '-PrincipalId $sp.Id -ResourceId $graph.Id',
    replace: '-PrincipalId $graph.Id -ResourceId $sp.Id',
  },
  { what: 'the consent is not asked for', find: "if ($answer -ne 'yes') {", replace: "if ($answer -eq 'yes') {" },
  { what: 'it is not asked since when', find: ', and was that more than an hour ago?', replace: '?' },
  { what: 'a permission is granted at each run', find: 'already."\n    return\n', replace: 'already."\n' },
  {
    what: 'the undoing names the wrong object',
    find: "-AppRoleAssignmentId '$($assignment.Id)'",
    replace: "-AppRoleAssignmentId '$($sp.Id)'",
  },
  {
    what: 'any failure counts as not there',
    find: "-notmatch 'ManagementObjectNotFoundException') { throw }",
    replace: "-match 'nothing') { throw }",
  },
  {
    what: 'not there is known by its English text alone',
    find: `-notmatch 'ManagementObjectNotFoundException'`,
    replace: `-notmatch "couldn't be found"`,
  },
  { what: 'a user mailbox', find: 'New-Mailbox -Shared -Name', replace: 'New-Mailbox -Name' },
  {
    what: 'a long name of a mailbox, with umlauts',
    find: '-Name (Get-ShortName $address 64)',
    replace: '-Name $address',
  },
  {
    what: 'no wait for the mailbox',
    find: '$mailbox = Wait-For { Find-Object { Get-Mailbox -Identity $address } }',
    replace: '$mailbox = Find-Object { Get-Mailbox -Identity $address }',
  },
  {
    what: 'another cloud',
    find: '-ExchangeEnvironmentName $Environment',
    replace: "-ExchangeEnvironmentName 'O365GermanyCloud'",
  },
  {
    what: 'a distribution group',
    find: 'New-DistributionGroup -Type Security',
    replace: 'New-DistributionGroup -Type Distribution',
  },
  { what: 'anybody may join', find: '-MemberJoinRestriction Closed', replace: '-MemberJoinRestriction Open' },
  {
    what: 'the name of the group makes too long a scope',
    find: '-Name (Get-ShortName $GroupAddress 27)',
    replace: '-Name (Get-ShortName $GroupAddress 64)',
  },
  {
    what: 'no wait for the group',
    find: '$group = Wait-For { Find-Object { Get-DistributionGroup -Identity $GroupAddress } }',
    replace: '$group = Find-Object { Get-DistributionGroup -Identity $GroupAddress }',
  },
  {
    what: 'the group is shown in address lists',
    find: '-HiddenFromAddressListsEnabled $true',
    replace: '-HiddenFromAddressListsEnabled $false',
  },
  {
    what: 'only an owner may add members',
    find: '-Member $address -BypassSecurityGroupManagerCheck',
    replace: '-Member $address',
  },
  {
    what: 'members are added at each run',
    find: '-eq $id }).Count -gt 0) { continue }',
    replace: '-eq $id }).Count -gt 0) { }',
  },
  {
    what: 'the denied mailbox becomes a member',
    find: 'foreach ($address in $Allowed) {\n    $id',
    replace: 'foreach ($address in @($Allowed) + $DeniedMailbox) {\n    $id',
  },
  {
    what: 'more members are not asked about',
    find: '$others.Count -gt 0 -and -not $WhatIf',
    replace: '$others.Count -gt 99 -and -not $WhatIf',
  },
  {
    what: 'the two ids change places',
    find: '-AppId $AppId -ObjectId $ObjectId -DisplayName',
    replace: '-AppId $ObjectId -ObjectId $AppId -DisplayName',
  },
  {
    what: 'the service principal is made at each run',
    find: 'if (-not $sp) {\n    if (-not $ObjectId)',
    replace: 'if ($true) {\n    if (-not $ObjectId)',
  },
  {
    what: 'no wait for the service principal in Exchange',
    find: '$sp = Wait-For { Get-ServicePrincipal | ',
    replace: '$sp = & { Get-ServicePrincipal | ',
  },
  {
    what: 'a role that reads',
    find: "$Roles = @('Application Mail.Send'",
    replace: "$Roles = @('Application Mail.ReadWrite'",
  },
  {
    what: 'a role for the whole tenant (group)',
    find: '$assignment.RecipientGroupScope = "$($group.Guid)"',
    replace: '',
  },
  { what: 'a role for the whole tenant (filter)', find: '$assignment.CustomResourceScope = $scopeName', replace: '' },
  {
    what: 'the scope parameter of people',
    find: '$assignment.CustomResourceScope',
    replace: '$assignment.CustomRecipientWriteScope',
  },
  { what: 'the client id in the assignment', find: 'App = $ObjectId; Role', replace: 'App = $AppId; Role' },
  { what: 'the assignment is made at each run', find: 'if ($assigned.Count -eq 0 -and', replace: 'if ($true -and' },
  {
    what: 'a scope is taken for there since another one is',
    find: `Get-ManagementScope | Where-Object { "$($_.Name)" -eq $scopeName } | Select-Object -First 1`,
    replace: 'Get-ManagementScope -Identity $scopeName | Select-Object -First 1',
  },
  {
    what: 'the filter is not asked about',
    find: "if (-not (Read-Yes 'Is that what is meant?'))",
    replace: 'if ($false)',
  },
  {
    what: 'all filters change places with their name',
    find: '-RecipientRestrictionFilter $Filter',
    replace: '-RecipientRestrictionFilter $scopeName',
  },
  {
    what: 'a failed proof is passed over (RBAC)',
    find: "    throw 'The proof failed. A change of group",
    replace: "    Write-Warning 'The proof failed. A change of group",
  },
  {
    what: 'the proof expects the opposite',
    find: "{ 'False' } else { 'True' }",
    replace: "{ 'True' } else { 'False' }",
  },
  {
    what: 'the proof tests the wrong application',
    find: 'Test-ServicePrincipalAuthorization -Identity $ObjectId -Resource',
    replace: 'Test-ServicePrincipalAuthorization -Identity $assignmentName -Resource',
  },
  {
    what: 'the proof leaves the denied mailbox out',
    find: 'foreach ($address in @($Allowed) + $DeniedMailbox) {\n    $expected',
    replace: 'foreach ($address in @($Allowed)) {\n    $expected',
  },
  {
    what: 'the policy denies',
    find: '-AccessRight RestrictAccess -Description',
    replace: '-AccessRight DenyAccess -Description',
  },
  { what: 'a policy is made at each run', find: 'if ($own.Count -eq 0 -and', replace: 'if ($true -and' },
  {
    what: 'PolicyScopeGroup, not PolicyScopeGroupId',
    find: '-PolicyScopeGroupId $GroupAddress',
    replace: '-PolicyScopeGroup $GroupAddress',
  },
  {
    what: 'a proof in another language is taken for good',
    find: 'if ($foreign.Count -gt 0 -and',
    replace: 'if ($false -and',
  },
  {
    what: 'a proof in another language is refused',
    find: "if (@('Granted', 'Denied') -notcontains $result) {",
    replace: 'if ($false) {',
  },
  { what: '-WhatIf does it all the same', find: '    return $WhatIf\n}', replace: '    return $false\n}' },
  {
    what: '-WhatIf goes on to the proof',
    find: "    Write-Host 'Nothing was changed. Run this without",
    replace: "    # Write-Host 'Nothing was changed. Run this without",
  },
  {
    what: 'the undoing does not find the policy',
    find: "-Description 'Mail from an application'",
    replace: "-Description ' '",
  },
  {
    what: 'only the first role is assigned',
    find: 'foreach ($role in $Roles) {\n    $assignmentName',
    replace: 'foreach ($role in $Roles[0]) {\n    $assignmentName',
  },
  {
    what: 'only the first role is proven',
    find: 'foreach ($role in $Roles) {\n        #',
    replace: 'foreach ($role in $Roles[0]) {\n        #',
  },
  {
    what: 'only the first permission is granted',
    find: 'foreach ($name in $missing) {',
    replace: 'foreach ($name in $missing[0]) {',
  },
];
