import { quotePowerShell } from '../../../common/shell-quoting.js';
import { readingRight } from '../../common/features.js';
import type { Answers, HandoutInput, SetupFile } from '../common/answers.js';
import { cell, code } from '../common/quoting.js';
import { featureLines, permissionNames, permissionsOf, rolesOf } from '../common/rights.js';
import { POLICY_WAITING, restrictPolicyPs1 } from '../scripts/restrict-policy-ps1.js';
import { restrictRbacPs1 } from '../scripts/restrict-rbac-ps1.js';
import { exchangeByHand, idWord } from './exchange-by-hand.js';

/** The Exchange administrator's folder: nothing in it is secret. (fact access-8) */
export function exchangeHandout(input: HandoutInput): SetupFile[] {
  const { answers } = input;
  const script = answers.mode === 'rbac' ? restrictRbacPs1(answers) : restrictPolicyPs1(answers);
  return [
    { path: 'exchange-admin/README.md', text: exchangeReadme(input) },
    { path: 'exchange-admin/restrict-mailboxes.ps1', text: script },
    { path: 'exchange-admin/by-hand.md', text: exchangeByHand(answers) },
  ];
}

/** What the Exchange administrator reads: why, what changes, how long it takes, how to undo it. (fact setup-6) */
function exchangeReadme({ answers }: HandoutInput): string {
  const { mode, mailboxes, deniedMailbox, scope, createMailbox } = answers;
  const appId = `-AppId ${idWord(answers.clientId, 'client id')}`;
  const ids = mode === 'rbac' ? `${appId} -ObjectId ${idWord(answers.objectId, 'object id')}` : appId;
  const group = scope.kind === 'group' ? scope.address : undefined;
  const reading = readingRight(answers.features);
  return `# For the Exchange administrator

A program wants to send mail through Microsoft Graph. You say from which mailboxes, and prove that it cannot use another one.

| | |
| --- | --- |
| May send | ${mailboxes.map(cell).join(', ')}${createMailbox ? ' (made as shared mailboxes if missing: no licence, nobody signs in)' : ''} |
${reading ? `| What it may do there | send, and \`${mode === 'rbac' ? reading.role : reading.permission}\` (${featureLines(answers).join('; ')}) |\n` : ''}| Must stay out of reach | ${cell(deniedMailbox)} |
| By | ${group === undefined ? `a recipient filter: ${cell(scope.kind === 'filter' ? scope.filter : '')}` : `the ${mode === 'rbac' ? 'direct members' : 'members'} of the mail-enabled security group ${cell(group)} (${mode === 'rbac' ? 'groups in it do not count' : 'members of groups in it count as well: have none'})`} |

- **Least role**: Organization Management in Exchange Online (the Entra role Exchange Administrator has it).
- **What changes**: ${changes(answers)}.
- **You need**, from the Entra administrator: ${mode === 'rbac' ? 'the Application (client) id, and the object id **of the Enterprise application** (not of the app registration)' : 'the Application (client) id'}.
- **Waiting**: ${
    mode === 'rbac'
      ? 'the proof is right within minutes. The application itself gets the right in 30 minutes, or in up to 2 hours if it has just been\n  refused; new group members take about as long.'
      : `${POLICY_WAITING} ${permissionsOf(answers)
          .map(({ name }) => code(name))
          .join(' and ')} must not be granted before.`
  }
