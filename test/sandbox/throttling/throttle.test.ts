import { afterEach, describe, expect, it, vi } from 'vitest';
import { MessageRate } from '../../../src/sandbox/throttling/message-rate.js';
import { SlidingWindow } from '../../../src/sandbox/throttling/sliding-window.js';
import { createDraft, MAILBOX, mail, startClient, startClientWith } from '../support.js';

/** The sandbox's delays follow fake timers here. */
vi.mock('../../../src/sandbox/http/node-timers.js', async (original) => ({
  ...(await original<typeof import('../../../src/sandbox/http/node-timers.js')>()),
  setTimeout: (run: () => void, ms?: number) => setTimeout(run, ms),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
}));

// A whole second, at which the certificate of the tests is valid.
const NOW = Math.floor(Date.now() / 1000) * 1000;
const ANA = 'ana@contoso.example';

afterEach(() => {
  vi.useRealTimers();
});

describe('more requests than an application may make to a mailbox in 10 minutes', () => {
  it('are answered 429 with the time until one is free, and count themselves', async () => {
    let now = NOW;
    const client = await startClient({ requestLimit: 3, now: () => now, tokenLifetime: 86_400 });
    const token = await client.accessToken();
    const send = () => client.sendMail(mail(), { token });
    for (const _ of [1, 2, 3]) {
      expect((await send()).status).toBe(202);
      now += 10_000;
    }
    const over = await send();
    expect(over.status).toBe(429);
    expect(over.json.error).toEqual({
      code: 'ApplicationThrottled',
      message: 'Application is over its RequestCount limit.',
    });
    // The second of the four leaves the window 11 seconds after the first.
    expect(over.headers['retry-after']).toBe('581');
    now += 570_999;
    expect((await send()).status).toBe(429);
    now = NOW + 630_000 + 1000;
    expect(client.sandbox.throttling().mailboxes[0]?.requests).toBe(1);
    expect((await send()).status).toBe(202);
    expect(client.sandbox.stats()).toMatchObject({ submissions: 4, throttled: 2 });
  });

  it('are of any kind, and may be made by another application or to another mailbox', async () => {
    const other = { clientId: 'other', certificates: [], secrets: ['s'] };
    const client = await startClientWith({
      requestLimit: 1,
      mailboxes: [ANA],
      apps: [{ clientId: 'app', certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] }, other],
    });
    const token = await client.accessToken();
    expect((await client.graph('GET', '/messages', { token })).status).toBe(200);
    expect((await client.graph('POST', '/messages', { mime: mail(), token })).status).toBe(429);
    expect((await client.graph('GET', '/messages', { token, user: ANA })).status).toBe(200);
    const others = await client.accessToken({ client_id: 'other', client_secret: 's' });
    expect((await client.sendMail(mail(), { token: others })).status).toBe(202);
  });

  it('are taken when the limit is off, and still counted', async () => {
    const client = await startClient({ requestLimit: false });
    const token = await client.accessToken();
    for (let n = 0; n < 5; n += 1) await client.sendMail(mail(), { token });
    expect(client.sandbox.throttling()).toMatchObject({ limits: { requests: null }, mailboxes: [{ requests: 5 }] });
  });

  it('get no Retry-After when the sandbox is told to give none', async () => {
    const client = await startClient({ requestLimit: 1, retryAfter: null });
    const token = await client.accessToken();
    await client.sendMail(mail(), { token });
    const over = await client.sendMail(mail(), { token });
    expect([over.status, over.headers['retry-after']]).toEqual([429, undefined]);
  });
});

describe('more bytes than an application may upload to a mailbox in 5 minutes', () => {
  const size = Buffer.from(mail()).toString('base64').length;

  it('are answered 429 until the window has room, and what is refused does not count', async () => {
    let now = NOW;
    const client = await startClient({ uploadLimit: 2 * size, now: () => now, tokenLifetime: 86_400 });
    const token = await client.accessToken();
    const send = () => client.sendMail(mail(), { token });
    expect([(await send()).status, (await send()).status]).toEqual([202, 202]);
    const over = await send();
    expect([over.status, over.headers['retry-after']]).toEqual([429, '301']);
    expect(over.json.error.message).toBe('Application is over its IncomingBytes limit.');
    expect(client.sandbox.throttling().mailboxes[0]?.uploadBytes).toBe(2 * size);
    now += 301_000;
    expect((await send()).status).toBe(202);
  });

  it('let requests without a body through', async () => {
    const client = await startClientWith({ uploadLimit: size });
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    expect((await client.sendMail(mail(), { token })).status).toBe(429);
    expect((await client.graph('GET', path, { token })).status).toBe(200);
    expect((await client.graph('POST', `${path}/send`, { token })).status).toBe(202);
  });

  it('may be in one request that goes alone', async () => {
    const client = await startClient({ uploadLimit: 1 });
    const token = await client.accessToken();
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
    expect((await client.sendMail(mail(), { token })).status).toBe(429);
  });

  it('include the chunks of an upload session', async () => {
    const client = await startClientWith({ minUploadSize: 1 });
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    const json = { AttachmentItem: { attachmentType: 'file', name: 'a', size: 5 } };
    const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json, token });
    const before = client.sandbox.throttling().mailboxes[0]?.uploadBytes ?? 0;
    const url = new URL(session.json.uploadUrl);
    const headers = { 'content-range': 'bytes 0-4/5' };
    await client.request(url.pathname + url.search, { method: 'PUT', headers, body: 'abcde' });
    expect(client.sandbox.throttling().mailboxes[0]).toMatchObject({ uploadBytes: before + 5, requests: 3 });
  });
});

