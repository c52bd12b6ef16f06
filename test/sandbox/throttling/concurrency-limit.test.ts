import https from 'node:https';
import { describe, expect, it } from 'vitest';
import { type Client, createDraft, MAILBOX, mail, startClient, startClientWith } from '../support.js';

/** A sendMail whose body stops short; `finish` sends the rest. */
async function slowUpload(client: Client, token: string) {
  const body = Buffer.from(mail()).toString('base64');
  const request = https.request(`${client.sandbox.url}/v1.0/users/${MAILBOX}/sendMail`, {
    method: 'POST',
    agent: client.agent,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain', 'content-length': body.length },
  });
  const answer = new Promise<number>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
  });
  answer.catch(() => {});
  request.write(body.slice(0, 10));
  const before = client.sandbox.requests().length;
  await expect.poll(() => client.sandbox.requests().length).toBeGreaterThan(before);
  return { answer, finish: () => request.end(body.slice(10)), abort: () => request.destroy() };
}

describe('more than four requests at a time to one mailbox', () => {
  it('are answered 429 with Retry-After, counted from their first byte', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const slow = [];
    for (let n = 0; n < 4; n += 1) slow.push(await slowUpload(client, token));
    const fifth = await client.sendMail(mail(), { token });
    expect([fifth.status, fifth.headers['retry-after']]).toEqual([429, '1']);
    expect(fifth.json.error).toEqual({
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
    });
    for (const upload of slow) upload.finish();
    expect(await Promise.all(slow.map(({ answer }) => answer))).toEqual([202, 202, 202, 202]);
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
    expect(client.sandbox.stats()).toMatchObject({ submissions: 5, throttled: 1, maxInFlight: { [MAILBOX]: 5 } });
  });

  it('may be of any kind: drafts and lookups count with sendMail', async () => {
    const client = await startClientWith();
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    const slow = [];
    for (let n = 0; n < 4; n += 1) slow.push(await slowUpload(client, token));
    const fifth = [
      await client.graph('POST', '/messages', { mime: mail(), token }),
      await client.graph('POST', `${path}/send`, { token }),
      await client.graph('GET', path, { token }),
      await client.graph('GET', '/mailFolders/sentitems/messages', { token }),
      await client.graph('DELETE', path, { token }),
    ];
    expect(fifth.map(({ status }) => status)).toEqual([429, 429, 429, 429, 429]);
    for (const upload of slow) upload.finish();
    await Promise.all(slow.map(({ answer }) => answer));
    expect((await client.graph('GET', path, { token })).status).toBe(200);
  });

  it('do not concern another mailbox or another application', async () => {
    const client = await startClient({
      mailboxConcurrency: 1,
      mailboxes: ['ana@contoso.example'],
      apps: [{ clientId: 'other', certificates: [], secrets: ['s'] }],
    });
    const token = await client.accessToken();
    const slow = await slowUpload(client, token);
    const ana = { user: 'ana@contoso.example', token };
    expect((await client.sendMail(mail(), { token })).status).toBe(429);
    expect((await client.sendMail(mail({ From: ana.user }), ana)).status).toBe(202);
    const other = await client.accessToken({ client_id: 'other', client_secret: 's' });
    expect((await client.sendMail(mail(), { token: other })).status).toBe(202);
    slow.finish();
    expect(await slow.answer).toBe(202);
  });

  it('are let in again when one of them goes away, and its half is not taken', async () => {
    const client = await startClient({ mailboxConcurrency: 1 });
    const token = await client.accessToken();
    const slow = await slowUpload(client, token);
    slow.abort();
    await expect.poll(async () => (await client.sendMail(mail(), { token })).status).toBe(202);
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it.each([
    [null, undefined],
    ['2.128', '2.128'],
  ])('get the Retry-After %s that the sandbox is told to give', async (retryAfter, header) => {
    const client = await startClient({ mailboxConcurrency: 1, retryAfter });
    const token = await client.accessToken();
    const slow = await slowUpload(client, token);
    expect((await client.sendMail(mail(), { token })).headers['retry-after']).toBe(header);
    slow.finish();
    await slow.answer;
  });

  it('are taken when the limit is off, and still counted', async () => {
    const client = await startClient({ mailboxConcurrency: false });
    const token = await client.accessToken();
    const slow = [];
    for (let n = 0; n < 6; n += 1) slow.push(await slowUpload(client, token));
    for (const upload of slow) upload.finish();
    expect(new Set(await Promise.all(slow.map(({ answer }) => answer)))).toEqual(new Set([202]));
    expect(client.sandbox.stats().maxInFlight).toEqual({ [MAILBOX]: 6 });
  });

  it('are never counted when each waits for the answer of the one before', async () => {
    const client = await startClient({ mailboxConcurrency: 1, latency: 1 });
    const token = await client.accessToken();
    for (let n = 0; n < 20; n += 1) expect((await client.sendMail(mail(), { token })).status).toBe(202);
    expect(client.sandbox.stats()).toMatchObject({ throttled: 0, maxInFlight: { [MAILBOX]: 1 } });
  });
});
