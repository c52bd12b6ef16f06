import https from 'node:https';
import { describe, expect, it } from 'vitest';
import { ChallengedTokens } from '../../../src/sandbox/entra/access-tokens.js';
import { seededRandom } from '../../../src/sandbox/faults/seeded-random.js';
import type { FaultRule } from '../../../src/sandbox/index.js';
import { type Client, createDraft, MAILBOX, mail, startClient, startClientWith } from '../support.js';

/** The statuses that messages with these headers are answered with, one after the other. */
async function statuses(client: Client, messages: (Record<string, string> | undefined)[]): Promise<number[]> {
  const token = await client.accessToken();
  const found: number[] = [];
  for (const headers of messages) found.push((await client.sendMail(mail(headers), { token })).status);
  return found;
}

const times = (n: number): undefined[] => Array.from({ length: n });

/** To which of so many messages a rule is applied. */
async function appliedTo(rule: FaultRule, n: number, seed?: number): Promise<number[]> {
  const client = await startClient(seed === undefined ? {} : { seed });
  client.sandbox.fault(rule);
  const found = await statuses(client, times(n));
  return found.flatMap((status, at) => (status === 202 ? [] : [at + 1]));
}

describe('when a rule is applied', () => {
  it('is every n-th matching request, without end unless it is told', async () => {
    expect(await appliedTo({ on: 'sendMail', every: 3, status: 500 }, 9)).toEqual([3, 6, 9]);
    expect(await appliedTo({ on: 'sendMail', every: 3, times: 2, status: 500 }, 9)).toEqual([3, 6]);
  });

  it('is after those that it lets through', async () => {
    expect(await appliedTo({ on: 'sendMail', after: 2, times: 2, status: 500 }, 6)).toEqual([3, 4]);
    expect(await appliedTo({ on: 'sendMail', after: 1, every: 2, status: 500 }, 6)).toEqual([3, 5]);
  });

  it('counts only the requests that match it', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', every: 2, recipient: 'bob@example.com', status: 500 });
    const bob = { To: 'bob@example.com' };
    expect(await statuses(client, [undefined, bob, undefined, bob, bob, bob])).toEqual([202, 202, 202, 500, 202, 500]);
  });

  it('is drawn by a probability: the same with the same seed, of the rule or of the sandbox', async () => {
    const rule: FaultRule = { on: 'sendMail', probability: 0.4, status: 500 };
    const first = await appliedTo(rule, 40);
    expect(first.length).toBeGreaterThan(6);
    expect(first.length).toBeLessThan(27);
    expect(await appliedTo(rule, 40)).toEqual(first);
    expect(await appliedTo(rule, 40, 7)).not.toEqual(first);
    const seeded = await appliedTo({ ...rule, seed: 99 }, 40);
    expect(seeded).not.toEqual(first);
    expect(await appliedTo({ ...rule, seed: 99 }, 40, 7)).toEqual(seeded);
  });

  it('is drawn anew after clear, as at the start', async () => {
    const client = await startClient();
    const rule: FaultRule = { on: 'sendMail', probability: 0.5, status: 500 };
    client.sandbox.fault(rule);
    const first = await statuses(client, times(20));
    client.sandbox.clear();
    client.sandbox.fault(rule);
    expect(await statuses(client, times(20))).toEqual(first);
  });

  it('goes by the first rule that is due; for those after it the request does not count', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', every: 2, status: 500 });
    client.sandbox.fault({ on: 'sendMail', after: 1, status: 503 });
    expect(await statuses(client, times(4))).toEqual([202, 500, 503, 500]);
  });
});

