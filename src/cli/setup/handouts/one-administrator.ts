import path from 'node:path';
import { OwnCommands } from '../../../common/own-commands.js';
import type { HandoutInput, SetupFile } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { cell, code } from '../common/quoting.js';
import { permissionsOf } from '../common/rights.js';
import { POLICY_WAITING } from '../scripts/restrict-policy-ps1.js';
import { developerCommands } from './developer.js';
import { idWord } from './exchange-by-hand.js';

const MODULE_ONCE =
  'Microsoft Graph PowerShell, in a window of its own (`Install-Module Microsoft.Graph.Applications -Scope CurrentUser`, once).';

const undoConsentFirst = (
  permissions: string,
) => `**first** disable the Enterprise application (Properties > Enabled for users to sign in: No) and revoke ${permissions}, and enable
it again only when the tokens from before have ended (24 hours at most): they keep ${permissions}, for every mailbox once the policy is gone. Then
`;

/** One page for a company where developer, Entra and Exchange administrator are one person: the shortest order of steps. */
export function oneAdministrator(input: HandoutInput, platform: NodeJS.Platform = process.platform): SetupFile {
  const { answers, folder, trace } = input;
  const { mode, mailboxes, deniedMailbox, cloud } = answers;
  const { portal, azure } = CLOUD_TERMS[cloud];
  const { check, run, shell } = developerCommands(input, platform);
  const byPolicy = mode === 'policy';
  const permissions = permissionsOf(answers)
    .map(({ name }) => code(name))
    .join(' and ');
  const gives = permissionsOf(answers).length === 1 ? 'Give the right to send' : 'Give the rights to send and to read';
  const ids = `-AppId ${idWord(answers.clientId, 'client id')}${byPolicy ? '' : ` -ObjectId ${idWord(answers.objectId, 'object id')}`}`;
  // By their whole paths, as each step may be in another window. Bash takes slashes on every system.
  const file = (name: string) => path.resolve(folder, name);
  const commands = new OwnCommands({ from: 'anywhere', platform });
  const bash = new OwnCommands({ from: 'anywhere', platform: 'linux' });
  const script = (name: string) =>
    azure
      ? `\`\`\`sh
${cloud === 'global' ? '' : `az cloud set --name ${azure}\n`}az login --allow-no-subscriptions
${bash.line('bash', file(`entra-admin/${name}.sh`).replaceAll(path.sep, '/'))}
\`\`\``
      : `\`\`\`powershell
${commands.line('pwsh', '-File', { file: `${folder}/entra-admin/${name}.ps1` })}
\`\`\``;
  const restrict = { file: `${folder}/exchange-admin/restrict-mailboxes.ps1` };
  // Windows PowerShell is on Windows alone.
  const shellOf = platform === 'win32' ? ['powershell', '-ExecutionPolicy', 'Bypass', '-File'] : ['pwsh', '-File'];
  const env = code(file('developer/.env'));
  const steps = [
    `**Register the application.** ${azure ? 'Azure Cloud Shell will do: upload `entra-admin/` there, and run `bash entra-admin/register-app.sh`.' : MODULE_ONCE} Or click: \`entra-admin/README.md\`, ${portal}.

${script('register-app')}`,
    `It prints three lines. Put two of them into ${env}: \`AZURE_TENANT_ID\` and \`AZURE_CLIENT_ID\`.`,
    ...(trace
      ? [
          `**Register the second application**, ${code(trace.name)}, which may search message trace: \`entra-admin/trace/README.md\`. Put its
Application (client) ID into ${env} as \`GRAPH_MAIL_TRACE_CLIENT_ID\`.`,
        ]
      : []),
    `**${byPolicy ? 'Make the policy' : gives}, and prove it.** In a new window, Exchange Online PowerShell (\`Install-Module ExchangeOnlineManagement\`, once). Or
cmdlet by cmdlet: \`exchange-admin/by-hand.md\`. On another machine, copy \`exchange-admin/\` there.

\`\`\`powershell
${commands.line(...shellOf, restrict)} ${ids}
\`\`\`

The last lines are the proof: yes for ${mailboxes.map(cell).join(', ')}, no for ${cell(deniedMailbox)}. Copy them into \`sign-off.md\`.`,
    byPolicy
      ? `**Wait**, an hour at least, then grant ${permissions}. ${POLICY_WAITING} Never before the proof: until the policy works, it opens every mailbox.

${script('grant-mail-send')}`
      : '**Wait**, 30 minutes to 2 hours. Until then Graph answers 403 although everything is right. Do not "help" by granting `Mail.Send` in\nEntra: that opens every mailbox of the tenant.',
    `**Check, then send** one mail, from a project with both packages (\`npm install nodemailer nodemailer-graph-transport\`):

\`\`\`${shell}
${check}
${run} you@your-company.example
\`\`\``,
    'Fill in `sign-off.md`. All three names are yours: let a colleague read it.',
  ];
  const indented = (text: string) => text.replaceAll(/\n(?!\n)/g, '\n   ');
  return {
    path: 'one-administrator.md',
    text: `# If you are developer, Entra administrator and Exchange administrator in one

The shortest order. Roles: Cloud Application Administrator and Exchange Administrator${byPolicy || trace ? ', and for the consent Privileged Role Administrator' : ''}; a Global Administrator has
them all. About a quarter of an hour, and the waiting.

${steps.map((step, index) => `${index + 1}. ${indented(step)}`).join('\n\n')}

To undo: ${byPolicy ? undoConsentFirst(permissions) : ''}"To undo" in \`exchange-admin/README.md\`, then in \`entra-admin/README.md\`${trace ? ' and `entra-admin/trace/README.md`' : ''}.
`,
  };
}
