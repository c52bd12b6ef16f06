import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphMailError, type GraphTransportOptions, graphTransport, isGraphMailError } from '../../src/index.js';
import { createCertificate, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const day = 86_400_000;
const unused = '11111111-2222-4333-8444-555555555555';

interface Failure {
  name: string;
  /** Changes to the sandbox's own options, which by themselves work. */
  options?: (sandbox: Sandbox) => Promise<Partial<GraphTransportOptions>> | Partial<GraphTransportOptions>;
  mail?: Record<string, unknown>;
  code: string;
  hint: RegExp;
  also?: Partial<GraphMailError>;
}

const failures: Failure[] = [
  {
    name: 'a key that does not belong to the certificate',
    options: async ({ options }) => {
      const other = await createCertificate();
      const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----/.exec(options.certificate) ?? [
        '',
      ];
      return { certificate: `${certificate}\n${other.privateKey}` };
    },
    code: 'ECONFIG',
    hint: /key that the certificate was made with/,
  },
  {
    name: 'a certificate that the application does not have',
    options: async () => pem(await createCertificate()),
    code: 'EAUTH',
    hint: /Upload the public part/,
    also: { aadsts: 700027, responseCode: 401, command: 'TOKEN', permanent: true },
  },
  {
    name: 'a certificate that has expired',
    options: async (sandbox) => {
      const expired = await createCertificate({ notBefore: new Date(Date.now() - 9 * day), days: 3 });
      sandbox.registerCertificate(expired.certificate);
      return pem(expired);
    },
    code: 'EAUTH',
    hint: /new certificate/,
    also: { command: 'TOKEN', permanent: true },
  },
  {
    name: 'a tenant that does not exist',
    options: () => ({ tenantId: unused }),
    code: 'EAUTH',
    hint: /no such tenant/,
    also: { aadsts: 90002 },
  },
  {
    name: 'an application that does not exist',
    options: () => ({ clientId: unused }),
    code: 'EAUTH',
    hint: /client id/,
    also: { aadsts: 700016 },
  },
  {
    name: 'an application without permission',
    options: async (sandbox) => {
      const bare = sandboxApps.bare;
      sandbox.registerCertificate(sandbox.options.certificate, bare);
      return { clientId: bare };
    },
    code: 'EAUTH',
    hint: /Application Mail\.Send/,
    also: { command: 'sendMail' },
  },
  {
    name: 'a mailbox that does not exist',
    options: () => ({ mailbox: 'nobody@contoso.example' }),
    mail: { from: 'nobody@contoso.example' },
    code: 'EENVELOPE',
    hint: /mailbox/,
    also: { responseCode: 404, graphCode: 'ErrorInvalidUser' },
  },
  {
    name: 'a mailbox outside of what the application may use',
    options: (sandbox) => {
      sandbox.registerCertificate(sandbox.options.certificate, sandboxApps.scoped);
      return { clientId: sandboxApps.scoped, mailbox: 'other@contoso.example' };
    },
    mail: { from: 'other@contoso.example' },
    code: 'EAUTH',
    hint: /outside of what the application may use/,
    also: { responseCode: 403 },
  },
  {
    name: 'a mailbox that the options do not allow',
    options: () => ({ mailbox: 'from', allowedMailboxes: ['noreply@contoso.example'] }),
    mail: { from: 'boss@contoso.example' },
    code: 'EENVELOPE',
    hint: /allowedMailboxes/,
    also: { command: 'API' },
  },
  {
    name: 'no recipients',
    mail: { to: undefined },
    code: 'EENVELOPE',
    hint: /at least one address/,
    also: { command: 'API' },
  },
  {
    name: 'a message over the limit',
    mail: { attachments: [{ filename: 'big.bin', content: Buffer.alloc(2_300_000) }] },
    code: 'EMESSAGE',
    hint: /smaller/,
    also: { command: 'API', permanent: true },
  },
  {
    name: 'a cloud that the tenant does not live in',
    options: ({ options }) => ({ cloud: { ...options.cloud, graphHost: 'https://graph.microsoft.us' } }),
    code: 'EAUTH',
    hint: /cloud/,
  },
  {
    name: 'the token endpoint not reachable',
    options: ({ options }) => ({ cloud: { ...options.cloud, authorityHost: 'https://127.0.0.1:1' }, maxRetries: 0 }),
    code: 'ESOCKET',
    hint: /sandbox running/,
    also: { command: 'TOKEN' },
  },
];

const sandboxApps = { bare: '22222222-2222-4333-8444-555555555555', scoped: '33333333-2222-4333-8444-555555555555' };

function pem(made: { privateKey: string; certificate: string }): { certificate: string } {
  return { certificate: made.privateKey + made.certificate };
}

async function failureOf(options: GraphTransportOptions, mail: Record<string, unknown>): Promise<unknown> {
  try {
    const transporter = createTransport(graphTransport(options));
    try {
      await transporter.sendMail({
        from: 'noreply@contoso.example',
        to: 'ana@example.com',
        subject: 'Hi',
        text: 'Hello',
        ...mail,
      });
    } finally {
      transporter.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('what cannot be sent', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({
      mailboxes: ['other@contoso.example', 'boss@contoso.example'],
      apps: [
        { clientId: sandboxApps.bare, certificates: [], roles: [] },
        { clientId: sandboxApps.scoped, certificates: [], allowedMailboxes: ['noreply@contoso.example'] },
      ],
    });
  });
  afterAll(() => sandbox.close());

  it.each(failures)(
    '$name: one error with code $code, not sent, and a hint',
    async ({ options, mail, code, hint, also }) => {
      const changed = await options?.(sandbox);
      const error = await failureOf({ ...sandbox.options, ...changed }, mail ?? {});
      expect(isGraphMailError(error), String(error)).toBe(true);
      expect(error).toMatchObject({ code, outcome: 'not-sent', ...also });
      expect((error as GraphMailError).hint).toMatch(hint);
      expect(sandbox.stats().submissions).toBe(0);
    },
  );

  it('the server going away between token and message: ESOCKET, not sent', async () => {
    const gone = await startSandbox();
    const transporter = createTransport(graphTransport({ ...gone.options, maxRetries: 0 }));
    await transporter.verify();
    await gone.close();
    const error = await transporter.sendMail({ from: gone.options.mailbox, to: 'ana@example.com' }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'ESOCKET',
      outcome: 'not-sent',
      command: 'sendMail',
      hint: expect.stringMatching(/sandbox running/),
    });
    transporter.close();
  });
});

describe('a form that puts a visitor into From', () => {
  it('cannot make the transport post to a mailbox that the options do not allow', async () => {
    const sandbox = await startSandbox({ mailboxes: ['boss@contoso.example'], fromMismatch: 'allow' });
    const forms = [
      { mailbox: 'noreply@contoso.example' },
      { mailbox: 'from', allowedMailboxes: ['noreply@contoso.example'] },
      { mailbox: ({ data }) => data.from, allowedMailboxes: '*@sales.contoso.example' },
    ] satisfies Partial<GraphTransportOptions>[];
    for (const form of forms) {
      await failureOf({ ...sandbox.options, ...form }, { from: 'boss@contoso.example' });
      await failureOf({ ...sandbox.options, ...form }, { graph: { mailbox: 'boss@contoso.example' } });
    }
    const paths = sandbox.requests().map(({ path }) => decodeURIComponent(path));
    expect(paths.some((path) => path.includes('noreply@contoso.example'))).toBe(true);
    expect(paths.filter((path) => path.includes('boss@'))).toEqual([]);
    await sandbox.close();
  });
});
