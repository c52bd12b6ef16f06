import { Agent } from 'node:https';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/common/redact.js';
import { createGraphTransporter, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { createCertificate, type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Handler, startRawServer } from '../helpers/raw-server.js';

const clientId = '55555555-2222-4333-8444-555555555555';
const clientSecret = 'Zx8~secret.of-the.application';
/** A token that only who uses it knows to be one. */
const opaqueToken = 'opaque.token/of+the=managed~identity';
const opaqueAssertion = 'opaque-assertion-of-the-vault';
const password = 'passphrase-of-the-key';
const proxyPassword = 'proxy-pass-word';
const body = 'BODY-OF-THE-MESSAGE-THAT-NOBODY-ELSE-READS';
const bodyForms = [
  body,
  Buffer.from(`x${body}`).toString('base64').slice(4, 40),
  Buffer.from(body).toString('base64').slice(0, 36),
];

let sandbox: Sandbox;
let stranger: string;
let agent: Agent;
beforeAll(async () => {
  sandbox = await startSandbox({ apps: [{ clientId, certificates: [], secrets: [clientSecret] }] });
  agent = new Agent({ keepAlive: true, ca: sandbox.options.cloud.ca });
  const { privateKey, certificate } = await createCertificate();
  stranger = privateKey + certificate;
});
afterAll(() => {
  agent.destroy();
  return sandbox.close();
});

/** Ways to sign in, some of which fail. */
const identities = [
  'certificate',
  'stranger',
  'secret',
  'wrong secret',
  'token',
  'opaque token',
  'assertion',
  'opaque assertion',
  'proxy',
] as const;

function optionsFor(identity: (typeof identities)[number]): GraphTransportOptions {
  const { certificate, ...rest } = sandbox.options;
  const { mailbox, cloud } = rest;
  switch (identity) {
    case 'certificate':
      return { ...sandbox.options };
    case 'stranger':
      return { ...rest, certificate: stranger, certificatePassword: password };
    case 'secret':
      return { ...rest, clientId, clientSecret };
    case 'wrong secret':
      return { ...rest, clientSecret };
    case 'token':
      return { mailbox, cloud, getToken: async () => 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJub25lIn0.c2lnbmF0dXJl' };
    case 'opaque token':
      return { mailbox, cloud, getToken: async () => opaqueToken };
    case 'opaque assertion':
      return { ...rest, clientAssertion: async () => opaqueAssertion };
    case 'assertion':
      return { ...rest, clientAssertion: async () => 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJub25lIn0.c2lnbmF0dXJl' };
    default:
      return { ...rest, certificate, proxy: `http://user:${proxyPassword}@127.0.0.1:9` };
  }
}

/** Where the token endpoint quotes the client secret that it was shown. */
const own = 'SECRET-OF-THE-REQUEST';

/** What the other side may quote of a request. */
const echo = JSON.stringify({
  error: {
    code: 'BadRequest',
    message: `Your request: Authorization: Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJub25lIn0.c2lnbmF0dXJl ${Buffer.from(body.repeat(9)).toString('base64')}`,
  },
});
const tokenEcho = JSON.stringify({
  error: 'invalid_client',
  error_description: `AADSTS50012: client_secret=${clientSecret}&client_assertion=eyJhbGciOiJub25lIn0.eyJpc3MiOiJub25lIn0.c2ln refused: <${own}>`,
  error_codes: [50012],
});

const faults: (FaultRule | undefined)[] = [
  undefined,
  ...[400, 401, 403, 404, 413, 429, 500, 503, 504, 200].map(
    (status) => ({ on: 'sendMail', status, body: echo }) as const,
  ),
  { on: 'sendMail', reset: 'before-answer' },
  { on: 'sendMail', silence: true },
  { on: 'sendMail', claimsChallenge: true },
  ...[400, 401, 429, 503].map((status) => ({ on: 'token', status, body: tokenEcho }) as const),
  { on: 'token', status: 200, body: {} },
  { on: 'token', status: 502, body: '<html>Bad Gateway</html>' },
];

const mails: Record<string, unknown>[] = [
  {},
  { to: undefined },
  { envelope: { from: 'noreply@contoso.example', to: ['bob@example.com'] } },
  { raw: `From: noreply@contoso.example\r\nTo: ana@example.com\r\n\r\n${body}` },
  { raw: `${body}` },
  { attachments: [{ path: '/does/not/exist' }] },
  { attachments: [{ content: Buffer.alloc(3_000_000) }] },
  { graph: { mailbox: 'boss@contoso.example' } },
];

/** Everything that a program might print or keep of these things. */
function printed(...things: unknown[]): string {
  return things
    .map(
      (thing) => `${inspect(thing, { depth: 10, showHidden: true })}\n${json(thing)}\n${(thing as Error)?.stack ?? ''}`,
    )
    .join('\n');
}

function json(thing: unknown): string {
  const seen = new Set<unknown>();
  return (
    JSON.stringify(thing, (_key, value) => {
      if (typeof value !== 'object' || value === null) return value;
      if (seen.has(value)) return undefined;
      seen.add(value);
      return value;
    }) ?? ''
  );
}

function expectNoSecret(text: string): void {
  expect(text).not.toMatch(/eyJ[\w-]{10,}\./);
  expect(text).not.toMatch(/PRIVATE KEY/);
  for (const pem of [stranger, sandbox.options.certificate]) {
    const [, key = ''] = /PRIVATE KEY-----\s*([\s\S]+?)\s*-----END/.exec(pem) ?? [];
    for (const line of key.split(/\s+/).slice(1, -1)) expect(text.includes(line)).toBe(false);
  }
  const secrets = [clientSecret, password, proxyPassword, ...bodyForms];
  for (const secret of [...secrets, opaqueToken, opaqueAssertion]) expect(text.includes(secret)).toBe(false);
}

interface Case {
  identity: (typeof identities)[number];
  fault?: FaultRule | undefined;
  mail?: Record<string, unknown>;
  debug?: boolean;
  /** Another one than the sandbox. */
  cloud?: GraphTransportOptions['cloud'];
  /** Whether connections are shared with other cases, which is many times faster. */
  shared?: boolean;
}

function quoting(fault: FaultRule, secret: string): FaultRule {
  return typeof fault.body === 'string' ? { ...fault, body: fault.body.replaceAll(own, secret) } : fault;
}

/** Sends once, and looks through everything that came of it. */
async function sendAndLook({ identity, fault, mail, cloud, debug = true, shared = false }: Case): Promise<void> {
  const lines: string[] = [];
  const write = (data: unknown, message: string, ...args: unknown[]) => {
    lines.push(printed(data), format(message, ...args));
  };
  const logger = { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
  const release = fault && sandbox.fault(quoting(fault, /secret/.test(identity) ? clientSecret : ''));
  const options = {
    ...optionsFor(identity),
    maxRetries: 0,
    timeout: fault?.silence ? 200 : 10_000,
    ...(cloud && { cloud }),
  };
  if (shared && identity !== 'proxy') {
    const { ca: _, ...hosts } = sandbox.options.cloud;
    Object.assign(options, { agent, cloud: hosts });
  }
  const transport = graphTransport(options);
  const transporter = createGraphTransporter({ ...options, logger, debug });
  const message = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: body, ...mail };
  const result = await transporter.sendMail(message).catch((error: unknown) => error);
  release?.();
  expectNoSecret(printed(result, transport, transporter, transporter.transporter, ...lines));
  expect(lines.length).toBeGreaterThan(0);
  transporter.close();
  transport.close();
}

describe('no secret and no body', () => {
  it.each(identities)(
    'appears in error, transport, transporter or log, whatever answers %s',
    async (identity) => {
      for (const fault of faults) await sendAndLook({ identity, fault, shared: true });
    },
    30_000,
  );

  // The sandbox refuses these before a fault could strike.
  it.each(['opaque token', 'opaque assertion'] as const)(
    'appears there when the other side quotes an %s',
    async (what) => {
      const quote = { error: opaqueAssertion, error_description: `Refused <${opaqueAssertion}>` };
      for (const status of [400, 401, 403, 404, 413, 429, 500, 503, 504, 200]) {
        const refuse: Handler = async (exchange) => {
          await exchange.body();
          const body = what === 'opaque token' ? { error: { code: opaqueToken, message: opaqueToken } } : quote;
          exchange.response
            .writeHead(status, { 'request-id': opaqueToken, 'x-ms-request-id': opaqueAssertion })
            .end(JSON.stringify(body));
        };
        const server = await startRawServer(what === 'opaque token' ? { graph: refuse } : { token: refuse });
        await sendAndLook({ identity: what, cloud: server.cloud });
        expect(server.graphRequests + server.tokenRequests.length).toBeGreaterThan(0);
        await server.close();
      }
    },
    30_000,
  );

  it('appears there for any kind of mail', async () => {
    for (const mail of mails)
      for (const debug of [true, false]) await sendAndLook({ identity: 'certificate', mail, debug });
  }, 30_000);

  it('appears there for whatever comes together', async () => {
    const cases = fc.record({
      identity: fc.constantFrom(...identities),
      fault: fc.constantFrom(...faults),
      mail: fc.constantFrom(...mails),
      debug: fc.boolean(),
    });
    await fc.assert(fc.asyncProperty(cases, sendAndLook), {
      interruptAfterTimeLimit: 2_000,
      numRuns: 400,
      markInterruptAsFailure: false,
    });
  }, 30_000);

  it.each(identities)('appears when a wrong option beside %s throws', (identity) => {
    for (const wrong of [
      { mailboxx: 1 },
      { timeout: 'soon' },
      { cloud: 'mars' },
      { certificatePath: 1, clientSecret: 2 },
    ]) {
      let text = '';
      try {
        graphTransport({ ...optionsFor(identity), ...wrong } as GraphTransportOptions).close();
      } catch (error) {
        text = printed(error);
      }
      expect(text).toContain('ECONFIG');
      expectNoSecret(text);
    }
  });
});

describe('text from the other side', () => {
  it.each([
    ['Bearer abcdefgh12345678 was refused', 'Bearer [redacted] was refused'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.sig is bad', 'token [redacted] is bad'],
    ['{"client_secret":"abc~def"}', '{"client_secret":"[redacted]"}'],
    ['Access is denied. Check credentials and try again.', 'Access is denied. Check credentials and try again.'],
    [`key ${'A'.repeat(200)} end`, 'key [redacted] end'],
  ])('%s', (text, expected) => {
    expect(withoutSecrets(text)).toBe(expected);
  });

  it('loses what is known to be secret, escaped or not, and keeps what only looks alike', () => {
    const quoted = `${opaqueToken} ${encodeURIComponent(opaqueToken)} ${opaqueToken.replaceAll('/', '\\/')} opaque.token`;
    expect(withoutSecrets(quoted, opaqueToken)).toBe('[redacted] [redacted] [redacted] opaque.token');
    expect(withoutSecrets('a token of a few characters', 'token', '')).toBe('a token of a few characters');
  });

  it('is kept short', () => {
    expect(withoutSecrets('many words '.repeat(1_000))).toHaveLength(500);
  });
});
