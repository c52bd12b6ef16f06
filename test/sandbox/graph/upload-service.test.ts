import { describe, expect, it } from 'vitest';
import { type Client, createDraft, MAILBOX, mail, messagePath, type Reply, startClientWith } from '../support.js';

const HOUR = 3_600_000;
const IMMUTABLE = { headers: { prefer: 'IdType="ImmutableId"' } };

interface Upload {
  client: Client;
  path: string;
  session: Reply;
  /** A request to the upload URL; `range` is the first and the last byte that are sent. */
  put: (
    range: [number, number],
    changes?: { contentRange?: string; headers?: Record<string, string>; body?: Buffer },
  ) => Promise<Reply>;
  ask: (method: string, headers?: Record<string, string>) => Promise<Reply>;
}

const FILE = Buffer.from('0123456789');

async function openSession(
  item: Record<string, unknown> = {},
  options: Parameters<typeof startClientWith>[0] = {},
  file: Buffer = FILE,
): Promise<Upload> {
  const client = await startClientWith({ minUploadSize: 1, ...options });
  const { path } = await createDraft(client);
  const AttachmentItem = { attachmentType: 'file', name: 'big.bin', size: file.length, ...item };
  const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json: { AttachmentItem } });
  const url = new URL(session.json.uploadUrl ?? 'https://localhost/');
  const target = url.pathname + url.search;
  return {
    client,
    path,
    session,
    put: ([first, last], { contentRange = `bytes ${first}-${last}/${file.length}`, headers = {}, body } = {}) =>
      client.request(target, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', 'content-range': contentRange, ...headers },
        body: body ?? file.subarray(first, last + 1),
      }),
    ask: (method, headers = {}) => client.request(target, { method, headers }),
  };
}

