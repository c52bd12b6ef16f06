import { describe, expect, it } from 'vitest';
import { type FaultRule, startSandbox } from '../../../../src/sandbox/index.js';
import { Client, MAILBOX, mail, type Reply, startClient } from '../../support.js';

const count = async (client: Client): Promise<number> => (await client.sandbox.messages()).length;

describe('a fault of sendMail', () => {
  const answers: [what: string, rule: Omit<FaultRule, 'on'>, check: (reply: Reply) => void][] = [
    [
      '429 with Retry-After',
      { status: 429, headers: { 'Retry-After': '7' } },
      ({ headers, json }) => {
        expect(headers['retry-after']).toBe('7');
        expect(json.error.code).toBe('TooManyRequests');
      },
    ],
    ['503 without Retry-After', { status: 503 }, ({ headers }) => expect(headers['retry-after']).toBeUndefined()],
    ['504', { status: 504 }, ({ json }) => expect(json.error).toEqual({ code: 'UnknownError', message: '' })],
    [
      '500 with its own code',
      { status: 500, code: 'ErrorX', message: 'x' },
      ({ json }) => expect(json.error).toEqual({ code: 'ErrorX', message: 'x' }),
    ],
    [
      '413',
      { status: 413 },
      ({ json }) => expect(json.error.message).toBe('The maximum request length supported is 4MB.'),
    ],
    ['a wrong 200', { status: 200 }, ({ text }) => expect(text).toBe('')],
    [
      '502, by default in HTML',
      { status: 502 },
      ({ headers, text }) => {
        expect(headers['content-type']).toBe('text/html');
        expect(text).toContain('502 Bad Gateway');
      },
    ],
    [
      'a 502 of the edge',
      { status: 502, body: '<html>Bad gateway</html>' },
      ({ headers, text }) => {
        expect(headers['content-type']).toBe('text/html');
        expect(text).toBe('<html>Bad gateway</html>');
      },
    ],
    [
      '401',
      { status: 401 },
      ({ headers, json }) => {
        expect(json.error.code).toBe('InvalidAuthenticationToken');
        expect(headers['www-authenticate']).toMatch(/^Bearer /);
      },
    ],
  ];

  it.each(answers)('answers %s, once, and the message is not taken', async (_what, rule, check) => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', ...rule });
    const reply = await client.sendMail(mail());
    expect(reply.status).toBe(rule.status);
    check(reply);
    expect(await count(client)).toBe(0);
    expect((await client.sendMail(mail())).status).toBe(202);
    expect(client.sandbox.stats()).toMatchObject({ submissions: 1, faults: 1 });
    expect(client.sandbox.requests().map(({ fault }) => fault)).toContain(String(rule.status));
  });

  it('can hide that the message was delivered', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    expect((await client.sendMail(mail())).status).toBe(504);
    expect(await count(client)).toBe(1);
  });

  it.each([true, false])('can reset the connection after the body was read (delivered: %s)', async (delivered) => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', reset: 'before-answer', delivered });
    // `syscall` tells a TCP reset from a connection that merely ended, which Node calls ECONNRESET as well.
    await expect(client.sendMail(mail(), { token })).rejects.toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(await count(client)).toBe(delivered ? 1 : 0);
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });

  it('can be silence, which ends when the client hangs up', async () => {
    const client = await startClient({ mailboxConcurrency: 1 });
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', silence: true, delivered: true });
    const silent = client.sendMail(mail(), { token }).catch((error: Error) => error);
    await expect.poll(() => client.sandbox.requests().at(-1)?.fault).toBe('silence');
    expect(await count(client)).toBe(1);
    client.agent.destroy();
    expect(await silent).toBeInstanceOf(Error);
    const next = new Client(client.sandbox);
    await expect.poll(async () => (await next.sendMail(mail(), { token })).status).toBe(202);
    next.agent.destroy();
  });

  it('can be a delay only, after which the message is taken', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', delay: 1 });
    expect((await client.sendMail(mail())).status).toBe(202);
    expect(await count(client)).toBe(1);
    expect(client.sandbox.requests().at(-1)?.fault).toBe('delay');
  });

  it('is applied as often as it is told to, only where it is told to, and can be taken back', async () => {
    const client = await startClient({ mailboxes: ['ana@contoso.example'] });
    const statuses = async (...headers: Record<string, string>[]) => {
      const found: number[] = [];
      for (const header of headers) found.push((await client.sendMail(mail(header))).status);
      return found;
    };
    client.sandbox.fault({ on: 'sendMail', times: 2, recipient: 'Bob@example.com', status: 500 });
    client.sandbox.fault({ on: 'sendMail', mailbox: 'ana@contoso.example', status: 503 });
    const bob = { Bcc: 'bob@example.com' };
    expect(await statuses({}, bob, {}, bob, bob)).toEqual([202, 500, 202, 500, 202]);
    const ana = 'ana@contoso.example';
    expect((await client.sendMail(mail({ From: ana }), { user: ana })).status).toBe(503);
    const takeBack = client.sandbox.fault({ on: 'sendMail', times: Number.POSITIVE_INFINITY, status: 500 });
    expect(await statuses({}, {})).toEqual([500, 500]);
    takeBack();
    expect(await statuses({})).toEqual([202]);
  });

  it('can be of one subject only, as it reads decoded', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 500, subject: 'Grüße' });
    expect((await client.sendMail(mail({ Subject: 'Gruesse' }))).status).toBe(202);
    expect((await client.sendMail(mail({ Subject: '=?utf-8?B?R3LDvMOfZQ==?=' }))).status).toBe(500);
  });

  it('is not used up by a request that is refused anyway', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 500 });
    expect((await client.sendMail(mail({ To: '' }))).status).toBe(400);
    expect((await client.sendMail(mail())).status).toBe(500);
  });
});

