import type { Answers, HandoutInput, SetupFile } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { cell, code, day } from '../common/quoting.js';
import { featureLines, permissionsOf } from '../common/rights.js';
import { grantMailSendPs1, grantMailSendSh } from '../scripts/grant-mail-send.js';
import { registerAppPs1, registerAppSh } from '../scripts/register-app.js';

/** The Entra administrator's folder: nothing in it is secret. */
export function entraHandout(input: HandoutInput): SetupFile[] {
  const { answers, certificate, publicFile } = input;
  const { azure, graphPowerShell } = CLOUD_TERMS[answers.cloud];
  const file = (name: string, text: string, executable = false) => ({
    path: `entra-admin/${name}`,
    text,
    ...(executable && { executable }),
  });
  return [
    file('README.md', entraReadme(input)),
    file(publicFile, certificate.pem),
    ...(azure ? [file('register-app.sh', registerAppSh(answers, certificate, publicFile, azure), true)] : []),
    ...(graphPowerShell
      ? [file('register-app.ps1', registerAppPs1(answers, certificate, publicFile, graphPowerShell))]
      : []),
    ...(answers.mode === 'policy'
      ? [
          ...(azure ? [file('grant-mail-send.sh', grantMailSendSh(answers, azure), true)] : []),
          ...(graphPowerShell ? [file('grant-mail-send.ps1', grantMailSendPs1(answers, graphPowerShell))] : []),
        ]
      : []),
  ];
}

/** What the Entra administrator reads: why, what changes, three ways to do it, how to undo it. (facts auth-10, auth-11, setup-7) */
function entraReadme({ answers, certificate, publicFile }: HandoutInput): string {
  const { mode, name, cloud } = answers;
  const { portal } = CLOUD_TERMS[cloud];
  const permissions = named(answers);
  const features = featureLines(answers);
  return `# For the Entra administrator

A program wants to send mail through Microsoft Graph, signed in as an application with a certificate. You register it. ${
    mode === 'rbac'
      ? 'You\n**grant it no permission at all**: Exchange gives it the right to send, from a few mailboxes only.'
      : `You grant it\n${permissions} **last**, after the Exchange administrator has kept it to a few mailboxes.`
  }
${
  features.length > 0 && mode === 'policy'
    ? `\nBeside sending, it was asked for:\n\n${features.map((line) => `- ${line}`).join('\n')}\n`
    : ''
}
- **Least role**: Cloud Application Administrator. Application Developer is enough by Azure CLI and in the portal; Microsoft Graph
  PowerShell asks for the delegated permission \`Application.ReadWrite.All\`, which an administrator must have consented to.${mode === 'policy' ? ' For the consent: Privileged Role Administrator.' : ''}
- **What changes**: one app registration, its certificate, its Enterprise application${mode === 'policy' ? `, later ${permissionsOf(answers).length === 1 ? 'one permission' : 'two permissions'}` : ''}. Nothing else in the tenant.
- **Nothing in this folder is secret.** The private key stays with the developer; do not ask for it.
- **Waiting**: a new application and its certificate work within a minute or so.

The certificate ${code(publicFile)} (${code(certificate.subject)}), valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}:

| thumbprint | |
| --- | --- |
| SHA-1, as the portal shows it | ${cell(certificate.thumbprintSha1)} |
| SHA-256 | ${cell(certificate.thumbprintSha256)} |

Have the developer read you one of them before you upload it.

It is ${certificate.selfSigned ? 'self-signed' : 'from a certificate authority'}. Microsoft advises against self-signed certificates in production, and a tenant's app management policies (Enterprise
applications > Security > Application policies; they need no licence) can refuse ${certificate.selfSigned ? 'them' : 'some authorities'}, or certificates that are valid
for too long. If the upload is refused: ask for one with fewer \`--days\`, or for one of your own authority (\`--certificate\`), or
exempt this application in the policy.

## One of these ways

${ways(answers)}**Portal**, ${portal}:

- [ ] App registrations > New registration: name ${code(name)}, **Accounts in this organizational directory only**, no redirect URI
- [ ] Overview: note **Application (client) ID** and **Directory (tenant) ID**
- [ ] Certificates & secrets > Certificates > Upload certificate: ${code(publicFile)}; the thumbprint shown is the SHA-1 above
- [ ] Certificates & secrets > Client secrets: there is none
- [ ] API permissions: ${mode === 'rbac' ? 'remove `User.Read`, which is added by itself and not needed. **Add nothing**: `Mail.Send` here would hold for every mailbox, and add to whatever Exchange restricts' : 'nothing yet'}
- [ ] Enterprise applications > the same name: note its **Object ID**. It is another one than on the app registration's page${mode === 'rbac' ? '; Exchange\n      needs this one' : ''}
- [ ] Send the three ids to the developer and to the Exchange administrator

A script may be run again, changes nothing that is there, and goes by ids; an application that happens to have the same name is
never touched. It ends with the three ids, which are also in \`registered-app.txt\`. One that fails says so, and its exit code is not 0.

${mode === 'policy' ? consent(answers) : ''}## To undo

Delete the app registration ${code(name)} (App registrations > it > Delete). It can be restored for 30 days. Its Enterprise
application goes with it, and Microsoft lists that among what ends this program's tokens early. Revoking a
permission alone does not: tokens from before keep it for up to 24 hours. To end them now, disable the Enterprise application
(Properties > Enabled for users to sign in: No), revoke the permission, and enable it again when they have ended (24 hours at most).
`;
}

