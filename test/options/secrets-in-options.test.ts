import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendBulk } from '../../src/bulk/index.js';
import { runProgram } from '../../src/cli/program.js';
import { isMailbox } from '../../src/common/canonical-address.js';
import { graphPreflight, graphTransport } from '../../src/index.js';
import { settleOptions } from '../../src/options/check-options.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { baseOptions } from '../helpers/fixtures.js';

const key = Buffer.from('the private key of the application, as it stands in a file of its own. '.repeat(6)).toString(
  'base64',
);

/** What people have on their clipboards, each with what must not be printed of it. */
const secrets: Record<string, { value: unknown; parts: string[] }> = {
  'a token': {
    value: `eyJhbGciOiJSUzI1NiJ9.${key}.c2lnbmF0dXJl`,
    parts: ['eyJhbGciOiJSUzI1NiJ9', key.slice(0, 16), 'c2lnbmF0dXJl'],
  },
  'a client secret': { value: 'abC8Q~x.Y1-zz_9Tq7Lw0Kp3Vn5Rd2Gh6Jb4Mc8', parts: ['abC8Q~', 'Jb4Mc8', 'Tq7Lw0'] },
  'a private key': {
    value: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    parts: [key.slice(0, 16), key.slice(-16)],
  },
  'a PFX in base64': { value: `MIIKXAIBAzCC${key}`, parts: ['MIIKXAIBAzCC', key.slice(0, 16)] },
  'a PFX in bytes': { value: Buffer.from(`0\x82\x0a\x5c${key}`, 'latin1'), parts: [key.slice(0, 16), '30 82 0a 5c'] },
  'a password': { value: 'hunter2', parts: ['hunter2'] },
  'a password with an @': { value: 'P@ssw0rd', parts: ['ssw0rd'] },
  'a password with a slash': { value: 'tr0ub4dor/&3', parts: ['tr0ub4dor', '&3'] },
  'a number': { value: 48_151_623, parts: ['48151623', '48_151', '48,151'] },
  'a number in text': { value: '48151623', parts: ['48151623'] },
  'a connection string': {
    value: 'Server=db.contoso.com;User=svc-9x;Password=correcthorse;Encrypt=true',
    parts: ['correcthorse', 'svc-9x', 'db.contoso'],
  },
  'a URL with a password': {
    value: 'https://svc-9x:correcthorse@vault.contoso.com/secrets?code=batterystaple',
    parts: ['correcthorse', 'batterystaple', 'svc-9x'],
  },
  'a URL of another kind': { value: 'hunter2://correcthorse', parts: ['hunter2', 'correcthorse'] },
  'a list': { value: ['correcthorse', 'batterystaple'], parts: ['correcthorse', 'batterystaple'] },
  'an object': { value: { password: 'correcthorse' }, parts: ['correcthorse'] },
};

/** Everything that a program may print of an error. */
function printed(error: unknown): string {
  const all: string[] = [];
  for (let one = error, depth = 0; one !== undefined && one !== null && depth < 10; depth++) {
    const { message, stack, hint, response, cause } = one as Record<string, unknown>;
    all.push(String(one), String(message), String(stack), String(hint), String(response));
    all.push(inspect(one, { depth: 10, showHidden: true, maxStringLength: null }), JSON.stringify(one) ?? '');
    one = cause;
  }
  return all.join('\n');
}

function expectSilence(text: string, parts: readonly string[]): void {
  for (const part of parts) expect(text).not.toContain(part);
}

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

// Node prints the arguments of no frame; a stack quotes the message alone.
const table = Object.entries(secrets).map(([name, secret]) => ({ name, ...secret }));

const { mailbox, tenantId, clientId, ...credentials } = baseOptions as unknown as Record<string, unknown>;
const transportOptions = [
  ...['tenantId', 'clientId', 'certificatePath', 'certificate', 'certificatePassword', 'sendCertificateChain'],
  ...['clientAssertion', 'credential', 'getToken', 'mailbox', 'allowedMailboxes', 'cloud', 'mailboxConcurrency'],
  ...['timeout', 'maxRetries', 'maxWait', 'maxRequestSize', 'delivery', 'onUnknown', 'verifyWindow', 'largeMessages'],
  ...['uploadBudget', 'onDraft', 'maxConnections', 'rateLimit', 'rateDelta', 'proxy', 'agent', 'logger', 'debug'],
  ...['component', 'dkim', 'attachDataUrls', 'disableFileAccess', 'disableUrlAccess', 'normalizeHeaderKey'],
  ...['maxRecipients', 'cloud.authorityHost', 'cloud.graphHost', 'cloud.ca', 'cloud.password'],
  ...['trace', 'trace.clientId', 'trace.certificatePath', 'trace.certificate', 'trace.certificatePassword'],
  ...['trace.clientSecret', 'trace.clientAssertion', 'trace.credential', 'trace.getToken', 'trace.password'],
];

