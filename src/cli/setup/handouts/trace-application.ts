import { traceApplication } from '../../../delivery/request/error-hints.js';
import { traceVariables } from '../../../options/identity.js';
import type { SetupFile, TraceRegistration } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { cell, code, day, envLine } from '../common/quoting.js';

export const TRACE_ROLE = 'ExchangeMessageTrace.Read.All';

const publicFile = 'graph-mailer-trace.cer';

/** What the Entra administrator gets for the second application: nothing in it is secret. */
export function traceHandout(trace: TraceRegistration): SetupFile[] {
  return [
    { path: 'entra-admin/trace/README.md', text: readme(trace) },
    { path: `entra-admin/trace/${publicFile}`, text: trace.certificate.pem },
  ];
}

/** Its lines of the developer's `.env`. */
export function traceEnv({ clientId = '', certificatePath }: TraceRegistration): string {
  return `# The application that may search message trace; its id comes from the Entra administrator
# (entra-admin/trace). As long as it is empty, message trace is not asked.
${envLine(traceVariables.clientId, clientId)}
${envLine(traceVariables.certificatePath, certificatePath)}
`;
}

function readme({ name, certificate }: TraceRegistration): string {
  return `# For the Entra administrator: message trace

\`bulk trace\`, \`bulk resume --trace\` and \`settle({ by: 'trace' })\` look up in Exchange's message trace what became of mails. That is
done by a **second application**, since message trace shows who wrote to whom in the whole tenant, which an application that sends
should not see. Nothing narrows that permission to some mailboxes: whoever holds the key can read addresses, subjects and times of
all mail of the last 90 days. Sending works without it; leave it out if that is too much.

- **Least role**: Cloud Application Administrator; for the consent Privileged Role Administrator.
- **What changes**: one app registration with its certificate and one permission, and the service principal of Microsoft's message
  trace application (${code(traceApplication)}), where the tenant has none.
- **Nothing in this folder is secret.** The private key stays with the developer; do not ask for it.
- **Waiting**: the service principal takes effect within hours.

The certificate ${code(publicFile)} (${code(certificate.subject)}), valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}, has the
thumbprint (SHA-1, as the portal shows it) ${cell(certificate.thumbprintSha1)}. Have the developer read it to you before you upload it.

## The application, in the portal

${CLOUD_TERMS.global.portal}:

- [ ] App registrations > New registration: name ${code(name)}, **Accounts in this organizational directory only**, no redirect URI.
      Not the application that sends: that one must not have this permission
- [ ] Overview: note **Application (client) ID**
- [ ] Certificates & secrets > Certificates > Upload certificate: ${code(publicFile)}; the thumbprint shown is the one above
- [ ] API permissions > Add a permission > Microsoft Graph > **Application permissions** > ${code(TRACE_ROLE)}
- [ ] Remove ${code('User.Read')}, which is added by itself and not needed
- [ ] Grant admin consent
- [ ] Send the Application (client) ID to the developer, who puts it into \`developer/.env\` as ${code(traceVariables.clientId)}

## The service principal of message trace

Graph answers 401 as long as the tenant has none. The portal cannot make it. In Microsoft Graph PowerShell:

\`\`\`powershell
Connect-MgGraph -Scopes 'Application.ReadWrite.All'
Get-MgServicePrincipal -Filter "appId eq '${traceApplication}'"
\`\`\`

Where that shows nothing, once:

\`\`\`powershell
New-MgServicePrincipal -AppId ${traceApplication}
\`\`\`

The developer then sees with \`doctor --trace\` whether both work.

## To undo

Delete the app registration ${code(name)} (App registrations > it > Delete). The service principal of message trace can stay: it is
Microsoft's, other programs may use it, and it permits nobody anything by itself.
`;
}
