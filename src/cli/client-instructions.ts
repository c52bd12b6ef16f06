import { OwnCommands } from '../own-commands.js';
import { quoteSh, setVariable } from '../shell-quoting.js';

/** A running sandbox, as its clients must know it. */
export interface SandboxAddress {
  /** Origin of Entra and Graph. */
  url: string;
  inboxUrl: string;
  tenantId: string;
  clientId: string;
  mailbox: string;
  /** File with certificate and key. */
  certificateFile: string;
  /** File with the certificate authority. */
  caFile: string;
  /** A client secret, for clients that cannot sign with a certificate. */
  secret: string;
}

/** What to paste, so that a client of any kind uses a sandbox. */
export function clientInstructions(sandbox: SandboxAddress, platform: NodeJS.Platform = process.platform): string {
  const { url, tenantId, clientId, mailbox, certificateFile, caFile } = sandbox;
  const variables = {
    AZURE_AUTHORITY_HOST: url,
    GRAPH_MAIL_GRAPH_HOST: url,
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: certificateFile,
    GRAPH_MAIL_MAILBOX: mailbox,
    NODE_EXTRA_CA_CERTS: caFile,
  };
  const environment = Object.entries(variables).map(([name, value]) => setVariable(name, value, platform));
  return `Inbox            ${sandbox.inboxUrl}
Entra and Graph  ${url}

To send through it, give your program this environment and use graphTransport() without options:

${environment.join('\n')}

To have a key, a .env and a first mail made for you, as for a tenant, in another terminal:

${new OwnCommands({ platform }).plain('setup', '--sandbox', sandbox.inboxUrl)}

With @azure/identity and @microsoft/microsoft-graph-client, in the same environment:

${graphClient(sandbox)}

${platform === 'win32' ? 'With curl, in Git Bash:' : 'With curl:'}

${curl(sandbox)}
`;
}

function graphClient({ url, mailbox }: SandboxAddress): string {
  const { hostname } = new URL(url);
  return `const { env } = process;
const credential = new ClientCertificateCredential(
  env.AZURE_TENANT_ID, env.AZURE_CLIENT_ID, env.AZURE_CLIENT_CERTIFICATE_PATH,
  { authorityHost: env.AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true });
const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: ['https://graph.microsoft.com/.default'] });
const client = Client.initWithMiddleware({ authProvider, baseUrl: '${url}/', customHosts: new Set(['${hostname}']) });
await client.api(${JSON.stringify(`/users/${encodeURIComponent(mailbox)}/sendMail`)}).post({ message: {
  subject: 'Hello', body: { contentType: 'text', content: 'Hello' },
  toRecipients: [{ emailAddress: { address: 'ana@example.com' } }] } });`;
}

/** The secret is one of this sandbox, which listens on this machine alone. */
function curl({ url, tenantId, clientId, mailbox, caFile, secret }: SandboxAddress): string {
  const ca = `--cacert ${quoteSh(caFile)}`;
  return `TOKEN=$(curl -s ${ca} ${quoteSh(`${url}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`)} -d grant_type=client_credentials \\
  -d ${quoteSh(`client_id=${encodeURIComponent(clientId)}`)} -d ${quoteSh(`client_secret=${encodeURIComponent(secret)}`)} -d scope=https://graph.microsoft.com/.default \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
printf '%s\\r\\n' ${quoteSh(`From: ${mailbox}`)} 'To: ana@example.com' 'Subject: Hello' '' 'Hello from curl' | base64 \\
  | curl -i ${ca} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: text/plain' --data-binary @- \\
    ${quoteSh(`${url}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`)}`;
}
