import { describe, expect, it } from 'vitest';
import { MAGIC_RECIPIENTS } from '../../../src/sandbox/index.js';
import { type Client, createDraft, MAILBOX, mail, type Reply, startClient, startClientWith } from '../support.js';

interface Outcome {
  /** Statuses of the attempts; a torn connection is its error code. */
  attempts: (number | string)[];
  delivered: number;
}

type Send = (client: Client, to: string, token: string) => () => Promise<Reply>;

const flows: [name: string, send: Send][] = [
  ['sendMail', (client, to, token) => () => client.sendMail(mail({ To: to }), { token })],
  [
    'a draft that is sent',
    (client, to, token) => {
      // As a client does that begins anew: another draft of the same message.
      const draft = () => createDraft(client, mail({ To: to }), { token });
      return async () => client.graph('POST', `${(await draft()).path}/send`, { token });
    },
  ],
];

/** Sends one message again and again until it was accepted, at most four times. */
async function outcome(send: Send, local: string): Promise<Outcome> {
  const client = await startClientWith();
  const token = await client.accessToken();
  const attempt = send(client, `${local}@Fault.test`, token);
  const attempts: Outcome['attempts'] = [];
  while (attempts.length < 4 && !attempts.includes(202)) {
    const ended = attempt().then(
      ({ status }) => status,
      ({ code }: NodeJS.ErrnoException) => String(code),
    );
    attempts.push(await ended);
  }
  return { attempts, delivered: client.sandbox.stats().submissions };
}

describe.each(flows)('%s to a magic recipient', (_name, send) => {
  it.each<[local: string, attempts: (number | string)[], delivered: number]>([
    ['throttle-3', [429, 429, 429, 202], 1],
    ['throttle-0', [202], 1],
    ['throttle', [429, 429, 429, 429], 0],
    ['unavailable-2', [503, 503, 202], 1],
    ['unavailable', [503, 503, 503, 503], 0],
    ['delivered-500', [500, 202], 2],
    ['lost-500', [500, 202], 1],
    ['delivered-502', [502, 202], 2],
    ['lost-502', [502, 202], 1],
    ['delivered-504', [504, 202], 2],
    ['lost-504', [504, 202], 1],
    ['delivered-reset', ['ECONNRESET', 202], 2],
    ['lost-reset', ['ECONNRESET', 202], 1],
    ['ok-200', [200, 202], 1],
    ['slow-20', [202], 1],
    ['denied', [403, 403, 403, 403], 0],
    ['too-large', [400, 400, 400, 400], 0],
    ['expired-token', [401, 202], 1],
    ['somebody', [202], 1],
    ['throttle-x', [202], 1],
    ['constructor', [202], 1],
    ['lost-504-2', [202], 1],
  ])('%s is answered %j', async (local, attempts, delivered) => {
    expect(await outcome(send, local)).toEqual({ attempts, delivered });
  });

  it.each<[local: string, delivered: number]>([
    ['delivered-silence', 2],
    ['lost-silence', 1],
  ])('%s is never answered, and then accepted', async (local, delivered) => {
    const client = await startClientWith();
    const attempt = send(client, `${local}@fault.test`, await client.accessToken());
    const silent = attempt().catch((error: Error) => error);
    await expect.poll(() => client.sandbox.requests().at(-1)?.fault).toBe(`silence (${local}@fault.test)`);
    expect((await attempt()).status).toBe(202);
    expect(client.sandbox.stats().submissions).toBe(delivered);
    client.agent.destroy();
    expect(await silent).toBeInstanceOf(Error);
  });
});

