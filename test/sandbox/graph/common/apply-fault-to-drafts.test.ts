import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../../src/sandbox/index.js';
import { type Client, createDraft, MAILBOX, mail, type Reply, startClientWith } from '../../support.js';

interface Scene {
  client: Client;
  token: string;
  path: string;
  upload: string;
}

interface Operation {
  on: FaultRule['on'];
  ask: (scene: Scene) => Promise<Reply>;
  success: number;
  /** Whether it was done. */
  done: (scene: Scene) => Promise<boolean>;
}

const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };
const FILE = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'YQ==' };
const ITEM = { AttachmentItem: { attachmentType: 'file', name: 'b.bin', size: 10 } };
const SECOND = mail({ 'Message-ID': '<2@contoso.example>' });

/** A draft with an upload session that is open, under an immutable id so that it is found after it was sent. */
async function scene(): Promise<Scene> {
  const client = await startClientWith({ minUploadSize: 1 });
  const token = await client.accessToken();
  const { path } = await createDraft(client, mail(), { token, headers: IMMUTABLE });
  const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json: ITEM, token });
  const url = new URL(session.json.uploadUrl);
  return { client, token, path, upload: url.pathname + url.search };
}

const drafts = ({ client }: Scene) => client.sandbox.mailbox(MAILBOX).drafts;

const operations: Operation[] = [
  {
    on: 'createDraft',
    ask: ({ client, token }) => client.graph('POST', '/messages', { mime: SECOND, token }),
    success: 201,
    done: async (at) => drafts(at).some(({ messageId }) => messageId === '<2@contoso.example>'),
  },
  {
    on: 'sendDraft',
    ask: ({ client, token, path }) => client.graph('POST', `${path}/send`, { token }),
    success: 202,
    done: async ({ client }) => client.sandbox.stats().submissions === 1,
  },
  {
    on: 'addAttachment',
    ask: ({ client, token, path }) => client.graph('POST', `${path}/attachments`, { json: FILE, token }),
    success: 201,
    done: async (at) => drafts(at)[0]?.raw.toString().includes('a.txt') === true,
  },
  {
    on: 'uploadChunk',
    ask: ({ client, upload }) =>
      client.request(upload, { method: 'PUT', headers: { 'content-range': 'bytes 0-3/10' }, body: 'abcd' }),
    success: 200,
    done: async ({ client, upload }) => (await client.request(upload)).json.nextExpectedRanges[0] === '4',
  },
  {
    on: 'deleteDraft',
    ask: ({ client, token, path }) => client.graph('DELETE', path, { token }),
    success: 204,
    done: async (at) => drafts(at).length === 0,
  },
];

const kinds: [what: string, rule: Omit<FaultRule, 'on'>, check: (reply: Reply) => void][] = [
  ['500', { status: 500 }, ({ json }) => expect(json.error.code).toBe('ErrorInternalServerError')],
  [
    '502',
    { status: 502 },
    ({ headers, text }) => {
      expect(headers['content-type']).toBe('text/html');
      expect(text).toMatch(/^<html>/);
    },
  ],
  ['503', { status: 503 }, ({ headers }) => expect(headers['retry-after']).toBeUndefined()],
  ['504', { status: 504 }, ({ json }) => expect(json.error).toEqual({ code: 'UnknownError', message: '' })],
  ['a wrong 200', { status: 200 }, ({ text }) => expect(text).toBe('')],
];

describe.each(operations)('a fault of $on', ({ on, ask, success, done }) => {
  const flavours = [false, true].flatMap((delivered) => kinds.map((kind) => [delivered, ...kind] as const));

  it.each(flavours)('(delivered: %s) can answer %s, once', async (delivered, _what, rule, check) => {
    const at = await scene();
    at.client.sandbox.fault({ on, delivered, ...rule });
    const reply = await ask(at);
    expect(reply.status).toBe(rule.status);
    check(reply);
    expect(await done(at)).toBe(delivered);
    expect(at.client.sandbox.stats().faults).toBe(1);
    expect(at.client.sandbox.requests().map(({ fault }) => fault)).toContain(String(rule.status));
    if (!delivered) expect((await ask(at)).status).toBe(success);
    expect(await done(at)).toBe(true);
  });

  it('can answer 503 with Retry-After, and nothing is done', async () => {
    const at = await scene();
    at.client.sandbox.fault({ on, status: 503, headers: { 'Retry-After': '3' } });
    expect((await ask(at)).headers['retry-after']).toBe('3');
    expect(await done(at)).toBe(false);
  });

  it.each([true, false])('can reset the connection before the answer (delivered: %s)', async (delivered) => {
    const at = await scene();
    at.client.sandbox.fault({ on, reset: 'before-answer', delivered });
    await expect(ask(at)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await done(at)).toBe(delivered);
  });

  it.each([true, false])('can be silence (delivered: %s)', async (delivered) => {
    const at = await scene();
    at.client.sandbox.fault({ on, silence: true, delivered });
    const silent = ask(at).catch((error: Error) => error);
    await expect.poll(() => at.client.sandbox.requests().at(-1)?.fault).toBe('silence');
    expect(await done(at)).toBe(delivered);
    at.client.agent.destroy();
    expect(await silent).toBeInstanceOf(Error);
  });

  it('leaves alone what is about another message or mailbox, and sendMail', async () => {
    const at = await scene();
    const times = Number.POSITIVE_INFINITY;
    at.client.sandbox.fault({ on, times, status: 500, subject: 'Another' });
    at.client.sandbox.fault({ on, times, status: 500, recipient: 'bob@example.com' });
    at.client.sandbox.fault({ on, times, status: 500, mailbox: 'ana@contoso.example' });
    expect((await ask(at)).status).toBe(success);
    expect((await at.client.sendMail(mail(), { token: at.token })).status).toBe(202);
    expect(at.client.sandbox.stats().faults).toBe(0);
  });

  it('is applied to what is about its message and mailbox', async () => {
    const at = await scene();
    at.client.sandbox.fault({ on, status: 500, subject: 'Hi', recipient: 'ANA@example.com', mailbox: MAILBOX });
    expect((await ask(at)).status).toBe(500);
  });
});

