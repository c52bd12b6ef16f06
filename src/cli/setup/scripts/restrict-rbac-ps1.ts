import { quotePowerShell, quotePowerShellList } from '../../../common/shell-quoting.js';
import { readingRight } from '../../common/features.js';
import type { Answers } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { rolesOf } from '../common/rights.js';
import { EXCHANGE_BEGINNING, EXCHANGE_WHAT_IF, exchangeGroup } from './exchange-snippets.js';
import { strictly } from './powershell-snippets.js';

/** `restrict-mailboxes.ps1` for RBAC for Applications: service principal, scope, assignment, proof. */
export function restrictRbacPs1(answers: Answers): string {
  const { scope } = answers;
  const reading = readingRight(answers.features);
  return `# Lets one application send from some mailboxes, and from no others${reading ? `, and gives it the role ${reading.role} there` : ''}: RBAC for Applications, with Exchange Online PowerShell.
#
# Least role: Organization Management in Exchange Online (the role Exchange Administrator of Entra has it).
# Changes: ${scope.kind === 'group' ? 'a group and its members, the management scope that Exchange makes of it' : 'a management scope'}, a service principal (a pointer to the Enterprise application), ${reading ? 'two role assignments' : 'one role assignment'}
#   in that scope${answers.createMailbox ? ', and shared mailboxes that are missing' : ''}. No mailbox is opened to a person, and no other application is touched.
# Again: may be run again at any time; what is there stays as it is, and is asked about if it is of another group or filter.
#   Run it again for the proof alone.
# Wait: the proof is right within minutes; the application itself gets the right in 30 minutes, up to 2 hours if it is busy.
# Undo: README.md.
#
# .\\restrict-mailboxes.ps1 -AppId <Application (client) id> -ObjectId <Enterprise application object id>            does it
# .\\restrict-mailboxes.ps1 -AppId <Application (client) id> -ObjectId <Enterprise application object id> -WhatIf    says what it would do
#Requires -Version 5.1
[CmdletBinding()]
param(
    [string] $AppId = ${quotePowerShell(answers.clientId ?? '')},
    [string] $ObjectId = ${quotePowerShell(answers.objectId ?? '')},
    [switch] $WhatIf
)

$AppName = ${quotePowerShell(answers.name)}
$Allowed = ${quotePowerShellList(answers.mailboxes)}
$DeniedMailbox = ${quotePowerShell(answers.deniedMailbox)}
${scope.kind === 'group' ? `$GroupAddress = ${quotePowerShell(scope.address)}` : `$Filter = ${quotePowerShell(scope.filter)}`}
$CreateMailbox = $${answers.createMailbox}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$Environment = '${CLOUD_TERMS[answers.cloud].exchange}'
$Roles = ${quotePowerShellList(rolesOf(answers))}
${strictly(`${EXCHANGE_BEGINNING}${scope.kind === 'group' ? exchangeGroup('rbac') : FILTER_SCOPE}${assignment(scope.kind === 'group' ? BY_GROUP : BY_FILTER)}${EXCHANGE_WHAT_IF}${PROOF}`)}`;
}

// Lists are searched by name: of some cmdlets, Microsoft says that an -Identity which does not exist gives all objects.
const FILTER_SCOPE = `
# The scope: whatever the filter finds, also in future.
$scopeName = "Mail $AppId"
$asked = $Filter
$scope = Get-ManagementScope | Where-Object { "$($_.Name)" -eq $scopeName } | Select-Object -First 1
# A scope that is there stays as it is: what counts is its filter.
if ($scope) { $Filter = "$($scope.RecipientFilter)" }
Write-Host ''
Write-Host "The filter of the application's scope: $Filter"
Write-Host 'The application will be able to send from these mailboxes, which it finds now:'
Get-Recipient -Filter $Filter -ResultSize Unlimited | ForEach-Object { Write-Host "  $($_.PrimarySmtpAddress)" }
# An earlier run may have been for another filter; Exchange may also write the same one in another form, which only a person can tell.
if ($scope -and $Filter.Trim() -ne $asked.Trim()) {
    Write-Warning "The scope '$scopeName' is there already, by the filter above. This script was made for another text: $asked"
    if (-not $WhatIf -and -not (Read-Yes 'Is the filter of the scope that is there the one that is meant?')) {
        throw "Nothing was proven: the filter that is in force is not the one that was asked for. Remove the assignment (Remove-ManagementRoleAssignment -Identity 'Mail.Send $AppId') and the scope (Remove-ManagementScope -Identity '$scopeName'), then run this again."
    }
}
if (-not $scope -and -not (Test-WhatIf "make the management scope '$scopeName'")) {
    if (-not (Read-Yes 'Is that what is meant?')) { throw 'The application was given nothing. Have the packets made again with another --filter.' }
    New-ManagementScope -Name $scopeName -RecipientRestrictionFilter $Filter | Out-Null
    Wait-For { Get-ManagementScope | Where-Object { "$($_.Name)" -eq $scopeName } } | Out-Null
    Write-Host "Made the management scope '$scopeName'."
}
`;

/** How the script gives the assignment its scope, and how it tells whether one that is there has it. */
interface AssignmentScope {
  parameter: string;
  expected: string;
  called: string;
}

// Exchange calls the scope of a group by its name, an underscore and a GUID (reported).
const BY_GROUP: AssignmentScope = {
  parameter: '$assignment.RecipientGroupScope = "$($group.Guid)"',
  expected: `$asAsked = $group -and $inForce -match "^$([regex]::Escape("$($group.Name)"))_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`,
  called: 'that of the group $GroupAddress',
};
const BY_FILTER: AssignmentScope = {
  parameter: '$assignment.CustomResourceScope = $scopeName',
  expected: '$asAsked = $inForce -eq $scopeName',
  called: "'$scopeName'",
};