/** Options with a value in one place, the identity completed by what does not contradict it. */
function optionsWith(name: string, value: unknown): Record<string, unknown> {
  const ids = { tenantId, clientId, mailbox };
  if (name.startsWith('cloud.')) {
    const hosts = { authorityHost: 'https://login.example.com', graphHost: 'https://graph.example.com' };
    return { ...ids, ...credentials, cloud: { ...hosts, [name.slice(6)]: value } };
  }
  if (name.startsWith('trace.')) {
    const own = { clientId: '99999999-2222-4333-8444-555555555555', [name.slice(6)]: value };
    return { ...ids, ...credentials, trace: own };
  }
  if (name === 'getToken' || name === 'credential') return { mailbox, [name]: value };
  const isCredential = ['certificatePath', 'certificate', 'clientAssertion'].includes(name);
  return { ...ids, ...(isCredential ? {} : credentials), [name]: value };
}

describe.each(table)('$name is not printed when it is given', ({ value, parts }) => {
  it('as the options', async () => {
    for (const make of [graphTransport, graphPreflight] as ((options: never) => unknown)[]) {
      expectSilence(printed(await failureOf(() => make(value as never))), parts);
    }
  });

  it.each(transportOptions)('as the option %s', async (name) => {
    const error = await failureOf(() => graphTransport(optionsWith(name, value) as never).close());
    expectSilence(printed(error), parts);
  });

  it.each(['mailbox', 'allowedMailboxes', 'maxRequestSize', 'largeMessages', 'report', 'examples'])(
    'as the option %s of preflight',
    async (name) => {
      const error = await failureOf(() => graphPreflight({ mailbox, [name]: value } as never));
      expectSilence(printed(error), parts);
    },
  );

  it('as the name of an option', async () => {
    if (typeof value !== 'string' || /^[a-z]+$/i.test(value)) return;
    for (const run of [
      () => graphTransport({ ...baseOptions, [value]: 1 } as never),
      () => graphPreflight({ mailbox, [value]: 1 } as never),
      () => startSandbox({ [value]: 1 } as never),
    ]) {
      const error = await failureOf(run);
      expect(error).toBeInstanceOf(Error);
      expectSilence(printed(error), parts);
    }
  });

  it.each(['mailbox', 'delivery', 'onUnknown', 'largeMessages', 'onAttempt', 'onWithdraw', 'all'])(
    "as a message's graph.%s",
    async (name) => {
      const transporter = createTransport(graphTransport({ ...baseOptions, getToken: undefined } as never) as never);
      const graph = name === 'all' ? value : { [name]: value };
      const mail = { from: String(mailbox), to: 'ana@example.com', text: 'x', graph };
      // A mailbox that is one by its form is refused before anything is asked of a server.
      const error = await failureOf(() => transporter.sendMail(mail as never));
      expect(error).toBeInstanceOf(Error);
      expectSilence(printed(error), parts);
      transporter.close();
    },
  );

  it.each(['mailbox', 'messageId', 'draftId', 'sentAfter', 'window', 'since', 'all'])(
    'as %s of settle and readInbox',
    async (name) => {
      // What has the form of a mailbox is one, and would be looked for.
      if (name === 'mailbox' && isMailbox(String(value))) return;
      const transport = graphTransport(baseOptions as never);
      const good = { mailbox: 'not one', messageId: '<a@b>' };
      const given = name === 'all' ? value : { ...good, [name]: value };
      expectSilence(printed(await failureOf(() => transport.settle(given as never))), parts);
      expectSilence(printed(await failureOf(() => transport.readInbox(given as never))), parts);
      transport.close();
    },
  );

  it.each(['mailbox', 'messageId', 'messageIds', 'by', 'from', 'since', 'until', 'all'])(
    'as %s of settle and traceMessages, which message trace is to be asked about',
    async (name) => {
      // Without the option `trace` nothing is asked, whatever else is right.
      const transport = graphTransport(baseOptions as never);
      const good = { mailbox, messageId: '<a@b>', messageIds: ['<a@b>'], since: new Date(), by: 'trace' };
      for (const wrong of name === 'messageIds' ? [value, [value]] : [value]) {
        const given = name === 'all' ? wrong : { ...good, [name]: wrong };
        const all = [transport.settle(given as never), transport.traceMessages(given as never)];
        for (const one of all) expectSilence(printed(await failureOf(() => one)), parts);
      }
      transport.close();
    },
  );

  const variables = [
    ...['GRAPH_MAIL_TRACE_CLIENT_ID', 'GRAPH_MAIL_TRACE_CERTIFICATE_PATH', 'GRAPH_MAIL_TRACE_CERTIFICATE'],
    ...['GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD'],
    ...['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'],
    ...['AZURE_AUTHORITY_HOST', 'GRAPH_MAIL_CERTIFICATE', 'GRAPH_MAIL_GRAPH_HOST', 'GRAPH_MAIL_MAILBOX'],
    ...['HTTPS_PROXY', 'https_proxy', 'AZURE_CLIENT_CERTIFICATE_PASSWORD'],
  ];
  it.each(typeof value === 'string' ? variables : [])('as the variable %s', async (name) => {
    const env: Record<string, string> = {
      AZURE_TENANT_ID: String(tenantId),
      AZURE_CLIENT_ID: String(clientId),
      GRAPH_MAIL_CERTIFICATE: 'nothing',
      ...(name.startsWith('GRAPH_MAIL_TRACE') && {
        GRAPH_MAIL_TRACE_CLIENT_ID: '99999999-2222-4333-8444-555555555555',
      }),
      GRAPH_MAIL_MAILBOX: String(mailbox),
      [name]: String(value),
    };
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      expectSilence(printed(await failureOf(() => settleOptions({}, env))), parts);
      expectSilence(printed(await failureOf(() => graphTransport().close())), parts);
    } finally {
      for (const one of Object.keys(env)) delete process.env[one];
      Object.assign(process.env, before);
    }
  });
});

