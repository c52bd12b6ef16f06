import { describe, expect, it } from 'vitest';
import { ask, askJson } from '../inbox-support.js';
import { type Client, createDraft, MAILBOX, mail, startClient, startClientWith } from '../support.js';

/** The timeline of the newest message (or of one more, counted from the end), as operations and statuses. */
async function timeline(client: Client, fromEnd = 1): Promise<[string, number | undefined][]> {
  const message = (await client.sandbox.messages()).at(-fromEnd);
  return (message?.requests ?? []).map(({ operation, status }) => [operation, status]);
}

const FILE = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'aGk=' };

describe('the timeline of a message', () => {
  it('tells every attempt: what was refused by the rules, to what a fault was applied, and what was taken', async () => {
    const client = await startClient({ mailboxConcurrency: 1, latency: 300 });
    const token = await client.accessToken();
    const other = client.sendMail(mail({ 'Message-ID': '<other@x>' }), { token });
    await expect.poll(() => client.sandbox.requests({ operation: 'sendMail' }).length, { interval: 5 }).toBe(1);
    await client.sendMail(mail(), { token });
    await other;
    client.sandbox.fault({ on: 'sendMail', subject: 'Hi', status: 503, headers: { 'Retry-After': '7' } });
    await client.sendMail(mail(), { token });
    await client.sendMail(mail(), { token, headers: { authorization: 'Bearer x' } });
    await client.sendMail(mail(), { token, headers: { 'client-request-id': 'mine' } });
    const message = await client.sandbox.waitFor({ messageId: '<1@contoso.example>' });
    expect(message.requests).toMatchObject([
      { operation: 'sendMail', status: 429, code: 'ApplicationThrottled', retryAfter: '1', wait: 0 },
      {
        operation: 'sendMail',
        status: 503,
        code: 'ServiceUnavailable',
        retryAfter: '7',
        fault: '503',
        delivered: false,
      },
      { operation: 'sendMail', status: 401, code: 'InvalidAuthenticationToken' },
      { operation: 'sendMail', status: 202, delivered: true, clientRequestId: 'mine' },
    ]);
    const last = message.requests.at(-1);
    expect([last?.requestId, last?.mailbox, last?.messageId]).toEqual([message.requestId, MAILBOX, message.messageId]);
    expect(await timeline(client, 2)).toEqual([['sendMail', 202]]);
  });

  it('tells how long the client waited before each', async () => {
    let now = Date.now();
    const client = await startClient({ now: () => now });
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', status: 429 });
    await client.sendMail(mail(), { token });
    now += 5000;
    await client.sendMail(mail(), { token });
    const [message] = await client.sandbox.messages();
    const [first, second] = message?.requests ?? [];
    expect(first?.wait).toBe(0);
    expect(second?.wait).toBeGreaterThan(4000);
    expect(second?.wait).toBeLessThanOrEqual(5000);
  });

  it('joins the requests of a draft, also those that did not find it any more', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    await client.graph('POST', `${path}/attachments`, { json: FILE });
    client.sandbox.fault({ on: 'sendDraft', status: 504, delivered: true });
    await client.graph('POST', `${path}/send`);
    await client.graph('POST', `${path}/send`);
    await client.graph('GET', `/messages?$filter=${encodeURIComponent("internetMessageId eq '<1@contoso.example>'")}`);
    const [message] = await client.sandbox.messages();
    expect(message?.status).toBe('unconfirmed');
    expect(message?.requests).toMatchObject([
      { operation: 'createDraft', status: 201 },
      { operation: 'addAttachment', status: 201 },
      { operation: 'sendDraft', status: 504, fault: '504', delivered: true },
      { operation: 'sendDraft', status: 404, code: 'ErrorItemNotFound' },
      { operation: 'lookup', status: 200 },
    ]);
    expect(message?.requests[1]?.itemId).toBe(message?.requests[0]?.itemId);
  });

  it('joins the requests of an upload session, without its authtoken', async () => {
    const client = await startClientWith({ minUploadSize: 0 });
    const { path } = await createDraft(client);
    const item = { attachmentType: 'file', name: 'a.txt', size: 4 };
    const session = await client.graph('POST', `${path}/attachments/createUploadSession`, {
      json: { AttachmentItem: item },
    });
    const url = new URL(session.json.uploadUrl);
    const put = (range: string) =>
      client.request(url.pathname + url.search, { method: 'PUT', headers: { 'content-range': range }, body: 'text' });
    await put('bytes 1-4/5');
    await put('bytes 0-3/4');
    await client.graph('POST', `${path}/send`);
    expect(await timeline(client)).toEqual([
      ['createDraft', 201],
      ['createUploadSession', 201],
      ['uploadChunk', 400],
      ['uploadChunk', 201],
      ['sendDraft', 202],
    ]);
    const token = url.searchParams.get('authtoken') ?? '';
    expect(token.length).toBeGreaterThan(10);
    expect(JSON.stringify(client.sandbox.requests())).not.toContain(token);
    expect(client.sandbox.requests({ operation: 'uploadChunk' })[0]?.path).toMatch(/\?authtoken=…$/);
  });

  it('joins requests that name no message by the id that the client gave them', async () => {
    const client = await startClient();
    const body = JSON.stringify({
      message: { subject: 'JSON', toRecipients: [{ emailAddress: { address: 'ana@example.com' } }] },
    });
    const changes = { contentType: 'application/json', body, headers: { 'client-request-id': 'one-sending' } };
    client.sandbox.fault({ on: 'sendMail', status: 503 });
    await client.sendMail('', { ...changes, headers: { ...changes.headers, authorization: 'Bearer x' } });
    await client.sendMail('', changes);
    await client.sendMail('', changes);
    const [message] = await client.sandbox.messages();
    expect(message?.requests.filter(({ operation }) => operation === 'sendMail').map(({ status }) => status)).toEqual(
      expect.arrayContaining([401, 202]),
    );
  });

  it('belongs to one message when a client knowingly sends the same Message-ID again', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    client.sandbox.fault({ on: 'sendMail', status: 429 });
    await client.sendMail(mail());
    await client.sendMail(mail());
    expect(await timeline(client, 2)).toEqual([['sendMail', 202]]);
    expect(await timeline(client, 1)).toEqual([
      ['sendMail', 429],
      ['sendMail', 202],
    ]);
  });

  it('overlaps when the client did not know that the first message was taken', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    await client.sendMail(mail());
    client.sandbox.fault({ on: 'sendMail', status: 503 });
    await client.sendMail(mail());
    await client.sendMail(mail());
    expect(await timeline(client, 2)).toEqual([
      ['sendMail', 504],
      ['sendMail', 503],
    ]);
    expect(await timeline(client, 1)).toEqual([
      ['sendMail', 504],
      ['sendMail', 503],
      ['sendMail', 202],
    ]);
    expect((await client.sandbox.messages()).map(({ status }) => status)).toEqual(['unconfirmed', 'accepted']);
  });

  it.each([{ silence: true }, { reset: 'before-answer' }] as const)(
    'tells of %j, which is no answer',
    async (fault) => {
      const client = await startClient();
      client.sandbox.fault({ on: 'sendMail', delivered: true, ...fault });
      client.sendMail(mail()).catch(() => {});
      const message = await client.sandbox.waitFor({ to: 'ana@example.com' });
      await expect.poll(() => client.sandbox.requests({ operation: 'sendMail' })[0]?.instead).toBeDefined();
      const { json } = await ask(client, `/api/messages/${message.id}`);
      expect(json).toMatchObject({
        status: 'unconfirmed',
        story: [{ operation: 'sendMail', status: null, delivered: true, fault: Object.keys(fault)[0] }],
      });
    },
  );

  it('tells when the client left before the answer', async () => {
    const client = await startClient({ latency: 80 });
    const token = await client.accessToken();
    client.sendMail(mail(), { token }).catch(() => {});
    const message = await client.sandbox.waitFor({ to: 'ana@example.com' });
    expect(message.status).toBe('accepted');
    client.agent.destroy();
    await expect.poll(async () => (await client.sandbox.messages())[0]?.status).toBe('unconfirmed');
    expect((await client.sandbox.messages())[0]?.requests).toMatchObject([{ status: undefined, instead: 'gone' }]);
  });
});