describe('to what a rule is applied', () => {
  it('may be several targets, which count together', async () => {
    const client = await startClientWith();
    const token = await client.accessToken();
    client.sandbox.fault({ on: ['sendMail', 'createDraft'], every: 2, status: 500 });
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
    expect((await client.graph('GET', '/messages', { token })).status).toBe(200);
    expect((await client.graph('POST', '/messages', { mime: mail(), token })).status).toBe(500);
  });

  it('may be any that its other fields fit', async () => {
    const client = await startClientWith();
    const ask = {
      token: async () => (await client.token()).status,
      lookup: async (token: string) => (await client.graph('GET', '/messages', { token })).status,
      sendMail: async (token: string) => (await client.sendMail(mail(), { token })).status,
    };
    const statusesWith = async (rule: Partial<FaultRule>): Promise<number[]> => {
      const token = await client.accessToken();
      client.sandbox.fault({ on: 'any', times: 3, status: 500, ...rule });
      const found = [await ask.token(), await ask.lookup(token), await ask.sendMail(token)];
      client.sandbox.clear();
      return found;
    };
    expect(await statusesWith({})).toEqual([500, 500, 500]);
    expect(await statusesWith({ mailbox: MAILBOX })).toEqual([200, 500, 500]);
    expect(await statusesWith({ mailbox: MAILBOX, delivered: true })).toEqual([200, 200, 500]);
    expect(await statusesWith({ aadsts: 90033 })).toEqual([500, 200, 202]);
  });

  it('may be messages to one domain, not to those below it', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', times: 9, recipientDomain: 'Example.org', status: 500 });
    const to = (To: string) => ({ To });
    const messages = [to('a@example.com'), to('a@mail.example.org'), to('a@myexample.org'), to('a@EXAMPLE.org')];
    expect(await statuses(client, messages)).toEqual([202, 202, 202, 500]);
    expect(await statuses(client, [{ Bcc: 'z@example.org' }])).toEqual([500]);
  });

  it('may be messages with a text in their subject, as it reads decoded', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', times: 9, subjectContains: 'grüße', status: 500 });
    const messages = [{ Subject: 'Hi' }, { Subject: '=?utf-8?B?VmllbGUgR3LDvMOfZSE=?=' }];
    expect(await statuses(client, messages)).toEqual([202, 500]);
  });
});

describe('a delay', () => {
  it('may be drawn between two bounds', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', times: 3, delay: { min: 40, max: 60 } });
    await statuses(client, times(3));
    const waits = client.sandbox.requests().filter(({ fault }) => fault === 'delay');
    for (const { durationMs = 0 } of waits) expect(durationMs).toBeGreaterThanOrEqual(38);
    expect(waits).toHaveLength(3);
  });
});

describe('drip', () => {
  it('writes the body of an answer slowly, and whole', async () => {
    const client = await startClientWith();
    const token = await client.accessToken();
    await createDraft(client, mail(), { token });
    const whole = await client.graph('GET', '/messages', { token });
    client.sandbox.fault({ on: 'lookup', drip: 100 });
    const started = performance.now();
    const slow = await client.graph('GET', '/messages', { token });
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
    expect(slow.text).toBe(whole.text);
    expect(slow.headers['content-length']).toBe(whole.headers['content-length']);
    expect(client.sandbox.requests().at(-1)?.fault).toBe('drip');
  });

  it('ends an answer without a body as late, and the message is taken', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', drip: 60 });
    const started = performance.now();
    expect(await client.sendMail(mail(), { token })).toMatchObject({ status: 202, text: '' });
    expect(performance.now() - started).toBeGreaterThanOrEqual(57);
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('does not mind that the client goes away meanwhile', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', status: 504, drip: 60 });
    const cut = client.sendMail(mail(), { token }).catch((error: Error) => error);
    await expect.poll(() => client.sandbox.stats().faults).toBe(1);
    client.agent.destroy();
    await cut;
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(client.sandbox.stats()).toMatchObject({ faults: 1, submissions: 0 });
  });
});

