import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../inbox-support.js';
import { type Client, mail, startClient } from '../support.js';

const send = (client: Client, headers: Record<string, string>, body?: string) => client.sendMail(mail(headers, body));
/** Once the promise has had every chance to settle. */
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  return done;
};

describe('waitFor', () => {
  it('resolves at once to the newest message that is there', async () => {
    const client = await startClient();
    for (const subject of ['One', 'Two']) await send(client, { Subject: subject });
    await send(client, { Subject: 'Three', To: 'ben@example.com' });
    expect(await client.sandbox.waitFor({ to: 'Ana@Example.com', timeout: 0 })).toMatchObject({ subject: 'Two' });
  });

  it('resolves when the message comes, and not to another one', async () => {
    const client = await startClient();
    const waiting = client.sandbox.waitFor({ to: 'ana@example.com', subject: /code/i });
    await send(client, { Subject: 'Hello' });
    await send(client, { Subject: 'Your code', To: 'ben@example.com' });
    expect(await settled(waiting)).toBe(false);
    await send(client, { Subject: 'Your Code' });
    expect(await waiting).toMatchObject({ subject: 'Your Code', status: 'accepted' });
  });

  it.each<[string, object]>([
    ['to, also in Bcc', { to: 'zoe@example.com' }],
    ['recipient', { recipient: 'zoe@example.com' }],
    ['from', { from: 'noreply@contoso.example' }],
    ['mailbox', { mailbox: 'NOREPLY@contoso.example' }],
    ['Message-ID', { messageId: '<2@contoso.example>' }],
    ['subject', { subject: 'Grüße' }],
    ['an expression in the subject', { subject: /^gr/i }],
    ['text', { text: 'code is 4829' }],
    ['an expression in the text, also one that remembers where it was', { text: /\d{4}/g }],
    ['all together', { to: 'zoe@example.com', subject: 'Grüße', text: /4829/ }],
  ])('finds a message by its %s', async (_what, options) => {
    const client = await startClient();
    await send(
      client,
      { Subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', Bcc: 'zoe@example.com', 'Message-ID': '<2@contoso.example>' },
      'Your code is 4829',
    );
    for (let time = 0; time < 2; time += 1) {
      expect(await client.sandbox.waitFor({ ...options, timeout: 50 })).toMatchObject({ subject: 'Grüße' });
    }
  });

  it.each<[string, object]>([
    ['a part of an address', { to: 'ana' }],
    ['a part of a subject', { subject: 'H' }],
    ['a subject in another letter case', { subject: 'hi' }],
    ['a text that it does not have', { text: 'Goodbye' }],
    ['one of two things', { to: 'ana@example.com', subject: 'Ho' }],
  ])('does not take a message for %s', async (_what, options) => {
    const client = await startClient();
    await send(client, {});
    await expect(client.sandbox.waitFor({ ...options, timeout: 20 })).rejects.toThrow('came within 20 ms');
  });

  it('looks into the HTML of a message that has no text', async () => {
    const client = await startClient();
    await send(client, { 'Content-Type': 'text/html' }, '<p>Welcome</p>');
    expect(await client.sandbox.waitFor({ text: 'Welcome', timeout: 50 })).toMatchObject({ subject: 'Hi' });
  });

  it('with a message in "after" goes through what came later, in order', async () => {
    const client = await startClient();
    for (const subject of ['One', 'Two', 'Three']) await send(client, { Subject: subject });
    const { waitFor } = client.sandbox;
    const [one] = await client.sandbox.messages();
    const two = await waitFor({ to: 'ana@example.com', ...(one && { after: one }) });
    const three = await waitFor({ to: 'ana@example.com', after: two });
    expect([two.subject, three.subject]).toEqual(['Two', 'Three']);
    const four = waitFor({ to: 'ana@example.com', after: three });
    expect(await settled(four)).toBe(false);
    await send(client, { Subject: 'Four' });
    expect(await four).toMatchObject({ subject: 'Four' });
  });

  it('with a time in "after" takes what came then or later', async () => {
    let now = Date.now();
    const client = await startClient({ now: () => now });
    await send(client, { Subject: 'Before' });
    now += 1000;
    await send(client, { Subject: 'Then' });
    const found = await client.sandbox.waitFor({ after: new Date(now), timeout: 50 });
    expect(found.subject).toBe('Then');
    await expect(client.sandbox.waitFor({ after: new Date(now + 1), timeout: 10 })).rejects.toThrow(
      `no message since ${new Date(now + 1).toISOString()} came within 10 ms`,
    );
  });

  it('says what it waited for, and what was there', async () => {
    const client = await startClient();
    const wait = () => client.sandbox.waitFor({ to: 'ana@example.com', subject: /code/, timeout: 10 });
    const sentence = 'waitFor: no message to "ana@example.com" with subject /code/ came within 10 ms. ';
    await expect(wait()).rejects.toThrow(new Error(`${sentence}None came meanwhile.`));
    await send(client, { Cc: 'ben@example.com' });
    await expect(wait()).rejects.toThrow(
      new Error(`${sentence}None came meanwhile; there had been 1 message: "Hi" to ana@example.com and 1 more.`),
    );
  });

  it('says what came meanwhile, at most the last three', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const waiting = client.sandbox.waitFor({ to: 'zoe@example.com', timeout: 300 });
    waiting.catch(() => {});
    for (const n of [1, 2, 3, 4]) await client.sendMail(mail({ Subject: `${n}` }), { token });
    await expect(waiting).rejects.toThrow(
      'Meanwhile came 4 messages, at last: "2" to ana@example.com; "3" to ana@example.com; "4" to ana@example.com.',
    );
  });

  it('rejects when the sandbox closes', async () => {
    const client = await startClient();
    const waiting = client.sandbox.waitFor({ to: 'ana@example.com' });
    waiting.catch(() => {});
    await client.sandbox.close();
    await expect(waiting).rejects.toThrow('before the waiting was ended, or the sandbox closed');
    await expect(client.sandbox.waitFor({ to: 'ana@example.com' })).rejects.toThrow('sandbox closed');
  });

  it('does not resolve to a message that was deleted while it was read', async () => {
    const client = await startClient();
    await send(client, { Subject: 'Old' });
    const waiting = client.sandbox.waitFor({ text: 'Hello' });
    client.sandbox.clear();
    await send(client, { Subject: 'New' });
    expect(await waiting).toMatchObject({ subject: 'New' });
  });

  it('may be called many times at once', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const client = await startClient();
    const waiting = Array.from({ length: 20 }, () => client.sandbox.waitFor({ subject: 'Hi' }));
    await send(client, {});
    await Promise.all(waiting);
    expect(warnings).toEqual([]);
  });

  it('goes on waiting when everything is cleared', async () => {
    const client = await startClient();
    const waiting = client.sandbox.waitFor({ subject: 'Later' });
    await send(client, {});
    client.sandbox.clear();
    await send(client, { Subject: 'Later' });
    expect(await waiting).toMatchObject({ subject: 'Later' });
  });

  it.each<[object, string]>([
    [{ subjet: 'Hi' }, 'sandbox.waitFor: "subjet" is unknown. Did you mean "subject"?'],
    [{ to: 4 }, 'sandbox.waitFor: "to" is 4, expected text that is not empty.'],
    [{ subject: 4 }, 'sandbox.waitFor: "subject" is 4, expected text or a regular expression.'],
    [{ timeout: -1 }, 'sandbox.waitFor: "timeout" is -1, expected milliseconds from 0'],
    [
      { after: 'yesterday' },
      'sandbox.waitFor: "after" is a string of 9 characters, expected a message of this sandbox or a Date.',
    ],
    [{ after: { id: 'x', receivedAt: '2026-11-02' } }, 'expected a message of this sandbox or a Date.'],
    [{ after: new Date('x') }, 'expected a message of this sandbox or a Date.'],
  ])('rejects the options %j in words', async (options, words) => {
    const client = await startClient();
    await expect(client.sandbox.waitFor(options)).rejects.toThrow(words);
  });
});

