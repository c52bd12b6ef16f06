import { quotePowerShell, quotePowerShellList } from '../../../shell-quoting.js';
import type { Answers } from '../answers.js';
import { CLOUD_TERMS } from '../clouds.js';
import { EXCHANGE_BEGINNING, exchangeGroup } from './exchange-steps.js';

/** `restrict-mailboxes.ps1` for an application access policy: group, policy, proof. */
export function restrictPolicyPs1(answers: Answers): string {
  const group = answers.scope.kind === 'group' ? answers.scope.address : '';
  return `# Keeps one application to some mailboxes: an application access policy, with Exchange Online PowerShell.
#
# Run it BEFORE Mail.Send is granted in Entra: the other way round, the application may use every mailbox until the policy works.
#
# Least role: Organization Management in Exchange Online (the role Exchange Administrator of Entra has it).
# Changes: a group and its members, one application access policy${answers.createMailbox ? ', and shared mailboxes that are missing' : ''}. No other application is touched.
# Again: may be run again at any time; what is there stays as it is. Run it again for the proof alone.
# Wait: Microsoft says up to 30 minutes, and over an hour; users have waited for 24.
# Undo: README.md.
#
# .\\restrict-mailboxes.ps1 -AppId <Application (client) id>
#Requires -Version 5.1
param([string] $AppId = ${quotePowerShell(answers.clientId ?? '')})

$Allowed = ${quotePowerShellList(answers.mailboxes)}
$DeniedMailbox = ${quotePowerShell(answers.deniedMailbox)}
$GroupAddress = ${quotePowerShell(group)}
$CreateMailbox = $${answers.createMailbox}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$Environment = '${CLOUD_TERMS[answers.cloud].exchange}'
${EXCHANGE_BEGINNING}${exchangeGroup('policy')}
# The policy. One that denies would go before it, so others of this application are told.
$policies = @(Get-ApplicationAccessPolicy -ErrorAction SilentlyContinue | Where-Object { "$($_.AppId)" -eq $AppId })
$own = @($policies | Where-Object { "$($_.AccessRight)" -eq 'RestrictAccess' -and (@("$($group.Name)", "$($group.DisplayName)", $GroupAddress) -contains "$($_.ScopeName)" -or "$($_.Identity) $($_.ScopeIdentity) $($_.ScopeIdentityRaw)" -like "*$($group.Guid)*") })
foreach ($policy in $policies) {
    if ($own -notcontains $policy) { Write-Warning "There is another policy of this application: $($policy.AccessRight) for $($policy.ScopeName) ($($policy.Identity)). Restrict adds its members, Deny goes before." }
}
if ($own.Count -eq 0) {
    New-ApplicationAccessPolicy -AppId $AppId -PolicyScopeGroupId $GroupAddress -AccessRight RestrictAccess -Description 'Mail from an application' | Out-Null
    Write-Host 'Made the application access policy.'
}

# The proof. The cmdlet answers in the language of this session, so anything else than the two words is left to you.
Write-Host ''
$asExpected = $true
foreach ($address in @($Allowed) + $DeniedMailbox) {
    $expected = if ($address -eq $DeniedMailbox) { 'Denied' } else { 'Granted' }
    $result = "$((Test-ApplicationAccessPolicy -AppId $AppId -Identity $address).AccessCheckResult)"
    $verdict = 'as it should be'
    if (@('Granted', 'Denied') -notcontains $result) { $verdict = "should be $expected, in your language" }
    elseif ($result -ne $expected) { $asExpected = $false; $verdict = 'NOT as it should be' }
    Write-Host "AccessCheckResult $result  $address  ($verdict)"
}
Write-Host ''
if (-not $asExpected) { throw 'The proof failed. A new policy and new members take time: wait an hour, and run this again.' }
Write-Host 'Proven by Test-ApplicationAccessPolicy. Send these lines to the developer, for sign-off.md.'
Write-Host 'Now wait: the proof is ahead of the mailboxes by up to an hour, sometimes a day. Then the Entra administrator grants'
Write-Host 'Mail.Send (grant-mail-send.sh or grant-mail-send.ps1), and not before.'
`;
}