it('a claims challenge refuses the token for good, and a token that was asked for with the claims works', async () => {
  const client = await startClient();
  const token = await client.accessToken();
  client.sandbox.fault({ on: 'sendMail', claimsChallenge: true });
  for (const _ of [1, 2]) {
    const reply = await client.sendMail(mail(), { token });
    expect(reply.status).toBe(401);
    const [, base64 = ''] =
      /error="insufficient_claims", claims="([^"]+)"/.exec(`${reply.headers['www-authenticate']}`) ?? [];
    const claims = Buffer.from(base64, 'base64').toString();
    expect(JSON.parse(claims)).toMatchObject({ access_token: { nbf: { essential: true } } });
    const next = await client.accessToken({ claims });
    expect((await client.sendMail(mail(), { token: next })).status).toBe(202);
  }
  expect(client.sandbox.stats()).toMatchObject({ claimsRequests: 2, faults: 1 });
});

describe('a fault of the token endpoint', () => {
  it.each<[what: string, rule: Omit<FaultRule, 'on'>, expected: object]>([
    [
      '429',
      { status: 429, headers: { 'Retry-After': '7' } },
      { error: 'temporarily_unavailable', error_codes: [90033] },
    ],
    ['503', { status: 503 }, { error: 'temporarily_unavailable' }],
    ['401', { status: 401 }, { error: 'invalid_client', error_codes: [50012] }],
    ['400', { status: 400 }, { error: 'invalid_request', error_codes: [900144] }],
    ['400 with its own error', { status: 400, code: 'access_denied' }, { error: 'access_denied' }],
    ['200 without a token', { status: 200, body: {} }, {}],
  ])('answers %s once', async (_what, rule, expected) => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', ...rule });
    const reply = await client.token();
    expect(reply.status).toBe(rule.status);
    expect(reply.json).toMatchObject(expected);
    expect(reply.headers['retry-after']).toBe(rule.headers?.['Retry-After']);
    expect(client.sandbox.stats().tokensIssued).toBe(0);
    expect((await client.token()).status).toBe(200);
  });

  it('can be HTML, a reset or a delay', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', status: 500, body: '<h1>Oops</h1>' });
    client.sandbox.fault({ on: 'token', reset: 'before-answer' });
    client.sandbox.fault({ on: 'token', delay: 1 });
    expect((await client.token()).text).toBe('<h1>Oops</h1>');
    await expect(client.token()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await client.token()).status).toBe(200);
  });

  it('leaves sendMail alone', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'token', status: 503 });
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });
});