describe('the log of requests', () => {
  it('names the operation of each', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    for (const [method, rest] of [
      ['GET', path],
      ['GET', `${path}/$value`],
      ['DELETE', path],
      ['GET', '/messages'],
      ['POST', '/nothing'],
    ] as const) {
      await client.graph(method, rest, { token: 'x' });
    }
    await client.request('/common/discovery/instance');
    expect(client.sandbox.requests().map(({ operation }) => operation)).toEqual([
      'token',
      'createDraft',
      'lookup',
      'lookup',
      'deleteDraft',
      'lookup',
      'other',
      'discovery',
    ]);
  });

  it('holds no token, secret or assertion', async () => {
    const secret = 'a-secret-of-some-length';
    const roles = ['Mail.Send', 'Mail.ReadWrite'];
    const app = { clientId: 'app', certificates: [], secrets: [secret], roles };
    const client = await startClientWith({ apps: [app] });
    const token = await client.accessToken({ client_secret: secret });
    await client.graph(
      'GET',
      `/messages?access_token=${token}&%61uthtoken=hidden-one&client_secret=s&assertion=hidden-two`,
      { token },
    );
    const log = JSON.stringify(client.sandbox.requests());
    for (const hidden of [token, secret, 'hidden-one', 'hidden-two', 'client_assertion'])
      expect(log).not.toContain(hidden);
    expect(client.sandbox.requests().at(-1)?.path).toMatch(/\?access_token=…&authtoken=…&client_secret=…&assertion=…$/);
  });

  it('names the AADSTS code of a refused token request', async () => {
    const client = await startClient();
    await client.token({ client_id: '00000000-0000-0000-0000-000000000001' });
    expect(client.sandbox.requests()).toMatchObject([{ operation: 'token', status: 400, code: 'AADSTS700016' }]);
  });

  it('is filtered, and refuses a filter that is wrong', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    await client.sendMail(mail(), { token: 'x' });
    const { requests } = client.sandbox;
    const statuses = (filter: object) => requests(filter).map(({ status }) => status);
    expect(statuses({ operation: 'sendMail' })).toEqual([202, 401]);
    expect(statuses({ messageId: '1@contoso.example' })).toEqual([202, 401]);
    expect(statuses({ status: 202, mailbox: MAILBOX.toUpperCase() })).toEqual([202]);
    expect(statuses({ mailbox: 'other@contoso.example' })).toEqual([]);
    expect(() => requests({ operation: 'sendmail' } as object)).toThrow('sandbox.requests: "operation" is "sendmail"');
    expect(() => requests({ mailbx: 'x' } as object)).toThrow('Did you mean "mailbox"?');
  });

  it('is served newest first, a page at a time, with filters', async () => {
    const client = await startClient();
    await client.sendMail(mail(), { token: 'x', headers: { 'user-agent': 'test/1' } });
    await client.sendMail(mail());
    const all = await askJson(client, '/api/requests');
    expect([all.total, all.matched]).toEqual([3, 3]);
    expect(all.requests).toMatchObject([
      { operation: 'sendMail', status: 202, mailbox: MAILBOX, messageId: '<1@contoso.example>', delivered: true },
      { operation: 'token', status: 200, wait: 0 },
      { operation: 'sendMail', status: 401, userAgent: 'test/1', code: 'InvalidAuthenticationToken' },
    ]);
    const some = await askJson(client, '/api/requests?mailbox=NOREPLY&operation=sendMail&status=&limit=1&offset=1');
    expect([some.total, some.matched, some.requests.length, some.requests[0].status]).toEqual([3, 2, 1, 401]);
    expect((await askJson(client, '/api/requests?status=401')).matched).toBe(1);
    expect((await ask(client, '/api/requests?status=x')).status).toBe(400);
    expect((await ask(client, '/api/requests?stat=1')).status).toBe(400);
    expect((await ask(client, '/api/requests?operation=sendMial')).json).toEqual({
      error: '"operation" is "sendMial". Did you mean "sendMail"?',
    });
  });

  it('reads the Message-ID of a refused upload behind a long header, and not of rubbish', async () => {
    const client = await startClient();
    const long = 'x'.repeat(70).concat('\r\n ').repeat(300);
    await client.sendMail(`X-Long: ${long}\r\nMessage-ID: <deep@x>\r\n\r\nHi`, { token: 'x' });
    await client.sendMail('', { token: 'x', body: '%%%%' });
    await client.sendMail('', { token: 'x' });
    expect(client.sandbox.requests().map(({ messageId }) => messageId)).toEqual(['<deep@x>', undefined, undefined]);
  });
});

it('a timeline and its message go when everything is cleared', async () => {
  const client = await startClient();
  await client.sendMail(mail(), { token: 'x' });
  client.sandbox.clear();
  await client.sendMail(mail());
  expect(await timeline(client)).toEqual([['sendMail', 202]]);
});
