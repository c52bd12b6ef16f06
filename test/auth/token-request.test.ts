import { afterAll, describe, expect, test } from 'vitest';
import { tokenRequest } from '../../src/auth/token-request.js';
import { systemClock } from '../../src/common/clock.js';
import { createAgent } from '../../src/graph/agent.js';
import { resolveCloud } from '../../src/options/clouds.js';
import type { Identity } from '../../src/options/settings.js';
import { expectNoSecrets, failureOf } from '../helpers/failure.js';
import { clientId, tenantId } from '../helpers/fixtures.js';
import { startRawServer } from '../helpers/raw-server.js';
import { VirtualClock } from '../helpers/virtual-clock.js';

const agent = createAgent(undefined);
afterAll(() => agent.destroy());
const context = {
  certificates: undefined,
  cloud: resolveCloud('global'),
  agent,
  userAgent: 'test',
  timeout: 1_000,
  clock: systemClock,
};
const bySecret: Identity = { tenantId, clientId, credential: { kind: 'secret', secret: 'a-secret-of-ours' } };
const fromFunction = (token: string): Identity => ({ credential: { kind: 'token', get: async () => token } });
const fromCredential = (token: string): Identity => ({
  credential: { kind: 'azure', source: { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 60_000 }) } },
});

/** Tokens that Node would not put into a header, or that Graph would read as something else. */
const unusable: [token: string, what: RegExp][] = [
  ['opaque-token-of-somebody\n', /line break/],
  ['opaque-token\r\nX-Injected: 1', /line break/],
  ['Bearer opaque-token-of-somebody', /a space/],
  [' opaque-token-of-somebody', /a space/],
  ['opaque-token-of-somebody\u0000', /not ASCII/],
  ['opaque-tökén-of-somebody', /not ASCII/],
  ['opaque-token-of-somebody\ud800', /not ASCII/],
];

describe.each([
  ['getToken', fromFunction],
  ['credential', fromCredential],
] as const)('a token from %s that no header can carry', (name, identity) => {
  test.each(unusable)('%j is refused, not sent, and not printed', async (token, what) => {
    const error = await failureOf(tokenRequest(identity(token), context)());
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'TOKEN' });
    expect(error.message).toMatch(what);
    expect(error.hint).toContain(`'${name}'`);
    expectNoSecrets(error, [token, token.trim()]);
  });

  test('printable ASCII is taken as it is', async () => {
    const token = '!opaque-token-0123~/+=.';
    expect(await tokenRequest(identity(token), context)()).toMatchObject({ token });
  });
});

test('a token from Entra that no header can carry is refused, not sent', async () => {
  const server = await startRawServer({
    token: async (exchange) => {
      await exchange.body();
      const body = { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque-token\nof-entra' };
      exchange.response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    },
  });
  const own = createAgent(server.cloud.ca);
  try {
    const request = tokenRequest(bySecret, { ...context, agent: own, cloud: resolveCloud(server.cloud) });
    const error = await failureOf(request());
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'TOKEN' });
    expect(error.message).toMatch(/Entra has a line break/);
    expectNoSecrets(error, ['of-entra']);
  } finally {
    own.destroy();
    await server.close();
  }
});

test.each<[string, Identity, RegExp]>([
  ['getToken', { credential: { kind: 'token', get: () => new Promise(() => {}) } }, /'getToken' never gave a token/],
  [
    'credential',
    { credential: { kind: 'azure', source: { getToken: () => new Promise(() => {}) } } },
    /'credential' never gave a token/,
  ],
  [
    'clientAssertion',
    { tenantId, clientId, credential: { kind: 'assertion', sign: () => new Promise(() => {}) } },
    /clientAssertion/,
  ],
])('%s that hangs is not waited for for ever, and is named', async (_name, identity, hint) => {
  const clock = new VirtualClock();
  const failure = failureOf(tokenRequest(identity, { ...context, clock })());
  await clock.advance(2_000);
  const error = await failure;
  expect(error).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent', command: 'TOKEN' });
  expect(error.hint).toMatch(hint);
});

describe('what the token endpoint answers instead of a token', () => {
  const answers: [name: string, status: number, body: string, hint: RegExp][] = [
    ['200 with nothing in it', 200, '{}', /proxy|captive portal/],
    ['400 in HTML', 400, '<html>Blocked</html>', /proxy or captive portal/],
    ['200 in HTML', 200, '<html>Please sign in to the guest network</html>', /proxy or captive portal/],
    [
      'a number that is not known here',
      400,
      JSON.stringify({ error: 'invalid_request', error_description: 'AADSTS99999: New.', error_codes: [99999] }),
      /https:\/\/login\.microsoftonline\.com\/error\?code=99999/,
    ],
    ['an error without a number', 400, JSON.stringify({ error: 'invalid_request' }), /credential options/],
  ];

  test.each(answers)('%s', async (_name, status, body, hint) => {
    const server = await startRawServer({
      token: async (exchange) => {
        await exchange.body();
        exchange.response.writeHead(status).end(body);
      },
    });
    const own = createAgent(server.cloud.ca);
    try {
      const request = tokenRequest(bySecret, { ...context, agent: own, cloud: resolveCloud(server.cloud) });
      const error = await failureOf(request());
      expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', command: 'TOKEN' });
      expect(error.hint).toMatch(hint);
    } finally {
      own.destroy();
      await server.close();
    }
  });

  test.each(['a-secret-of-ours', 'with+special/chars~"and=more', 'grün-ist-die-hoffnung'])(
    'quotes the secret %s in vain',
    async (secret) => {
      const server = await startRawServer({
        token: async (exchange) => {
          const form = (await exchange.body()).toString();
          const body = { error: 'invalid_client', error_description: `Refused <${secret}> in ${form}` };
          exchange.response
            .writeHead(401, { 'x-ms-request-id': secret.replace(/[^ -~]/g, '') })
            .end(JSON.stringify(body));
        },
      });
      const own = createAgent(server.cloud.ca);
      try {
        const identity: Identity = { tenantId, clientId, credential: { kind: 'secret', secret } };
        const request = tokenRequest(identity, { ...context, agent: own, cloud: resolveCloud(server.cloud) });
        const error = await failureOf(request());
        expect(error.response).toContain('[redacted]');
        expectNoSecrets(error, [secret, encodeURIComponent(secret)]);
      } finally {
        own.destroy();
        await server.close();
      }
    },
  );
});
