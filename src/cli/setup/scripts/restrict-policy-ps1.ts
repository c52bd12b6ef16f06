import { quotePowerShell, quotePowerShellList } from '../../../common/shell-quoting.js';
import type { Answers } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { permissionNames } from '../common/rights.js';
import { EXCHANGE_BEGINNING, EXCHANGE_WHAT_IF, exchangeGroup } from './exchange-snippets.js';
import { strictly } from './powershell-snippets.js';

/** Distinguishes the policy that a script made from others of the same application. */
const POLICY_DESCRIPTION = 'Mail from an application';

/** How long an access policy takes, in the sentence that all texts use. (fact access-5) */
export const POLICY_WAITING = 'Microsoft says up to 30 minutes, and over an hour; users have waited for 24.';

/** `restrict-mailboxes.ps1` for an application access policy: group, policy, proof. */
export function restrictPolicyPs1(answers: Answers): string {
  const group = answers.scope.kind === 'group' ? answers.scope.address : '';
  return `# Keeps one application to some mailboxes: an application access policy, with Exchange Online PowerShell.
#
# Run it BEFORE ${permissionNames(answers)} is granted in Entra: the other way round, the application may use every mailbox until the policy works.
#
# Least role: Organization Management in Exchange Online (the role Exchange Administrator of Entra has it).
# Changes: a group and its members, one application access policy${answers.createMailbox ? ', and shared mailboxes that are missing' : ''}. No other application is touched.
# Again: may be run again at any time; what is there stays as it is. Run it again for the proof alone.
# Wait: ${POLICY_WAITING}
# Undo: README.md.
#
# .\\restrict-mailboxes.ps1 -AppId <Application (client) id>            does it
# .\\restrict-mailboxes.ps1 -AppId <Application (client) id> -WhatIf    says what it would do
#Requires -Version 5.1
[CmdletBinding()]
param(
    [string] $AppId = ${quotePowerShell(answers.clientId ?? '')},
    [switch] $WhatIf
)

$Allowed = ${quotePowerShellList(answers.mailboxes)}
$DeniedMailbox = ${quotePowerShell(answers.deniedMailbox)}
$GroupAddress = ${quotePowerShell(group)}
$CreateMailbox = $${answers.createMailbox}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$Environment = '${CLOUD_TERMS[answers.cloud].exchange}'
${strictly(`${EXCHANGE_BEGINNING}${exchangeGroup('policy')}${POLICY}${EXCHANGE_WHAT_IF}${proof(answers)}`)}`;
}

const POLICY = `
# The policy. One that denies would go before it, so others of this application are told. The id in a policy is the group's in Entra.
$policies = @(Get-ApplicationAccessPolicy | Where-Object { $_ -and (@($_.AppId) -contains $AppId -or @($_.AppId) -contains '*') })
$own = @($policies | Where-Object {
    $group -and @($_.AppId) -contains $AppId -and "$($_.AccessRight)" -eq 'RestrictAccess' -and
    (@("$($group.Name)", "$($group.DisplayName)", $GroupAddress) -contains "$($_.ScopeName)" -or "$($_.ScopeIdentityRaw)" -like "*;$($group.ExternalDirectoryObjectId)")
})
foreach ($policy in $policies) {
    if ($own -contains $policy) { continue }
    $whose = if (@($policy.AppId) -contains $AppId) { 'another policy of this application' } else { 'a policy of ALL applications' }
    Write-Warning "There is $($whose): $($policy.AccessRight) for $($policy.ScopeName) ($($policy.Identity)). Restrict adds its members, Deny goes before."
}
if ($own.Count -eq 0 -and -not (Test-WhatIf "make an application access policy: RestrictAccess for $AppId to the members of $GroupAddress")) {
    New-ApplicationAccessPolicy -AppId $AppId -PolicyScopeGroupId $GroupAddress -AccessRight RestrictAccess -Description '${POLICY_DESCRIPTION}' | Out-Null
    Write-Host 'Made the application access policy.'
}
`;

function proof(answers: Answers): string {
  const { azure, graphPowerShell } = CLOUD_TERMS[answers.cloud];
  const grants = [...(azure ? ['grant-mail-send.sh'] : []), ...(graphPowerShell ? ['grant-mail-send.ps1'] : [])];
  return `
# The proof. The cmdlet answers in the language of this session, so anything else than the two words is left to you.
Write-Host ''
$asExpected = $true
$granted = @()
$denied = ''
foreach ($address in @($Allowed) + $DeniedMailbox) {
    $expected = if ($address -eq $DeniedMailbox) { 'Denied' } else { 'Granted' }
    $result = "$((Test-ApplicationAccessPolicy -AppId $AppId -Identity $address).AccessCheckResult)"
    if ($expected -eq 'Denied') { $denied = $result } else { $granted += $result }
    $verdict = 'as it should be'
    if (@('Granted', 'Denied') -notcontains $result) { $verdict = "should be $expected, in your language" }
    elseif ($result -ne $expected) { $asExpected = $false; $verdict = 'NOT as it should be' }
    Write-Host "AccessCheckResult $result  $address  ($verdict)"
}
Write-Host ''
# In any language: one word for all that may send, another one for the mailbox that must stay out of reach.
if ($denied -eq '' -or $granted -contains '' -or $granted -contains $denied -or @($granted | Select-Object -Unique).Count -ne 1) { $asExpected = $false }
if (-not $asExpected) { throw 'The proof failed. A new policy and new members take time: wait an hour, and run this again.' }
$foreign = @($granted + $denied | Where-Object { @('Granted', 'Denied') -notcontains $_ })
if ($foreign.Count -gt 0 -and -not (Read-Yes "Does '$($granted[0])' mean Granted in your language, and '$denied' Denied?")) {
    throw 'The proof was not judged. Run this again in a session in English, or have somebody read the answers above.'
}
Write-Host 'Proven by Test-ApplicationAccessPolicy. Send these lines to the developer, for sign-off.md.'
Write-Host 'Now wait: the proof is ahead of the mailboxes. ${POLICY_WAITING}'
Write-Host 'Then the Entra administrator grants ${permissionNames(answers)} (${grants.join(' or ')}), and not before.'
`;
}