describe('GET /api/messages/wait', () => {
  it('answers the message that is there, or that comes', async () => {
    const client = await startClient();
    await send(client, {});
    const there = await ask(client, '/api/messages/wait?to=ANA');
    expect([there.status, there.json]).toMatchObject([200, { subject: 'Hi', story: [{ operation: 'sendMail' }] }]);
    const coming = ask(client, `/api/messages/wait?subject=code&text=4829&after=${there.json.id}`);
    await send(client, { Subject: 'Your Code' }, 'none');
    await send(client, { Subject: 'Your Code' }, 'It is 4829');
    expect((await coming).json).toMatchObject({ subject: 'Your Code', codes: ['4829'] });
  });

  it('answers 408 when none came in time', async () => {
    const client = await startClient();
    const reply = await ask(client, '/api/messages/wait?to=zoe&subject=code&timeout=10');
    expect([reply.status, reply.json.error]).toEqual([
      408,
      'waitFor: no message with to "zoe" with subject "code" came within 10 ms. None came meanwhile.',
    ]);
  });

  it('waits for a status, which a message may get after it came', async () => {
    const client = await startClient();
    const waiting = ask(client, '/api/messages/wait?status=unconfirmed');
    await send(client, {});
    client.sandbox.fault({ on: 'sendMail', status: 504, delivered: true, delay: 50 });
    await send(client, { Subject: 'Lost' });
    expect((await waiting).json).toMatchObject({ subject: 'Lost', status: 'unconfirmed' });
  });

  it('ends with the connection', async () => {
    const client = await startClient();
    const gone = new AbortController();
    const waiting = ask(client, '/api/messages/wait?timeout=600000', { signal: gone.signal });
    waiting.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
    gone.abort();
    await expect(waiting).rejects.toThrow();
    await send(client, {});
    expect((await ask(client, '/api/messages/wait')).status).toBe(200);
  });

  it.each([
    ['timeout=soon', '"timeout" is "soon", expected milliseconds from 0 to 600000.'],
    ['timeout=600001', '"timeout" is "600001", expected milliseconds from 0 to 600000.'],
    ['after=never', '"after" is "never", expected the id of a message or a time as ISO 8601.'],
    ['status=lost', '"status" is "lost", expected accepted, unconfirmed, bounced or an HTTP status.'],
    ['subjekt=x', '"subjekt" is unknown. Did you mean "subject"?'],
  ])('refuses ?%s in words', async (query, error) => {
    const client = await startClient();
    const reply = await ask(client, `/api/messages/wait?${query}`);
    expect([reply.status, reply.json]).toEqual([400, { error }]);
  });
});
