import type { Connection } from '../api/types.js';

export interface Snippet {
  title: string;
  about: string;
  text: string;
}

const KEY = 'sandbox.pem';
const CA = 'sandbox-ca.pem';

/** What to paste. File names stand for files that the reader has: the sandbox gives its CA, and never a private key. */
export function snippets({ tenantId, clientId, mailbox, authorityHost, graphHost }: Connection): Snippet[] {
  const login = `AZURE_AUTHORITY_HOST=${authorityHost}
AZURE_TENANT_ID=${tenantId}
AZURE_CLIENT_ID=${clientId}
AZURE_CLIENT_CERTIFICATE_PATH=${KEY}
NODE_EXTRA_CA_CERTS=${CA}`;
  return [
    {
      title: 'graphTransport() by its environment',
      about: `With these, graphTransport() needs no options. ${KEY} is the application's certificate with its private key.`,
      text: `${login}
GRAPH_MAIL_GRAPH_HOST=${graphHost}
GRAPH_MAIL_MAILBOX=${mailbox}`,
    },
    {
      title: 'graphTransport() by options',
      about: 'The CA stands in the options, so the process needs no environment.',
      text: `import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const transporter = nodemailer.createTransport(
  graphTransport({
    tenantId: ${js(tenantId)},
    clientId: ${js(clientId)},
    certificatePath: '${KEY}',
    mailbox: ${js(mailbox)},
    cloud: {
      authorityHost: ${js(authorityHost)},
      graphHost: ${js(graphHost)},
      ca: readFileSync('${CA}', 'utf8'),
    },
  }),
);`,
    },
    {
      title: '@azure/identity with @microsoft/microsoft-graph-client',
      about: `Start Node with NODE_EXTRA_CA_CERTS=${CA}.`,
      text: `import { ClientCertificateCredential } from '@azure/identity';
import { Client } from '@microsoft/microsoft-graph-client';

const credential = new ClientCertificateCredential(${js(tenantId)}, ${js(clientId)}, '${KEY}', {
  authorityHost: ${js(authorityHost)},
  disableInstanceDiscovery: true,
});
const client = Client.init({
  baseUrl: '${graphHost}/',
  customHosts: new Set(['${new URL(graphHost).hostname}']),
  authProvider: (done) =>
    credential.getToken('${graphHost}/.default').then(({ token }) => done(null, token), (error) => done(error, null)),
});
await client.api(${js(`/users/${encodeURIComponent(mailbox)}/sendMail`)}).post({
  message: {
    subject: 'Hello',
    body: { contentType: 'Text', content: 'Hello' },
    toRecipients: [{ emailAddress: { address: 'ana@example.com' } }],
  },
});`,
    },
    {
      title: 'curl',
      about: 'For an application with a client secret.',
      text: `TOKEN=$(curl --cacert ${CA} -s ${sh(`${authorityHost}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`)} \\
  -d grant_type=client_credentials -d ${sh(`client_id=${encodeURIComponent(clientId)}`)} \\
  -d client_secret="$CLIENT_SECRET" -d scope=${graphHost}/.default |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

printf 'To: ana@example.com\\r\\nSubject: Hello\\r\\n\\r\\nHello' | base64 | tr -d '\\n' |
  curl --cacert ${CA} -i ${sh(`${graphHost}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`)} \\
    -H "Authorization: Bearer $TOKEN" -H 'Content-Type: text/plain' --data-binary @-`,
    },
  ];
}

/** A string of JavaScript. */
function js(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** A word for a POSIX shell, quoted only where it must be; an own one, as the page shares no code with the transport. */
function sh(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