- An organization that was never customized is asked about \`Enable-OrganizationCustomization\`, **which cannot be undone**.

## Run it

You need not run a stranger's script: [by-hand.md](by-hand.md) has the same as plain cmdlets, with the values of this request in
them, and what of it can be clicked in the Exchange admin center.

In a window of its own (Exchange Online PowerShell clashes with Microsoft Graph PowerShell):

\`\`\`powershell
Install-Module ExchangeOnlineManagement -Scope CurrentUser        # once
powershell -ExecutionPolicy Bypass -File .\\restrict-mailboxes.ps1 ${ids}
\`\`\`

This is for Windows PowerShell 5.1. With PowerShell 7, \`pwsh -File ./restrict-mailboxes.ps1 …\`; version 3.10 of the module
(June 2026) and later need PowerShell **7.6** or later, or 5.1. The script may be run again; what is there stays as it is.

**To look first**, add \`-WhatIf\`: the script signs in, reads, and says what it would make, and makes nothing. What builds on
something that is not there yet (a member of a group that would be made) can only be named, and there is no proof.

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

function changes(answers: Answers): string {
  const { mode, scope, createMailbox } = answers;
  const reading = readingRight(answers.features);
  const parts = [
    scope.kind === 'group'
      ? 'a mail-enabled security group (hidden from address lists) and its members'
      : 'a management scope',
    mode === 'rbac'
      ? `${scope.kind === 'group' ? 'the management scope that Exchange makes of the group; ' : ''}a service principal, which is only a pointer to the application; ${reading ? 'two role assignments' : 'one role assignment'}, ${rolesOf(answers).map(code).join(' and ')}, in that scope`
      : 'one application access policy, `RestrictAccess`. Microsoft calls these policies **legacy** and says that nothing new should be set up with them: RBAC for Applications is the way that it documents. Ask the developer for that (without `--legacy-policy`) unless you know why not',
    ...(createMailbox ? ['shared mailboxes that are missing'] : []),
  ];
  return parts.join('; ');
}

function proof(answers: Answers): string {
  const { mode, mailboxes, deniedMailbox } = answers;
  const [allowed] = mailboxes;
  const clientId = idWord(answers.clientId, 'client id');
  const objectId = idWord(answers.objectId, 'object id');
  if (mode === 'policy') {
    return `\`\`\`powershell
Test-ApplicationAccessPolicy -AppId ${clientId} -Identity ${quotePowerShell(allowed)}   # AccessCheckResult: Granted
Test-ApplicationAccessPolicy -AppId ${clientId} -Identity ${quotePowerShell(deniedMailbox)}   # AccessCheckResult: Denied
\`\`\`

It answers in the language of the session (\`Accordé\` is Granted), and looks at policies alone: it says Granted also for an
application without any permission. A policy for all applications (\`AppId\` is \`*\`) holds for this one as well.`;
  }
  return `\`\`\`powershell
Test-ServicePrincipalAuthorization -Identity ${objectId} -Resource ${quotePowerShell(allowed)}   # InScope: True
Test-ServicePrincipalAuthorization -Identity ${objectId} -Resource ${quotePowerShell(deniedMailbox)}   # InScope: False
\`\`\`

It looks at Exchange alone. A permission granted in Entra adds to it, for every mailbox: ask the Entra administrator that there is none.`;
}

function undo(answers: Answers): string {
  const { mode, scope, clientId, objectId } = answers;
  if (mode === 'policy') {
    return `# FIRST have the Entra administrator disable the Enterprise application (Properties > Enabled for users to sign in: No), then
# revoke ${permissionNames(answers)}: without the policy that holds for every mailbox, and tokens from before keep it. Have the application enabled
# again only when those tokens have ended (24 hours at most).
Get-ApplicationAccessPolicy | Where-Object { $_.AppId -contains ${idWord(clientId, 'client id')} -and $_.Description -eq 'Mail from an application' } | Remove-ApplicationAccessPolicy
# Other policies of the application stay.`;
  }
  const named = (what: string) => quotePowerShell(`${what} ${clientId ?? '<client id>'}`);
  const assignments = rolesOf(answers).map((role) => ({ role, name: named(role.replace('Application ', '')) }));
  // Exchange makes a scope of the group, and chooses its name.
  const byGroup = assignments.map(
    ({ role, name }) =>
      `$scopes += (Get-ManagementRoleAssignment -Role '${role}' | Where-Object { $_.Name -eq ${name} }).CustomResourceScope`,
  );
  const made =
    '# The group and the mailboxes stay; remove them in the Exchange admin center if nothing else uses them.';
  return [
    ...(scope.kind === 'group' ? ['$scopes = @()   # of an earlier command in this window', ...byGroup] : []),
    ...assignments.map(({ name }) => `Remove-ManagementRoleAssignment -Identity ${name}`),
    scope.kind === 'group'
      ? '$scopes | Where-Object { $_ } | Select-Object -Unique | ForEach-Object { Remove-ManagementScope -Identity $_ }'
      : `Remove-ManagementScope -Identity ${named('Mail')}`,
    `Remove-ServicePrincipal -Identity ${idWord(objectId, 'object id')}   # if nothing else of this application is assigned`,
    made,
  ].join('\n');
}
