import { CLOUD_TERMS } from '../clouds.js';
import { cell, code, day } from './markdown.js';
import type { PacketInput } from './packet-input.js';

/** What the Entra administrator reads: why, what changes, three ways to do it, how to undo it. */
export function entraReadme({ answers, certificate, publicFile }: PacketInput): string {
  const { mode, name, cloud } = answers;
  const { portal, azure, graphPowerShell } = CLOUD_TERMS[cloud];
  const otherCloud = cloud === 'global' ? '' : `az cloud set --name ${azure}\n`;
  return `# For the Entra administrator

A program wants to send mail through Microsoft Graph, signed in as an application with a certificate. You register it. ${
    mode === 'rbac'
      ? 'You\n**grant it no permission at all**: Exchange gives it the right to send, from a few mailboxes only.'
      : 'You grant it\n`Mail.Send` **last**, after the Exchange administrator has kept it to a few mailboxes.'
  }

- **Least role**: Cloud Application Administrator (or Application Developer).${mode === 'policy' ? ' For the consent: Privileged Role Administrator.' : ''}
- **What changes**: one app registration, its certificate, its Enterprise application${mode === 'policy' ? ', later one permission' : ''}. Nothing else in the tenant.
- **Nothing in this folder is secret.** The private key stays with the developer; do not ask for it.
- **Waiting**: a new application and its certificate work within a minute or so.

The certificate ${code(publicFile)} (${code(certificate.subject)}), valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}:

| thumbprint | |
| --- | --- |
| SHA-1, as the portal shows it | ${cell(certificate.thumbprintSha1)} |
| SHA-256 | ${cell(certificate.thumbprintSha256)} |

Have the developer read you one of them before you upload it. A tenant's app management policy may refuse certificates that are
valid for too long; then ask for one with fewer \`--days\`.

## One of ${graphPowerShell ? 'three' : 'two'} ways

**Azure CLI** (Bash; also in Azure Cloud Shell):

\`\`\`sh
${otherCloud}az login --allow-no-subscriptions
bash register-app.sh
\`\`\`
${cloud === 'usgov-dod' ? '\n(Azure CLI likely does not know the Graph of the DoD cloud: use one of the other ways.)\n' : ''}
${graphPowerShell ? GRAPH_POWERSHELL : NO_GRAPH_POWERSHELL}
**Portal**, ${portal}:

- [ ] App registrations > New registration: name ${code(name)}, **Accounts in this organizational directory only**, no redirect URI
- [ ] Overview: note **Application (client) ID** and **Directory (tenant) ID**
- [ ] Certificates & secrets > Certificates > Upload certificate: ${code(publicFile)}; the thumbprint shown is the SHA-1 above
- [ ] Certificates & secrets > Client secrets: there is none
- [ ] API permissions: ${mode === 'rbac' ? 'remove `User.Read`, which is added by itself and not needed. **Add nothing**: `Mail.Send` here would hold for every mailbox, and add to whatever Exchange restricts' : 'nothing yet'}
- [ ] Enterprise applications > the same name: note its **Object ID**. It is another one than on the app registration's page${mode === 'rbac' ? '; Exchange\n      needs this one' : ''}
- [ ] Send the three ids to the developer and to the Exchange administrator

Both scripts may be run again, change nothing that is there, and go by ids; an application that happens to have the same name is
never touched. They end with the three ids, which are also in \`registered-app.txt\`.

${mode === 'policy' ? consent(name, graphPowerShell) : ''}## To undo

Delete the app registration ${code(name)} (App registrations > it > Delete). It can be restored for 30 days. Tokens that were issued
work on for about an hour, up to 24.
`;
}

function consent(name: string, graphPowerShell: string | undefined): string {
  return `## Last: the consent

Only when the Exchange administrator says that the policy works, with the proof \`Denied\` for a mailbox outside of it. The other way
round, the application could send from every mailbox of the tenant for an hour or more.

\`bash grant-mail-send.sh\`, ${graphPowerShell ? 'or `grant-mail-send.ps1`, ' : ''}or in the portal:

- [ ] App registrations > ${code(name)} > API permissions > Add a permission > Microsoft Graph > **Application permissions** > Mail.Send
- [ ] Grant admin consent
- [ ] Nothing else is in the list (remove \`User.Read\`)

`;
}

const GRAPH_POWERSHELL = `**Microsoft Graph PowerShell** (5.1 or 7; a window of its own, since it clashes with Exchange Online PowerShell):

\`\`\`powershell
Install-Module Microsoft.Graph.Applications -Scope CurrentUser   # once
powershell -ExecutionPolicy Bypass -File .\\register-app.ps1       # or: pwsh -File ./register-app.ps1
\`\`\`
`;

const NO_GRAPH_POWERSHELL = `(There is no script for Microsoft Graph PowerShell: in this cloud it needs an application of your own to sign in with.)
`;
