import { quotePowerShell } from '../../../shell-quoting.js';
import type { Answers } from '../answers.js';
import { POLICY_DESCRIPTION } from '../scripts/restrict-policy-ps1.js';
import { cell } from './markdown.js';
import type { PacketInput } from './packet-input.js';

/** What the Exchange administrator reads: why, what changes, how long it takes, how to undo it. */
export function exchangeReadme({ answers }: PacketInput): string {
  const { mode, mailboxes, deniedMailbox, scope, createMailbox } = answers;
  const ids = mode === 'rbac' ? '-AppId <client id> -ObjectId <object id>' : '-AppId <client id>';
  const group = scope.kind === 'group' ? scope.address : undefined;
  return `# For the Exchange administrator

A program wants to send mail through Microsoft Graph. You say from which mailboxes, and prove that it cannot use another one.

| | |
| --- | --- |
| May send | ${mailboxes.map(cell).join(', ')}${createMailbox ? ' (made as shared mailboxes if missing: no licence, nobody signs in)' : ''} |
| Must stay out of reach | ${cell(deniedMailbox)} |
| By | ${group === undefined ? `a recipient filter: ${cell(scope.kind === 'filter' ? scope.filter : '')}` : `the ${mode === 'rbac' ? 'direct members' : 'members'} of the mail-enabled security group ${cell(group)} (${mode === 'rbac' ? 'groups in it do not count' : 'members of groups in it count as well: have none'})`} |

- **Least role**: Organization Management in Exchange Online (the Entra role Exchange Administrator has it).
- **What changes**: ${changes(answers)}.
- **You need**, from the Entra administrator: ${mode === 'rbac' ? 'the Application (client) id, and the object id **of the Enterprise application** (not of the app registration)' : 'the Application (client) id'}.
- **Waiting**: ${
    mode === 'rbac'
      ? 'the proof is right within minutes. The application itself gets the right in 30 minutes, or in up to 2 hours if it has just been\n  refused; new group members take about as long.'
      : 'Microsoft says up to 30 minutes, and over an hour; users have waited for 24. `Mail.Send` must not be granted before.'
  }
- An organization that was never customized is asked about \`Enable-OrganizationCustomization\`, **which cannot be undone**.

## Run it

In a window of its own (Exchange Online PowerShell clashes with Microsoft Graph PowerShell):

\`\`\`powershell
Install-Module ExchangeOnlineManagement -Scope CurrentUser        # once
powershell -ExecutionPolicy Bypass -File .\\restrict-mailboxes.ps1 ${ids}
\`\`\`

(with PowerShell 7: \`pwsh -File ./restrict-mailboxes.ps1 …\`). It may be run again; what is there stays as it is. With
\`-WhatIf\` it signs in, says what it would do, and changes nothing.

## The proof

${proof(answers)}

Send both results to the developer, for \`sign-off.md\`, the page that all three sign.

## To undo

\`\`\`powershell
${undo(answers)}
\`\`\`

This takes as long to work as it took to set up.
`;
}

function changes({ mode, scope, createMailbox }: Answers): string {
  const parts = [
    scope.kind === 'group'
      ? 'a mail-enabled security group (hidden from address lists) and its members'
      : 'a management scope',
    mode === 'rbac'
      ? `${scope.kind === 'group' ? 'the management scope that Exchange makes of the group; ' : ''}a service principal, which is only a pointer to the application; one role assignment, \`Application Mail.Send\`, in that scope`
      : 'one application access policy, `RestrictAccess`. It is the older way, which Microsoft wants replaced by RBAC for Applications',
    ...(createMailbox ? ['shared mailboxes that are missing'] : []),
  ];
  return parts.join('; ');
}

function proof({ mode, mailboxes, deniedMailbox }: Answers): string {
  const [allowed] = mailboxes;
  if (mode === 'policy') {
    return `\`\`\`powershell
Test-ApplicationAccessPolicy -AppId '<client id>' -Identity ${quotePowerShell(allowed)}   # AccessCheckResult: Granted
Test-ApplicationAccessPolicy -AppId '<client id>' -Identity ${quotePowerShell(deniedMailbox)}   # AccessCheckResult: Denied
\`\`\`

It answers in the language of the session (\`Accordé\` is Granted), and looks at policies alone: it says Granted also for an
application without any permission.`;
  }
  return `\`\`\`powershell
Test-ServicePrincipalAuthorization -Identity '<object id>' -Resource ${quotePowerShell(allowed)}   # InScope: True
Test-ServicePrincipalAuthorization -Identity '<object id>' -Resource ${quotePowerShell(deniedMailbox)}   # InScope: False
\`\`\`

It looks at Exchange alone. A permission granted in Entra adds to it, for every mailbox: ask the Entra administrator that there is none.`;
}

function undo({ mode, scope }: Answers): string {
  if (mode === 'policy') {
    return `# FIRST have the Entra administrator revoke Mail.Send: without the policy, it holds for every mailbox.
Get-ApplicationAccessPolicy | Where-Object { $_.AppId -contains '<client id>' -and $_.Description -eq '${POLICY_DESCRIPTION}' } | Remove-ApplicationAccessPolicy
# Other policies of the application stay.`;
  }
  // Exchange makes a scope of the group, by a name of its own.
  const byGroup =
    "$scope = (Get-ManagementRoleAssignment -Role 'Application Mail.Send' | Where-Object { $_.Name -eq 'Mail.Send <client id>' }).CustomResourceScope";
  const made =
    '# The group and the mailboxes stay; remove them in the Exchange admin center if nothing else uses them.';
  return [
    ...(scope.kind === 'group' ? [byGroup] : []),
    `Remove-ManagementRoleAssignment -Identity 'Mail.Send <client id>'`,
    `Remove-ManagementScope -Identity ${scope.kind === 'group' ? '$scope' : "'Mail <client id>'"}`,
    `Remove-ServicePrincipal -Identity '<object id>'   # if nothing else of this application is assigned`,
    made,
  ].join('\n');
}