describe.each(table)('bulk, sandbox and commands do not print $name', ({ value, parts }) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ...['transporter', 'recipients', 'template', 'from', 'attachmentsFolder', 'rate', 'perDay', 'unknown', 'maxErrors'],
    ...['patience', 'limit', 'suppress', 'concurrency', 'unsubscribe', 'listId', 'autoResponseSuppress', 'headers'],
    ...['from.address', 'from.mailbox', 'unsubscribe.url', 'unsubscribe.mailto'],
  ])('as the option %s of sendBulk', async (name) => {
    const [outer = '', inner] = name.split('.');
    const good = {
      transporter: { sendMail: async () => ({}) },
      recipients: { csv: 'email\nana@example.com\n' },
      template: { subject: 'Hi', text: 'Hello' },
      from: 'news@contoso.com',
    };
    const given = inner === undefined ? value : { address: 'news@contoso.com', [inner]: value };
    const error = await failureOf(async () => {
      const run = sendBulk({ ...good, [outer]: given } as never);
      await run;
    });
    expectSilence(printed(error), parts);
  });

  it.each([
    'tenantId',
    'certificate',
    'mailbox',
    'port',
    'apps',
    'groups',
    'scenario',
    'cloud',
    'fromMismatch',
    'identity',
  ])('as the option %s of startSandbox', async (name) => {
    const error = await failureOf(async () => (await startSandbox({ [name]: value } as never)).close());
    expectSilence(printed(error), parts);
  });

  it.each(
    typeof value === 'string'
      ? [
          ['send', '--mailbox'],
          ['send', '--to'],
          ['send', '--from'],
          ['send', '--raw'],
          ['send', '--attach'],
          ['send', '--delivery'],
          ['send', '--env-file'],
          ['send', '--pasword='],
          ['doctor', '--cloud'],
          ['doctor', '--tenant-id'],
          ['bulk', 'run', '--rate'],
          ['bulk', 'run', '--from'],
          ['bulk', 'run', '--template'],
          [],
        ]
      : [],
  )('as the value of %s %s %s', async (...words) => {
    const flag = words.at(-1) ?? '';
    const args = flag.endsWith('=') ? [...words.slice(0, -1), `${flag}${value}`] : [...words, String(value)];
    let output = '';
    const write = (text: string) => {
      output += text;
      return true;
    };
    const stream = { write } as never;
    const terminal = {
      env: {},
      stdin: { isTTY: false, [Symbol.asyncIterator]: async function* () {} },
      stdout: stream,
      stderr: stream,
      signals: { on: () => {}, off: () => {}, once: () => {}, removeListener: () => {} },
      clock: { now: Date.now, elapsed: () => performance.now() },
    };
    await runProgram(args, terminal as never);
    expect(output).not.toBe('');
    expectSilence(output, parts);
  });
});