/** The permissions of Entra, as Markdown. */
function named(answers: Answers): string {
  return permissionsOf(answers)
    .map(({ name }) => code(name))
    .join(' and ');
}

function ways({ cloud }: Answers): string {
  const { azure, graphPowerShell } = CLOUD_TERMS[cloud];
  return `${azure ? azureCli(azure) : NO_AZURE_CLI}\n${graphPowerShell ? GRAPH_POWERSHELL : NO_GRAPH_POWERSHELL}\n`;
}

const azureCli = (cloud: string) => `**Azure CLI** (Bash; also in Azure Cloud Shell):

\`\`\`sh
${cloud === CLOUD_TERMS.global.azure ? '' : `az cloud set --name ${cloud}\n`}az login --allow-no-subscriptions
bash register-app.sh
\`\`\`
`;

const NO_AZURE_CLI =
  'There is no script for Azure CLI: it knows the Graph of GCC High, and gets no token for that of the DoD cloud.\n';

const GRAPH_POWERSHELL = `**Microsoft Graph PowerShell** (a window of its own, since it clashes with Exchange Online PowerShell):

\`\`\`powershell
Install-Module Microsoft.Graph.Applications -Scope CurrentUser   # once
pwsh -File ./register-app.ps1
\`\`\`

PowerShell 7 before Windows PowerShell 5.1 (\`powershell -ExecutionPolicy Bypass -File .\\register-app.ps1\`): with versions 2.34 to 2.37 of
the module, users report that signing in fails in 5.1 (an error that names \`GetTokenAsync\`).
`;

const NO_GRAPH_POWERSHELL = `There is no script for Microsoft Graph PowerShell: in this cloud it needs an application of your own to sign in with.
`;

function consent(answers: Answers): string {
  const { name, cloud } = answers;
  const { azure, graphPowerShell } = CLOUD_TERMS[cloud];
  const scripts = [
    ...(azure ? ['`bash grant-mail-send.sh`'] : []),
    ...(graphPowerShell ? ['`pwsh -File ./grant-mail-send.ps1`'] : []),
  ];
  return `## Last: the consent

Only when the Exchange administrator says that the policy works, with the proof \`Denied\` for a mailbox outside of it, **and that for
more than an hour**: the proof is ahead of the mailboxes. The other way round, the application could ${permissionsOf(answers).length === 1 ? 'send from' : 'read, and send from,'} every mailbox of the
tenant for an hour or more.

${[...scripts, 'in the portal'].join(', or ')}:

- [ ] App registrations > ${code(name)} > API permissions > Add a permission > Microsoft Graph > **Application permissions** > ${permissionsOf(
    answers,
  )
    .map((permission) => permission.name)
    .join(', ')}
- [ ] Grant admin consent
- [ ] Nothing else is in the list (remove \`User.Read\`)

After a script, the portal shows what was granted under "Other permissions granted": it is granted, though the app registration does not
ask for it. The program, if it runs, asks for a token with it when it is next refused; another product may keep its token without it
for up to 24 hours: have it restarted.

`;
}