describe('a connection that is torn down', () => {
  /** How many bytes of a body of a million the client could write, and how it ended. */
  function upload(client: Client, token: string, size = 1_000_000): Promise<{ code?: string; status?: number }> {
    return new Promise((resolve) => {
      const request = https.request(`${client.sandbox.url}/v1.0/users/${MAILBOX}/sendMail`, {
        method: 'POST',
        agent: client.agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain', 'content-length': size },
      });
      request.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ ...(code !== undefined && { code }) }));
      request.on('response', ({ statusCode = 0 }) => resolve({ status: statusCode }));
      request.flushHeaders();
      // The second half is written when the first has been read, or never.
      request.write('a'.repeat(size / 2));
    });
  }

  it.each(['before-body', 'mid-body'] as const)(
    '%s does not wait for the rest, and nothing is delivered',
    async (reset) => {
      const client = await startClient();
      const token = await client.accessToken();
      client.sandbox.fault({ on: 'sendMail', reset, mailbox: MAILBOX });
      expect((await upload(client, token)).code).toMatch(/^(?:ECONNRESET|EPIPE)$/);
      expect(client.sandbox.stats()).toMatchObject({ faults: 1, submissions: 0 });
      expect(client.sandbox.requests().at(-1)).toMatchObject({
        fault: reset === 'mid-body' ? 'reset mid body' : 'reset before body',
        delivered: false,
        status: undefined,
        mailbox: MAILBOX,
      });
      expect((await client.sendMail(mail(), { token })).status).toBe(202);
    },
  );

  it('before the body is applied whatever the answer would have been', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', reset: 'before-body' });
    await expect(client.sendMail(mail(), { token: 'none' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('mid-body ends a small message as well', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', reset: 'mid-body' });
    await expect(client.sendMail(mail(), { token })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(client.sandbox.stats().submissions).toBe(0);
  });

  it.each(['uploadChunk', 'addAttachment', 'sendDraft', 'lookup'] as const)(
    'may be that of %s, of one mailbox only',
    async (on) => {
      const client = await startClientWith({ minUploadSize: 1, mailboxes: ['ana@contoso.example'] });
      const token = await client.accessToken();
      const { path } = await createDraft(client, mail(), { token });
      const json = { AttachmentItem: { attachmentType: 'file', name: 'b.bin', size: 4 } };
      const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json, token });
      const { pathname, search } = new URL(session.json.uploadUrl);
      const file = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'YQ==' };
      const chunk = { method: 'PUT', headers: { 'content-range': 'bytes 0-3/4' }, body: 'abcd' };
      const ask = {
        uploadChunk: () => client.request(pathname + search, chunk),
        addAttachment: () => client.graph('POST', `${path}/attachments`, { json: file, token }),
        sendDraft: () => client.graph('POST', `${path}/send`, { token }),
        lookup: () => client.graph('GET', path, { token }),
      };
      client.sandbox.fault({ on, reset: 'before-body', mailbox: 'ana@contoso.example' });
      client.sandbox.fault({ on, reset: 'before-body', mailbox: MAILBOX });
      await expect(ask[on]()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) });
      expect(client.sandbox.faults().map(({ rule }) => rule.mailbox)).toEqual(['ana@contoso.example']);
      expect((await ask[on]()).status).toBeLessThan(300);
    },
  );
});

describe('the list of faults', () => {
  it('tells what may still be applied, and how often it has', async () => {
    const client = await startClient();
    const { sandbox } = client;
    const takeBack = sandbox.fault({ on: 'sendMail', times: 2, status: 500 });
    sandbox.fault({ on: 'token', every: 5, status: 503 });
    expect(sandbox.faults()).toEqual([
      { id: expect.any(String), rule: { on: 'sendMail', times: 2, status: 500 }, left: 2, struck: 0 },
      {
        id: expect.any(String),
        rule: { on: 'token', every: 5, status: 503 },
        left: Number.POSITIVE_INFINITY,
        struck: 0,
      },
    ]);
    await client.sendMail(mail());
    expect(sandbox.faults()[0]).toMatchObject({ left: 1, struck: 1 });
    takeBack();
    expect(sandbox.faults().map(({ rule }) => rule.on)).toEqual(['token']);
    sandbox.clear();
    expect(sandbox.faults()).toEqual([]);
  });

  it('drops a rule that was applied as often as it should', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 500 });
    await client.sendMail(mail());
    expect(client.sandbox.faults()).toEqual([]);
  });
});

describe('the request log', () => {
  it.each<[Omit<FaultRule, 'on'>, object]>([
    [
      { status: 504, delivered: true },
      { fault: '504', delivered: true, status: 504 },
    ],
    [{ status: 504 }, { fault: '504', delivered: false }],
    [
      { reset: 'before-answer', delivered: true },
      { fault: 'reset', delivered: true },
    ],
    [{ delay: 1 }, { fault: 'delay', delivered: true, status: 202 }],
  ])('tells of %j what was applied and whether the message was delivered', async (rule, entry) => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', ...rule });
    await client.sendMail(mail(), { token }).catch(() => {});
    expect(client.sandbox.requests().at(-1)).toMatchObject(entry);
  });

  it('does not say that a lookup was delivered', async () => {
    const client = await startClientWith();
    client.sandbox.fault({ on: 'lookup', status: 503 });
    await client.graph('GET', '/messages');
    expect(client.sandbox.requests().at(-1)).toMatchObject({ fault: '503' });
    expect(client.sandbox.requests().at(-1)?.delivered).toBeUndefined();
  });
});