describe('more messages than a mailbox sends in a minute', () => {
  it('wait in Drafts for their turn: recipients and Sent Items get them later, and nothing is refused', async () => {
    const client = await startClient({ messageRate: 2, mailboxes: [ANA], now: () => NOW });
    const token = await client.accessToken();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let n = 1; n <= 5; n += 1) {
      const reply = await client.sendMail(mail({ To: ANA, 'Message-ID': `<${n}@contoso.example>` }), { token });
      expect(reply.status).toBe(202);
    }
    const seen = () => {
      const { drafts, sentItems } = client.sandbox.mailbox(MAILBOX);
      return [drafts.length, sentItems.length, client.sandbox.mailbox(ANA).inbox.length];
    };
    expect(seen()).toEqual([3, 2, 2]);
    expect(client.sandbox.throttling()).toMatchObject({
      limits: { messageRate: 2 },
      mailboxes: [{ mailbox: MAILBOX, messages: 2, queued: 3 }],
    });
    vi.advanceTimersByTime(59_999);
    expect(seen()).toEqual([3, 2, 2]);
    vi.advanceTimersByTime(1);
    expect(seen()).toEqual([1, 4, 4]);
    vi.advanceTimersByTime(60_000);
    expect(seen()).toEqual([0, 5, 5]);
    expect(await client.sandbox.messages()).toHaveLength(5);
  });

  it('are forgotten with everything else', async () => {
    const client = await startClient({ messageRate: 1, mailboxes: [ANA], now: () => NOW });
    const token = await client.accessToken();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const _ of [1, 2]) await client.sendMail(mail({ To: ANA }), { token });
    client.sandbox.clear();
    vi.advanceTimersByTime(600_000);
    expect(client.sandbox.mailbox(ANA).inbox).toEqual([]);
    expect(client.sandbox.mailbox(MAILBOX).sentItems).toEqual([]);
    expect(client.sandbox.throttling().mailboxes).toEqual([]);
  });

  it('keep their order, and the rate, however they come', () => {
    const rate = new MessageRate(3);
    const departures: number[] = [];
    let now = NOW;
    for (let n = 0; n < 200; n += 1) {
      departures.push(now + rate.join(MAILBOX, now));
      now += (n * 7919) % 40_000;
    }
    expect(departures).toEqual([...departures].sort((a, b) => a - b));
    for (const at of departures) {
      expect(departures.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(3);
    }
  });
});

describe('the gauges', () => {
  it('are the same over HTTP, and show what is in flight', async () => {
    const client = await startClient({ latency: 100 });
    const token = await client.accessToken();
    const sending = client.sendMail(mail(), { token });
    await expect.poll(() => client.sandbox.throttling().mailboxes[0]?.inFlight).toBe(1);
    await sending;
    const reply = await fetch(new URL('api/throttling', client.sandbox.inboxUrl));
    expect(await reply.json()).toEqual({
      limits: { concurrency: 4, requests: 10_000, uploadBytes: 150_000_000, messageRate: null },
      mailboxes: [
        {
          mailbox: MAILBOX,
          appId: client.sandbox.options.clientId,
          inFlight: 0,
          requests: 1,
          uploadBytes: Buffer.from(mail()).toString('base64').length,
          messages: 1,
          queued: 0,
        },
      ],
    });
  });

  it('do not know mailboxes that nobody has, and requests without a token', async () => {
    const client = await startClient();
    await client.sendMail(mail(), { user: 'nobody@contoso.example' });
    await client.sendMail(mail(), { token: 'none' });
    expect(client.sandbox.throttling().mailboxes).toEqual([]);
  });
});

describe('what is counted in a window', () => {
  it('takes no more memory than the window has seconds, and is the sum of what lies in it', () => {
    const window = new SlidingWindow(10);
    const entries: { at: number; amount: number }[] = [];
    let now = NOW;
    for (let n = 0; n < 2000; n += 1) {
      now += (n * 131) % 700;
      window.add(n % 5, now);
      entries.push({ at: Math.floor(now / 1000), amount: n % 5 });
      const expected = entries.filter(({ at }) => (at + 11) * 1000 > now).reduce((sum, { amount }) => sum + amount, 0);
      expect(window.sum(now)).toBe(expected);
      const seconds = window.secondsUntil(20, now);
      expect(window.sum(now)).toBe(expected);
      expect(seconds === 0).toBe(expected <= 20);
      if (seconds === 0) continue;
      const at = (later: number) => {
        const then = now + later * 1000;
        return entries.filter((one) => (one.at + 11) * 1000 > then).reduce((sum, { amount }) => sum + amount, 0);
      };
      expect([at(seconds) <= 20, at(seconds - 1) <= 20]).toEqual([true, false]);
    }
    expect(window.sum(now + 60_000)).toBe(0);
  });

  it('survives a clock that is put back', () => {
    const window = new SlidingWindow(10);
    window.add(1, NOW);
    window.add(1, NOW - 3_600_000);
    expect(window.sum(NOW)).toBe(2);
    expect(window.sum(NOW + 11_000)).toBe(0);
  });
});