describe('a fault of createUploadSession', () => {
  it('is applied once', async () => {
    const { client, token, path } = await scene();
    const ask = async () =>
      (await client.graph('POST', `${path}/attachments/createUploadSession`, { json: ITEM, token })).status;
    client.sandbox.fault({ on: 'createUploadSession', status: 500 });
    expect([await ask(), await ask()]).toEqual([500, 201]);
  });
});

describe('a fault of a lookup', () => {
  it.each(['/messages', '/mailFolders/drafts/messages', '{}', '{}/$value', '{}/attachments'])(
    'is applied to GET %s',
    async (shape) => {
      const { client, token, path } = await scene();
      const ask = async () => (await client.graph('GET', shape.replace('{}', path), { token })).status;
      client.sandbox.fault({ on: 'lookup', status: 503, subject: 'Hi' });
      expect([await ask(), await ask()]).toEqual([503, 200]);
    },
  );

  it('with a subject is not applied when no such message is found', async () => {
    const { client, token } = await scene();
    client.sandbox.fault({ on: 'lookup', status: 503, subject: 'Hi' });
    expect((await client.graph('GET', '/mailFolders/sentitems/messages', { token })).status).toBe(200);
  });

  it('can be a delay only, after which it is answered', async () => {
    const { client, token, path } = await scene();
    client.sandbox.fault({ on: 'lookup', delay: 1 });
    expect((await client.graph('GET', path, { token })).json).toMatchObject({ subject: 'Hi' });
    expect(client.sandbox.requests().at(-1)?.fault).toBe('delay');
  });
});

it('the last chunk can be stored though its answer says otherwise, and the attachment is there', async () => {
  const { client, token, path, upload } = await scene();
  client.sandbox.fault({ on: 'uploadChunk', status: 504, delivered: true });
  const headers = { 'content-range': 'bytes 0-9/10' };
  expect((await client.request(upload, { method: 'PUT', headers, body: '0123456789' })).status).toBe(504);
  const { value } = (await client.graph('GET', `${path}/attachments?$select=name`, { token })).json;
  expect(value).toMatchObject([{ name: 'b.bin' }]);
});

it('a fault is not used up by a request that is refused anyway', async () => {
  const { client, token, path, upload } = await scene();
  for (const on of ['sendDraft', 'addAttachment', 'uploadChunk', 'lookup', 'deleteDraft'] as const) {
    client.sandbox.fault({ on, status: 500 });
  }
  expect((await client.graph('POST', '/messages/x/send', { token })).status).toBe(404);
  expect((await client.graph('POST', `${path}/attachments`, { json: {}, token })).status).toBe(400);
  expect((await client.request(upload, { method: 'PUT' })).status).toBe(400);
  expect((await client.graph('GET', '/messages?$filter=x', { token })).status).toBe(400);
  expect((await client.graph('DELETE', '/messages/x', { token })).status).toBe(404);
  expect(client.sandbox.stats().faults).toBe(0);
});

it('a claims challenge of a draft refuses the token for everything', async () => {
  const { client, token, path } = await scene();
  client.sandbox.fault({ on: 'sendDraft', claimsChallenge: true });
  for (const _ of [1, 2]) {
    const reply = await client.graph('POST', `${path}/send`, { token });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, expect.stringContaining('claims=')]);
  }
  expect((await client.graph('GET', path, { token })).status).toBe(401);
  expect((await client.graph('POST', `${path}/send`)).status).toBe(202);
});