describe('a magic recipient', () => {
  it('is answered with the headers, bodies and codes that Graph would use', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const to = async (local: string) => client.sendMail(mail({ To: `${local}@fault.test` }), { token });
    expect((await to('throttle')).headers['retry-after']).toBe('1');
    expect((await to('unavailable')).headers['retry-after']).toBe('1');
    expect((await to('lost-502')).headers['content-type']).toBe('text/html');
    expect((await to('denied')).json.error.code).toBe('ErrorAccessDenied');
    expect((await to('too-large')).json.error.code).toBe('ErrorMessageSizeExceeded');
    expect((await to('expired-token')).json.error.code).toBe('InvalidAuthenticationToken');
    await to('slow-60');
    expect(client.sandbox.requests().at(-1)?.durationMs).toBeGreaterThanOrEqual(58);
  });

  it('challenge wants a token that answers its claims', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const message = mail({ To: 'challenge@fault.test' });
    const reply = await client.sendMail(message, { token });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, expect.stringContaining('claims="')]);
    expect((await client.sendMail(message, { token })).status).toBe(401);
    expect((await client.sendMail(message)).status).toBe(202);
  });

  it('counts by message: a fault is applied to another one from its first attempt', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const send = async (id: string) =>
      (await client.sendMail(mail({ To: 'throttle-1@fault.test', 'Message-ID': id }), { token })).status;
    expect([await send('<a@x>'), await send('<b@x>'), await send('<a@x>'), await send('<b@x>')]).toEqual([
      429, 429, 202, 202,
    ]);
  });

  it.each([
    ['JSON, whose Message-ID is made at every attempt', 'application/json'],
    ['MIME without a Message-ID', 'text/plain'],
  ])('knows a message again in %s', async (_what, contentType) => {
    const client = await startClient();
    const token = await client.accessToken();
    const send = async (subject: string) => {
      const toRecipients = [{ emailAddress: { address: 'throttle-1@fault.test' } }];
      const json = { message: { subject, body: { contentType: 'Text', content: 'x' }, toRecipients } };
      const mime = mail({ To: 'throttle-1@fault.test', Subject: subject, 'Message-ID': '' });
      const body = contentType === 'text/plain' ? Buffer.from(mime).toString('base64') : JSON.stringify(json);
      return (await client.sendMail('', { token, contentType, body })).status;
    };
    expect([await send('a'), await send('a'), await send('b')]).toEqual([429, 202, 429]);
  });

  it('may stand in Cc or Bcc, beside others', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const message = mail({ Cc: 'Bob <throttle-1@fault.test>', Bcc: 'lost-504@fault.test' });
    const found: number[] = [];
    for (const _ of [1, 2, 3]) found.push((await client.sendMail(message, { token })).status);
    expect(found).toEqual([429, 504, 202]);
    const [{ delivered = [] } = {}] = await client.sandbox.messages();
    expect(delivered.map(({ recipient }) => recipient)).toEqual([
      'ana@example.com',
      'throttle-1@fault.test',
      'lost-504@fault.test',
    ]);
  });

  it('that only wants it late makes the fault of another one late, whichever comes first', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const message = mail({ To: 'slow-60@fault.test', Cc: 'lost-504@fault.test' });
    const last = () => client.sandbox.requests().at(-1);
    expect((await client.sendMail(message, { token })).status).toBe(504);
    expect(last()?.durationMs).toBeGreaterThanOrEqual(58);
    expect(last()?.fault).toBe('504 (lost-504@fault.test)');
    expect((await client.sendMail(message, { token })).status).toBe(202);
    expect(last()?.durationMs).toBeGreaterThanOrEqual(58);
    const turned = mail({ To: 'lost-500@fault.test', Cc: 'slow-60@fault.test', 'Message-ID': '<2@contoso.example>' });
    expect((await client.sendMail(turned, { token })).status).toBe(500);
    expect(last()?.durationMs).toBeGreaterThanOrEqual(58);
  });

  it('is told in the log, and counts as a fault', async () => {
    const client = await startClient();
    await client.sendMail(mail({ To: 'delivered-504@fault.test' }));
    expect(client.sandbox.requests().at(-1)).toMatchObject({
      fault: '504 (delivered-504@fault.test)',
      delivered: true,
      status: 504,
    });
    expect(client.sandbox.stats()).toMatchObject({ faults: 1, submissions: 1 });
  });

  it('comes after the rules that were given, and is forgotten by clear', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const send = async () => (await client.sendMail(mail({ To: 'lost-504@fault.test' }), { token })).status;
    client.sandbox.fault({ on: 'sendMail', status: 500 });
    expect([await send(), await send(), await send()]).toEqual([500, 504, 202]);
    client.sandbox.clear();
    expect(await send()).toBe(504);
  });

  it('is a recipient like any other when they are switched off', async () => {
    const client = await startClient({ magicRecipients: false });
    expect((await client.sendMail(mail({ To: 'throttle@fault.test' }))).status).toBe(202);
    expect(client.sandbox.stats().faults).toBe(0);
  });

  it('is none outside its domain', async () => {
    const client = await startClient();
    const to = ['throttle@fault.test.example', 'throttle@sub.fault.test', 'throttle@notfault.test'].join(', ');
    expect((await client.sendMail(mail({ To: to }))).status).toBe(202);
  });

  it('bounce brings a report of non-delivery to the Inbox of the sender', async () => {
    const client = await startClient();
    expect((await client.sendMail(mail({ To: 'bounce@fault.test' }))).status).toBe(202);
    await expect.poll(() => client.sandbox.mailbox(MAILBOX).inbox.length).toBe(1);
    expect(client.sandbox.mailbox(MAILBOX).inbox[0]?.raw.toString()).toContain('bounce@fault.test');
  });

  it('is not applied to a draft that is only created', async () => {
    const client = await startClientWith();
    const reply = await client.graph('POST', '/messages', { mime: mail({ To: 'throttle@fault.test' }) });
    expect(reply.status).toBe(201);
  });
});

describe('the list of magic recipients', () => {
  it('has every address once, each with a sentence', () => {
    const addresses = MAGIC_RECIPIENTS.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses).toContain('throttle-N@fault.test');
    expect(addresses).toContain('bounce@fault.test');
    for (const { address, does } of MAGIC_RECIPIENTS) {
      expect(address).toMatch(/^[a-zA-Z0-9-]+@fault\.test$/);
      expect(does).toMatch(/^[A-Z].+\.$/);
    }
  });
});