describe('an upload session', () => {
  it('is answered 201 with an upload URL of this sandbox', async () => {
    const { client, session } = await openSession();
    expect(session.status).toBe(201);
    expect(session.json).toMatchObject({
      '@odata.context': expect.stringContaining('#microsoft.graph.uploadSession'),
      uploadUrl: expect.stringMatching(/\/upload\/AttachmentSessions\('AAMk[\w-]+='\)\?authtoken=[\w-]+$/),
      expirationDateTime: expect.stringMatching(/Z$/),
      nextExpectedRanges: ['0-'],
    });
    expect(session.json.uploadUrl.startsWith(client.sandbox.url.replace('localhost', '127.0.0.1'))).toBe(true);
  });

  it('takes chunks in order, says what it expects next, and ends with 201 and a Location', async () => {
    const { client, path, put, ask } = await openSession({ contentType: 'text/plain' });
    const first = await put([0, 3]);
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({
      '@odata.context': expect.any(String),
      ExpirationDateTime: expect.stringMatching(/Z$/),
      nextExpectedRanges: ['4'],
    });
    expect((await ask('GET')).json).toMatchObject({ nextExpectedRanges: ['4'] });
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual([]);
    expect((await put([4, 8])).json.nextExpectedRanges).toEqual(['9']);
    const last = await put([9, 9]);
    expect([last.status, last.text, last.headers['content-length']]).toEqual([201, '', '0']);
    const id = /\/Attachments\('(.+)'\)$/.exec(last.headers.location ?? '')?.[1];
    const { value } = (await client.graph('GET', `${path}/attachments`)).json;
    expect(value).toMatchObject([{ id, name: 'big.bin', size: 10, contentType: 'text/plain' }]);
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.attachments[0]?.content).toEqual(FILE);
  });

  it('is over when the file is whole', async () => {
    const { put, ask } = await openSession();
    await put([0, 9]);
    expect([(await put([0, 9])).status, (await ask('GET')).status]).toEqual([404, 404]);
  });

  it('can be cancelled', async () => {
    const { client, path, put, ask } = await openSession();
    await put([0, 3]);
    const cancelled = await ask('DELETE');
    expect([cancelled.status, cancelled.text]).toEqual([204, '']);
    expect((await put([4, 9])).status).toBe(404);
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual([]);
  });

  it.each<[what: string, end: (client: Client, path: string) => Promise<Reply>]>([
    ['was sent', (client, path) => client.graph('POST', `${path}/send`)],
    ['was deleted', (client, path) => client.graph('DELETE', path)],
  ])('ends when its draft %s', async (_what, end) => {
    const { client, path, put } = await openSession();
    expect((await end(client, path)).status).toBeLessThan(300);
    const reply = await put([0, 9]);
    expect([reply.status, reply.json.error.code]).toEqual([404, 'ErrorItemNotFound']);
  });

  it('can be opened for a draft in Deleted Items, which may still be sent', async () => {
    const client = await startClientWith({ minUploadSize: 1 });
    await client.graph('DELETE', (await createDraft(client)).path);
    const path = messagePath(client.sandbox.mailbox(MAILBOX).deletedItems[0]?.id ?? '');
    const json = { AttachmentItem: { attachmentType: 'file', name: 'a', size: 5 } };
    const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json });
    const { pathname, search } = new URL(session.json.uploadUrl);
    const headers = { 'content-range': 'bytes 0-4/5' };
    expect((await client.request(pathname + search, { method: 'PUT', headers, body: 'abcde' })).status).toBe(201);
  });

  it('expires by the clock of the sandbox, at the time it names', async () => {
    let time = Date.now();
    const { session, put } = await openSession({}, { now: () => time });
    expect(Date.parse(session.json.expirationDateTime)).toBe(time + HOUR);
    time += HOUR - 1;
    expect((await put([0, 3])).status).toBe(200);
    time += 1;
    expect((await put([4, 9])).status).toBe(404);
  });

  it('gives back a file of several chunks byte for byte, whatever their lengths', async () => {
    const file = Buffer.from(Array.from({ length: 1000 }, (_, n) => (n * 7919) % 256));
    const { client, path, put } = await openSession({}, {}, file);
    const ends = [0, 57, 113, 114, 400, 999];
    let start = 0;
    for (const end of ends) {
      expect((await put([start, end])).status).toBe(end === 999 ? 201 : 200);
      start = end + 1;
    }
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.attachments[0]?.content).toEqual(file);
    const lines = message?.raw.toString().split('\r\n') ?? [];
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100);
  });

  it('takes several megabytes, in chunks just below four', async () => {
    const file = Buffer.alloc(9_000_000, 'graph');
    const { client, path, put } = await openSession({}, {}, file);
    for (let at = 0; at < file.length; at += 4_194_303) {
      const last = Math.min(at + 4_194_303, file.length) - 1;
      expect((await put([at, last])).status).toBe(last === file.length - 1 ? 201 : 200);
    }
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.attachments[0]?.content.equals(file)).toBe(true);
  });
});