describe('a rule', () => {
  it.each<[what: string, rule: object, message: string]>([
    ['never comes', { on: 'sendMail', status: 500, probability: 0 }, '"probability" is 0, expected a number above 0'],
    ['comes more than always', { on: 'sendMail', status: 500, probability: 2 }, '"probability" is 2'],
    ['has no n-th', { on: 'sendMail', status: 500, every: 0 }, '"every" is 0, expected an integer of 1 or more'],
    ['lets less than none through', { on: 'sendMail', status: 500, after: -1 }, '"after" is -1'],
    ['is applied to nothing', { on: [], status: 500 }, '"on" is an empty array, expected one of "sendMail"'],
    [
      'is applied to any and others',
      { on: ['any'], status: 500 },
      '"on" is an array with a string of 3 characters, expected one of',
    ],
    ['draws nothing', { on: 'sendMail', status: 500, seed: 3 }, '"seed" is given, but nothing is drawn'],
    ['has a delay upside down', { on: 'sendMail', delay: { min: 2, max: 1 } }, '"delay" is an object, expected millis'],
    ['has half a delay', { on: 'sendMail', delay: { min: 2 } }, '"delay" is an object'],
    [
      'has a domain with a user',
      { on: 'sendMail', status: 500, recipientDomain: '@x' },
      '"recipientDomain" is a string of 2 characters',
    ],
    [
      'asks for the subject twice',
      { on: 'sendMail', status: 500, subject: 'a', subjectContains: 'a' },
      '"subject" and "subjectContains" are both given, expected one of the two',
    ],
    ['has an unknown AADSTS code', { on: 'token', aadsts: 1 }, '"aadsts" is 1, expected one of 50012, 50032'],
    [
      'has an AADSTS code for Graph',
      { on: ['token', 'sendMail'], aadsts: 700016 },
      '"aadsts" is given with on: "sendMail", expected on: "token", "discovery"',
    ],
    [
      'has fields that no request has together',
      { on: 'any', aadsts: 700016, mailbox: 'a@b.c' },
      'no request can have all of these fields (on, aadsts, mailbox), so the rule would never strike',
    ],
    [
      'tears down a body that is none',
      { on: 'sendDraft', reset: 'mid-body' },
      'reset: "mid-body" is given with on: "sendDraft", expected on: "sendMail", "token", "createDraft"',
    ],
    [
      'tears down what it cannot know',
      { on: 'sendMail', reset: 'before-body', subject: 'Hi' },
      '"subject" is given with reset: "before-body", which strikes before the message is known: leave it out',
    ],
    [
      'delivers what did not arrive',
      { on: 'sendMail', reset: 'mid-body', delivered: true },
      '"delivered" is true with reset: "mid-body", expected reset: "before-answer"',
    ],
    [
      'ends in two ways',
      { on: 'sendMail', silence: true, reset: 'before-answer' },
      '"reset" and "silence" are both given, expected one of the two',
    ],
    [
      'answers what it never answers',
      { on: 'sendMail', status: 503, silence: true },
      '"silence" and "status" are both given',
    ],
    ['challenges in other words', { on: 'any', claimsChallenge: true, status: 401 }, '"claimsChallenge" and "status"'],
    [
      'lets the client wait for another answer',
      { on: 'sendMail', status: 100 },
      '"status" is 100, expected an integer',
    ],
    [
      'is applied to an unknown target beside a known one',
      { on: ['sendMail', 'sendmail'], status: 500 },
      '"on" is an array with "sendmail", expected one of',
    ],
    ['drips what has no body', { on: 'deleteDraft', drip: 5 }, '"drip" is given with on: "deleteDraft"'],
  ])('that %s is refused', async (_what, rule, message) => {
    const { sandbox } = await startClient();
    expect(() => sandbox.fault(rule as FaultRule)).toThrow(message);
    expect(sandbox.faults()).toEqual([]);
  });
});

describe('challenged tokens', () => {
  it('are forgotten when thousands have come after them', () => {
    const tokens = new ChallengedTokens();
    for (let id = 0; id <= 10_000; id += 1) tokens.add(String(id));
    expect([tokens.has('0'), tokens.has('1'), tokens.has('10000')]).toEqual([false, true, true]);
  });
});

describe('the seeded generator', () => {
  it('gives numbers from 0 to 1, evenly, and the same for the same seed', () => {
    const numbers = Array.from({ length: 10_000 }, seededRandom(5));
    expect(numbers).toEqual(Array.from({ length: 10_000 }, seededRandom(5)));
    expect(numbers.every((one) => one >= 0 && one < 1)).toBe(true);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = numbers.filter((one) => Math.floor(one * 10) === tenth).length;
      expect(share).toBeGreaterThan(850);
      expect(share).toBeLessThan(1150);
    }
  });
});
