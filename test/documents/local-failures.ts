import { createTransport, type SendMailOptions } from 'nodemailer';
import { type GraphMailError, isGraphMailError } from '../../src/common/errors.js';
import { settleOptions } from '../../src/options/check-options.js';
import type { GraphTransportOptions } from '../../src/options/types.js';
import { graphTransport } from '../../src/transport/graph-transport.js';

const own = 'noreply@contoso.com';
/** Nothing listens there: whatever is refused below is refused before any request. */
const nowhere = { authorityHost: 'https://127.0.0.1:9', graphHost: 'https://127.0.0.1:9' };
const good: GraphTransportOptions = { getToken: async () => 'token', mailbox: own, cloud: nowhere, maxRetries: 0 };
const mail: SendMailOptions = { from: own, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
const ids = { tenantId: '11111111-2222-4333-8444-555555555555', clientId: '66666666-7777-4888-8999-000000000000' };

const environment = {
  AZURE_TENANT_ID: ids.tenantId,
  AZURE_CLIENT_ID: ids.clientId,
  AZURE_CLIENT_SECRET: 's',
  GRAPH_MAIL_MAILBOX: own,
};

const configurations: readonly [options: object, env?: NodeJS.ProcessEnv][] = [
  [{}],
  [{}, { AZURE_TENANT_ID: ids.tenantId, AZURE_CLIENT_ID: ids.clientId }],
  [{}, { ...environment, GRAPH_MAIL_CA: 'missing.pem' }],
  [{ host: 'smtp.office365.com', port: 587 }],
  [{ getToken: good.getToken }],
  [{ ...ids, mailbox: own }],
  [{ ...ids, clientId: 'graph-mailer', certificatePath: 'graph-mailer.pem', mailbox: own }],
  [{ ...ids, certificatePath: 'missing.pem', mailbox: own }],
  [{ ...good, mailBox: own }],
  [{ ...good, mailbox: 'from' }],
  [{ ...good, mailbox: 'Contoso <noreply@contoso.com>' }],
  [{ ...good, delivery: 'drafts' }],
  [{ ...good, proxy: 'socks5://proxy:1080' }],
];

const raw = (...lines: string[]) => ({ raw: [...lines, '', 'Hello'].join('\r\n') });

const mails: readonly [mail: SendMailOptions, options?: Partial<GraphTransportOptions>][] = [
  [{ ...mail, to: '' }],
  [{ ...mail, envelope: { from: own, to: 'bob@example.com' } }],
  [{ ...mail, to: 'jürgen@example.com' }],
  [raw('To: ana@example.com')],
  [raw(`From: ${own}`, 'To: ana@example.com', 'To: bob@example.com')],
  [
    { ...mail, from: 'boss@contoso.com' },
    { mailbox: 'from', allowedMailboxes: [own] },
  ],
  [{ ...mail, graph: { mailbox: 'boss@contoso.com' } }],
  [{ ...mail, to: ['ana@example.com', 'bob@example.com'] }, { maxRecipients: 1 }],
  [{ ...mail, attachments: [{ filename: 'large.bin', content: Buffer.alloc(3_100_000) }] }],
  [{ ...raw(`From: ${own}`, 'To: ana@example.com', '', 'x'.repeat(3_100_000)) }, { largeMessages: 'upload' }],
  [{ ...mail, attachments: [{ path: 'missing.pdf' }] }],
  [{ ...mail, attachments: [{ path: 'a\0b' }] }],
  [{ ...mail, attachments: [{ href: 'files.example.com/invoice.pdf' }] }],
  [{ ...mail, attachments: [{ content: 3 as never }] }],
  [{ ...mail, list: { help: { url: 'help@contoso.com', comment: 'Help\nme' } } }],
  [{ ...mail, cc: 'ana@example.com\u00a0' }],
  [{ ...mail, attachments: [{ path: 'invoice.pdf' }] }, { disableFileAccess: true }],
  [{ ...mail, attachments: [{ path: 'https://example.com/invoice.pdf' }] }, { disableUrlAccess: true }],
];

/** What this package refuses by itself, before any request, as it is thrown. */
export async function localFailures(): Promise<GraphMailError[]> {
  const failures: GraphMailError[] = [];
  const catching = async (what: unknown, action: () => unknown) => {
    try {
      await action();
    } catch (error) {
      if (isGraphMailError(error) && error.outcome === 'not-sent') return void failures.push(error);
      throw error;
    }
    throw new Error(`was not refused: ${JSON.stringify(what)}`);
  };
  for (const [options, env = {}] of configurations) {
    await catching(options, () => {
      settleOptions(options as GraphTransportOptions, env);
      return graphTransport(options as GraphTransportOptions);
    });
  }
  for (const [one, options] of mails) {
    await catching(one, async () => {
      const transporter = createTransport(graphTransport({ ...good, ...options }));
      await transporter.sendMail(one);
    });
  }
  await catching('closed', async () => {
    const transporter = createTransport(graphTransport(good));
    transporter.close();
    await transporter.sendMail(mail);
  });
  return failures;
}