describe('an upload is refused with', () => {
  it.each<[status: number, when: string, send: (upload: Upload) => Promise<Reply>]>([
    [401, 'an Authorization header', ({ put }) => put([0, 3], { headers: { authorization: 'Bearer x' } })],
    [416, 'a chunk that comes too early', ({ put }) => put([4, 9])],
    [400, 'no Content-Range', ({ ask }) => ask('PUT')],
    [400, 'another unit', ({ put }) => put([0, 3], { contentRange: 'items 0-3/10' })],
    [400, 'an unknown length', ({ put }) => put([0, 3], { contentRange: 'bytes 0-3/*' })],
    [400, 'the length of another file', ({ put }) => put([0, 3], { contentRange: 'bytes 0-3/11' })],
    [400, 'a range behind the end', ({ put }) => put([0, 3], { contentRange: 'bytes 7-10/10' })],
    [400, 'a range that is not as long as the body', ({ put }) => put([0, 3], { contentRange: 'bytes 0-4/10' })],
    [405, 'another method', ({ ask }) => ask('POST')],
    [413, 'a chunk of 4 MB', ({ put }) => put([0, 3], { body: Buffer.alloc(4_194_304) })],
  ])('%i for %s, and nothing is stored', async (status, _when, send) => {
    const upload = await openSession();
    const reply = await send(upload);
    expect(reply.status).toBe(status);
    expect(reply.json.error.code).toBeTruthy();
    expect((await upload.ask('GET')).json.nextExpectedRanges).toEqual(['0']);
  });

  it('416 for a chunk that is there already', async () => {
    const { put } = await openSession();
    await put([0, 3]);
    const reply = await put([0, 3]);
    expect([reply.status, reply.json.error.message]).toEqual([416, expect.stringContaining('expected 4')]);
  });

  it('401 for another authtoken, and 404 for another session', async () => {
    const { client, session } = await openSession();
    const url = new URL(session.json.uploadUrl);
    expect((await client.request(`${url.pathname}?authtoken=x`)).status).toBe(401);
    expect((await client.request(`/upload/AttachmentSessions('x')${url.search}`)).status).toBe(404);
  });

  it('429 when the mailbox has too many requests in flight', async () => {
    const { client, path, put } = await openSession({}, { mailboxConcurrency: 1 });
    client.sandbox.fault({ on: 'lookup', silence: true });
    const silent = client.graph('GET', path).catch((error: Error) => error);
    await expect.poll(() => client.sandbox.requests().at(-1)?.fault).toBe('silence');
    const reply = await put([0, 3]);
    expect([reply.status, reply.json.error.code, reply.headers['retry-after']]).toEqual([
      429,
      'ApplicationThrottled',
      '1',
    ]);
    client.agent.destroy();
    await silent;
  });
});

describe('a session is refused for', () => {
  it.each<[what: string, item: Record<string, unknown>, code: string]>([
    ['a file below the minimum', { size: 99 }, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize'],
    ['a file over 150 MB', { size: 157_286_401 }, 'ErrorMessageSizeExceeded'],
    ['a file that is no file', { attachmentType: 'item' }, 'ErrorInvalidParameter'],
    ['a file without a name', { name: undefined }, 'ErrorInvalidParameter'],
    ['a size that is none', { size: '100' }, 'ErrorInvalidParameter'],
    ['an isInline that is no flag', { isInline: 'true' }, 'RequestBodyRead'],
    ['a Content-ID that is no text', { contentId: 7 }, 'RequestBodyRead'],
  ])('%s', async (_what, item, code) => {
    const { session } = await openSession({ size: 100, ...item }, { minUploadSize: 100, maxMessageSize: 1e9 });
    expect([session.status, session.json.error.code]).toEqual([400, code]);
  });

  it('a file with which the message is larger than the mailbox allows', async () => {
    const maxMessageSize = mail().length + 10;
    expect((await openSession({ size: 10 }, { maxMessageSize })).session.status).toBe(201);
    const { session } = await openSession({ size: 11 }, { maxMessageSize });
    expect([session.status, session.json.error.code]).toEqual([400, 'ErrorMessageSizeExceeded']);
  });

  it('less than the documented 3 MB by default', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const ask = async (size: number) => {
      const AttachmentItem = { attachmentType: 'file', name: 'a', size };
      return (await client.graph('POST', `${path}/attachments/createUploadSession`, { json: { AttachmentItem } }))
        .status;
    };
    expect([await ask(2_999_999), await ask(3_000_000)]).toEqual([400, 201]);
  });

  it('a draft that is unknown, or sent', async () => {
    const client = await startClientWith({ minUploadSize: 1 });
    const { path } = await createDraft(client, mail(), IMMUTABLE);
    await client.graph('POST', `${path}/send`);
    const json = { AttachmentItem: { attachmentType: 'file', name: 'a', size: 10 } };
    const ask = async (message: string) =>
      (await client.graph('POST', `${message}/attachments/createUploadSession`, { json })).json.error.code;
    expect([await ask('/messages/x'), await ask(path)]).toEqual(['ErrorItemNotFound', 'ErrorInvalidOperation']);
  });
});