it('closing does not wait for a silent or a delayed answer', async () => {
  const sandbox = await startSandbox({ mailbox: MAILBOX, latency: 3_600_000 });
  const client = new Client(sandbox);
  const token = await client.accessToken();
  sandbox.fault({ on: 'sendMail', silence: true });
  const waiting = [1, 2].map(() => client.sendMail(mail(), { token }).catch((error: NodeJS.ErrnoException) => error));
  await expect.poll(() => sandbox.stats()).toMatchObject({ faults: 1, submissions: 1 });
  await sandbox.close();
  for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(Error);
  client.agent.destroy();
});

describe('a rule', () => {
  it.each<[what: string, rule: object, message: string]>([
    ['has an unknown name', { on: 'sendMail', statuss: 503 }, '"statuss" is unknown. Did you mean "status"?'],
    ['has no target', { status: 503 }, '"on" is missing, expected one of "sendMail", "token"'],
    [
      'has another target',
      { on: 'draft', status: 503 },
      '"on" is a string of 5 characters, expected one of "sendMail", "token"',
    ],
    ['is never applied', { on: 'token', status: 503, times: 0 }, '"times" is 0, expected an integer of 1 or more'],
    [
      'has a status in text',
      { on: 'token', status: '503' },
      '"status" is a string of 3 characters, expected an integer from 200 to 599',
    ],
    ['has no possible status', { on: 'token', status: 600 }, '"status" is 600'],
    ['has another reset', { on: 'token', reset: true }, '"reset" is true, expected one of "before-answer"'],
    ['has an endless delay', { on: 'token', delay: Number.POSITIVE_INFINITY }, '"delay" is Infinity, expected milli'],
    ['has a header that is none', { on: 'token', status: 503, headers: { 'a b': '' } }, '"headers" is an object'],
    ['has a header of two lines', { on: 'token', status: 503, headers: { a: 'b\nc' } }, '"headers" is an object'],
    ['has a body that is no JSON', { on: 'token', status: 503, body: 1n }, '"body" is 1, expected text, or what can'],
    ['would do nothing', { on: 'sendMail', code: 'ErrorX', silence: false }, 'the rule (on, code, silence) would do'],
    [
      'asks for a mailbox of a token',
      { on: 'token', status: 503, mailbox: 'a@b.c' },
      '"mailbox" is given with on: "tok',
    ],
    [
      'asks for the subject of a token',
      { on: 'token', status: 503, subject: 'Hi' },
      '"subject" is given with on: "token"',
    ],
    ['delivers a token', { on: 'token', status: 503, delivered: true }, '"delivered" is given with on: "token"'],
    ['delivers a lookup', { on: 'lookup', status: 504, delivered: true }, '"delivered" is given with on: "lookup"'],
    [
      'challenges a chunk, which has no token',
      { on: 'uploadChunk', claimsChallenge: true },
      '"claimsChallenge" is given with on: "uploadChunk", expected on: "sendMail", "createDraft"',
    ],
    [
      'delivers and asks to come again',
      { on: 'sendMail', status: 503, headers: { 'retry-after': '1' }, delivered: true },
      '"delivered" is true with status 503 and Retry-After, expected one of the two: Graph is not known to',
    ],
    ['has no subject', { on: 'sendMail', status: 503, subject: 1 }, '"subject" is 1, expected text'],
    ['challenges Entra', { on: 'token', claimsChallenge: true }, 'expected on: "sendMail"'],
  ])('that %s is refused', async (_what, rule, message) => {
    const { sandbox } = await startClient();
    expect(() => sandbox.fault(rule as FaultRule)).toThrow(message);
    expect(() => sandbox.fault(rule as FaultRule)).toThrow('sandbox.fault');
  });

  it('may hold undefined', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', status: 503, times: undefined } as unknown as FaultRule);
    expect((await client.token()).status).toBe(503);
  });
});