function assignment(scope: AssignmentScope): string {
  return `
# Exchange's pointer to the Enterprise application. Its object id is not that of the app registration.
$sp = Get-ServicePrincipal | Where-Object { "$($_.AppId)" -eq $AppId } | Select-Object -First 1
if (-not $sp) {
    if (-not $ObjectId) { $ObjectId = Read-Host 'Enterprise application object id, from the Entra administrator (not the one of the app registration)' }
    Stop-WhenNoId $ObjectId 'Enterprise application object id'
    if (-not (Test-WhatIf "make the service principal of $AppId in Exchange, with the object id $ObjectId")) {
        New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName $AppName | Out-Null
        $sp = Wait-For { Get-ServicePrincipal | Where-Object { "$($_.AppId)" -eq $AppId } | Select-Object -First 1 }
        Write-Host 'Made the service principal in Exchange.'
    }
} elseif ($ObjectId -and "$($sp.ObjectId)" -ne $ObjectId) {
    throw "Exchange knows this application with the object id $($sp.ObjectId), not $ObjectId. One of them is of the app registration, which never works: ask the Entra administrator for the object id of the Enterprise application. If Exchange's is wrong: Remove-ServicePrincipal -Identity $($sp.ObjectId), then run this again."
}
if ($sp) { $ObjectId = "$($sp.ObjectId)" }

# The assignments, one of each role, named for the application's id.
foreach ($role in $Roles) {
    $assignmentName = "$($role -replace '^Application ') $AppId"
    $assigned = @(Get-ManagementRoleAssignment -Role $role | Where-Object { "$($_.Name)" -eq $assignmentName })
    # One that is there may be of an earlier run, for another scope.
    if ($assigned.Count -gt 0) {
        $inForce = "$($assigned[0].CustomResourceScope)"
        ${scope.expected}
        if (-not $asAsked) {
            Write-Warning "The role assignment '$assignmentName' is there already, in the scope '$inForce', which does not look like ${scope.called}. It was made by an earlier run, or by somebody else."
            if (-not $WhatIf -and -not (Read-Yes 'Is that scope the one that is meant?')) {
                throw "Nothing was proven: the scope that is in force is not the one that was asked for. Remove the assignment (Remove-ManagementRoleAssignment -Identity '$assignmentName'), then run this again."
            }
        }
    }
    if ($assigned.Count -eq 0 -and -not (Test-WhatIf "assign the role '$role' to the application, as '$assignmentName'")) {
        $assignment = @{ Name = $assignmentName; App = $ObjectId; Role = $role }
        ${scope.parameter}
        New-ManagementRoleAssignment @assignment | Out-Null
        Write-Host "Made the role assignment '$assignmentName'."
    }
}
`;
}

const PROOF = `
# The proof. It asks Exchange's own judgement, which knows nothing of permissions granted in Entra.
Write-Host ''
$asExpected = $true
$other = @()
foreach ($address in @($Allowed) + $DeniedMailbox) {
    $expected = if ($address -eq $DeniedMailbox) { 'False' } else { 'True' }
    $rows = @(Test-ServicePrincipalAuthorization -Identity $ObjectId -Resource $address)
    foreach ($role in $Roles) {
        # Whatever gives the same right counts, such as Full Access.
        $permission = [regex]::Escape(($role -replace '^Application ')) + '(?![\\w.])|Full Access'
        $held = @($rows | Where-Object { "$($_.RoleName) $($_.GrantedPermissions)" -match $permission })
        $inScope = if (@($held | Where-Object { "$($_.InScope)" -eq 'True' }).Count -gt 0) { 'True' } else { 'False' }
        $verdict = if ($inScope -eq $expected) { 'as it should be' } else { $asExpected = $false; 'NOT as it should be' }
        Write-Host "InScope $inScope  $address  $role  ($verdict)"
    }
    foreach ($row in $rows) { Write-Host "    $($row.RoleName): $($row.GrantedPermissions), in $($row.AllowedResourceScope), InScope $($row.InScope)" }
    $other += @($rows | Where-Object { $Roles -notcontains "$($_.RoleName)" } | ForEach-Object { "$($_.RoleName) in $($_.AllowedResourceScope)" })
}
Write-Host ''
if (-not $asExpected) {
    $Roles | ForEach-Object { Get-ManagementRoleAssignment -Role $_ } | Where-Object { "$($_.RoleAssigneeName)" -eq $ObjectId -or "$($_.Name)" -like "*$AppId*" } | Format-List -Property Name, RoleAssigneeName, '*Scope*' | Out-String | Write-Host
    throw 'The proof failed. A change of group members takes some minutes: wait, and run this again. If it stays so, the assignments above show why.'
}
Write-Host 'Proven: InScope True for what may send, False for what must not.'
Write-Host 'Send these lines to the developer, for sign-off.md: the application itself gets the right in 30 minutes to 2 hours.'
Write-Host 'This proof does not see permissions granted in Entra. The Entra administrator must have granted none: they would add to it.'
if ($other.Count -gt 0) {
    Write-Warning "FINDING: the application has other roles as well: $(@($other | Select-Object -Unique) -join '; '). sign-off.md names $($Roles -join ' and ') and nothing else: remove them (Remove-ManagementRoleAssignment), or correct that page."
    exit 1
}
`;
