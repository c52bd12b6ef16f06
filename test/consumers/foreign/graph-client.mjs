// @microsoft/microsoft-graph-client with @azure/identity, as an application uses the two; the environment says where.
import { ClientCertificateCredential } from '@azure/identity';
import { Client, FileUpload, LargeFileUploadTask } from '@microsoft/microsoft-graph-client';
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js';

const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_AUTHORITY_HOST } = process.env;
const { GRAPH_HOST, MAILBOX } = process.env;

const credential = new ClientCertificateCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, {
  authorityHost: AZURE_AUTHORITY_HOST,
  disableInstanceDiscovery: true,
});
const client = Client.initWithMiddleware({
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes: [`${GRAPH_HOST}/.default`] }),
  baseUrl: `${GRAPH_HOST}/`,
  customHosts: new Set([new URL(GRAPH_HOST).hostname]),
});
const user = `/users/${MAILBOX}`;

const message = (subject, more) => ({
  subject,
  body: { contentType: 'HTML', content: '<p>Grüße</p>' },
  toRecipients: [{ emailAddress: { name: 'Ana', address: 'ana@example.com' } }],
  ...more,
});

const mime = (subject) =>
  [
    `From: ${MAILBOX}`,
    'To: ana@example.com',
    `Subject: ${subject}`,
    'Message-ID: <mime@contoso.example>',
    '',
    'Hi',
  ].join('\r\n');

const actions = {
  async json() {
    const attachment = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'a.txt',
      contentType: 'text/plain',
      contentBytes: Buffer.from('attached').toString('base64'),
    };
    await client.api(`${user}/sendMail`).post({ message: message('JSON', { attachments: [attachment] }) });
  },

  async mime() {
    const body = Buffer.from(mime('MIME')).toString('base64');
    await client.api(`${user}/sendMail`).header('Content-Type', 'text/plain').post(body);
  },

  async draft() {
    const draft = await client.api(`${user}/messages`).post(message('Draft'));
    await client.api(`${user}/messages/${draft.id}/send`).post({});
    return { isDraft: draft.isDraft, subject: draft.subject };
  },

  async upload() {
    const draft = await client.api(`${user}/messages`).post(message('Upload'));
    const content = Buffer.alloc(3_500_000, 'large ');
    const session = await LargeFileUploadTask.createUploadSession(
      client,
      `${GRAPH_HOST}/v1.0${user}/messages/${draft.id}/attachments/createUploadSession`,
      { AttachmentItem: { attachmentType: 'file', name: 'large.bin', size: content.length } },
    );
    const progress = [];
    const task = new LargeFileUploadTask(client, new FileUpload(content, 'large.bin', content.length), session, {
      rangeSize: 327_680 * 5,
      uploadEventHandlers: { progress: ({ minValue, maxValue }) => progress.push([minValue, maxValue]) },
    });
    const { location } = await task.upload();
    const { value } = await client.api(`${user}/messages/${draft.id}/attachments`).select('name,size').get();
    await client.api(`${user}/messages/${draft.id}/send`).post({});
    return { location, progress, attachments: value.map(({ name, size }) => ({ name, size })) };
  },

  async refused() {
    try {
      await client.api(`${user}/sendMail`).post({ message: message('Nobody', { toRecipients: [] }) });
    } catch ({ statusCode, code, message }) {
      return { statusCode, code, message };
    }
  },
};

console.log(JSON.stringify((await actions[process.argv[2]]()) ?? {}));
