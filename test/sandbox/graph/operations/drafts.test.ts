import { describe, expect, it, vi } from 'vitest';
import { createDraft, MAILBOX, mail, messagePath, startClient, startClientWith } from '../../support.js';

/** The sandbox's delays follow fake timers here. */
vi.mock('../../../../src/sandbox/http/node-timers.js', async (original) => ({
  ...(await original<typeof import('../../../../src/sandbox/http/node-timers.js')>()),
  setTimeout: (run: () => void, ms?: number) => setTimeout(run, ms),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
}));

const NOW = Date.parse('2026-11-23T10:00:00.123Z');
const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };

describe('a draft of MIME', () => {
  it('is answered 201 with the message as Graph writes it, and lies in Drafts', async () => {
    const client = await startClientWith({ now: () => NOW });
    const mime = mail({
      To: '"Lopez, Ana" <ana@example.com>',
      Cc: 'bob@example.com',
      Bcc: 'zoe@example.com',
      Subject: '=?utf-8?B?R3LDvMOfZQ==?=',
    });
    const token = await client.accessToken({ client_secret: 's' });
    const reply = await client.graph('POST', '/messages', { mime, token });
    expect(reply.status).toBe(201);
    expect(reply.json).toMatchObject({
      '@odata.context': expect.stringMatching(/^https:\/\/localhost:\d+\/v1\.0\/\$metadata#users\('.+'\)\/messages/),
      id: expect.stringMatching(/^AAMk[\w-]+=$/),
      isDraft: true,
      internetMessageId: '<1@contoso.example>',
      subject: 'Grüße',
      from: { emailAddress: { address: MAILBOX } },
      toRecipients: [{ emailAddress: { name: 'Lopez, Ana', address: 'ana@example.com' } }],
      ccRecipients: [{ emailAddress: { address: 'bob@example.com' } }],
      bccRecipients: [{ emailAddress: { address: 'zoe@example.com' } }],
      hasAttachments: false,
      createdDateTime: '2026-11-23T10:00:00Z',
      lastModifiedDateTime: '2026-11-23T10:00:00Z',
      parentFolderId: expect.any(String),
      body: { contentType: 'text', content: expect.stringContaining('Hello') },
    });
    const { drafts, sentItems } = client.sandbox.mailbox(MAILBOX);
    expect(drafts).toEqual([{ id: reply.json.id, messageId: '<1@contoso.example>', raw: Buffer.from(mime) }]);
    expect(sentItems).toEqual([]);
    expect(client.sandbox.stats().submissions).toBe(0);
    expect(client.sandbox.requests().at(-1)).toMatchObject({ status: 201, mailbox: MAILBOX });
  });

  it('has a Message-ID from the start when the upload has none, and is delivered with it', async () => {
    const client = await startClientWith();
    const { path, json } = await createDraft(client, mail({ 'Message-ID': '' }));
    expect(json.internetMessageId).toMatch(/^<[0-9a-f-]{36}@contoso\.example>$/);
    await client.graph('POST', `${path}/send`);
    const [sent] = await client.sandbox.messages();
    expect(sent?.messageId).toBe(json.internetMessageId);
    expect(sent?.delivered[0]?.raw.toString()).toContain(`Message-ID: ${json.internetMessageId}\r\n`);
  });

  it.each([
    ['not base64', { body: 'not base64!' }, 400, 'ErrorMimeContentInvalidBase64String'],
    ['empty', { body: '' }, 400, 'ErrorInvalidParameter'],
    ['of another type', { body: 'x', contentType: 'message/rfc822' }, 415, 'UnsupportedMediaType'],
    ['JSON that is none', { body: '{', contentType: 'application/json' }, 400, 'BadRequest'],
    ['larger than a request may be', { body: 'A'.repeat(2004) }, 413, 'BadRequest'],
    ['larger than the mailbox allows', { body: 'A'.repeat(804) }, 400, 'ErrorMessageSizeExceeded'],
  ])(
    'that is %s is refused',
    async (_what, { body, contentType = 'text/plain' }: { body: string; contentType?: string }, status, code) => {
      const client = await startClientWith({ maxRequestSize: 2000, maxMessageSize: 600 });
      const authorization = `Bearer ${await client.accessToken()}`;
      const headers = { authorization, 'content-type': contentType };
      const reply = await client.request(`/v1.0/users/${MAILBOX}/messages`, { method: 'POST', headers, body });
      expect([reply.status, reply.json.error.code]).toEqual([status, code]);
      expect(client.sandbox.mailbox(MAILBOX).drafts).toEqual([]);
    },
  );

  it('cannot be created in a folder, as Graph cannot either', async () => {
    const client = await startClientWith();
    const reply = await client.graph('POST', '/mailFolders/drafts/messages', { mime: mail() });
    expect([reply.status, reply.json.error.code]).toEqual([400, 'UnableToDeserializePostBody']);
  });

  it('goes when there are more than the sandbox keeps', async () => {
    const client = await startClientWith({ keep: 2 });
    for (const n of [1, 2, 3]) await createDraft(client, mail({ Subject: `${n}` }));
    const { drafts } = client.sandbox.mailbox(MAILBOX);
    expect(drafts.map(({ raw }) => /Subject: (.)/.exec(raw.toString())?.[1])).toEqual(['2', '3']);
  });

  it('and its upload sessions are forgotten by clear()', async () => {
    const client = await startClientWith({ minUploadSize: 1 });
    const { path } = await createDraft(client);
    const AttachmentItem = { attachmentType: 'file', name: 'a', size: 5 };
    const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { json: { AttachmentItem } });
    client.sandbox.clear();
    expect(client.sandbox.mailbox(MAILBOX).drafts).toEqual([]);
    const upload = new URL(session.json.uploadUrl);
    expect((await client.request(upload.pathname + upload.search)).status).toBe(404);
    expect((await client.graph('POST', `${path}/send`)).status).toBe(404);
  });
});

describe('a draft of JSON', () => {
  it('becomes MIME, with the Message-ID it names', async () => {
    const client = await startClientWith();
    const json = {
      subject: 'Hi',
      internetMessageId: '<named@contoso.example>',
      body: { contentType: 'html', content: '<p>Hi</p>' },
      toRecipients: [{ emailAddress: { address: 'ana@example.com' } }],
    };
    const reply = await client.graph('POST', '/messages', { json });
    expect(reply.json).toMatchObject({
      isDraft: true,
      internetMessageId: '<named@contoso.example>',
      body: { contentType: 'html', content: expect.stringContaining('<p>Hi</p>') },
    });
    expect((await client.graph('POST', `${messagePath(reply.json.id)}/send`)).status).toBe(202);
    expect(await client.sandbox.messages()).toMatchObject([{ subject: 'Hi', messageId: '<named@contoso.example>' }]);
  });

  it('may be empty, and cannot break into the header by its Message-ID', async () => {
    const client = await startClientWith();
    const reply = await client.graph('POST', '/messages', {
      json: { internetMessageId: '<a@b>\r\nBcc: x@example.com' },
    });
    expect(reply.json).toMatchObject({
      toRecipients: [],
      bccRecipients: [],
      from: { emailAddress: { address: MAILBOX } },
    });
    expect(reply.json.internetMessageId).toMatch(/^<[0-9a-f-]{36}@contoso\.example>$/);
  });
});

describe('a draft of JSON with attachments', () => {
  it('has them under ids of their own, and recipients get them beside the body', async () => {
    const client = await startClientWith();
    const type = '#microsoft.graph.fileAttachment';
    const file = { '@odata.type': type, name: 'a.txt', contentType: 'text/plain', contentBytes: 'QQ==' };
    const logo = { ...file, name: 'l.png', contentType: 'image/png', isInline: true, contentId: 'l' };
    const json = {
      subject: 'Hi',
      importance: 'high',
      body: { contentType: 'html', content: '<img src="cid:l">' },
      toRecipients: [{ emailAddress: { address: 'ana@example.com' } }],
      attachments: [file, logo],
    };
    const created = await client.graph('POST', '/messages', { json });
    expect(created.json).toMatchObject({ hasAttachments: true, importance: 'high' });
    const path = messagePath(created.json.id);
    const { value } = (await client.graph('GET', `${path}/attachments`)).json;
    expect(value).toMatchObject([
      { name: 'a.txt', contentBytes: 'QQ==' },
      { name: 'l.png', isInline: true, contentId: 'l' },
    ]);
    expect((await client.graph('DELETE', `${path}/attachments/${encodeURIComponent(value[0].id)}`)).status).toBe(204);
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.attachments.map(({ filename }) => filename)).toEqual(['l.png']);
    expect(message?.html).toContain('cid:l');
  });
});

describe('sending a draft', () => {
  it('is answered 202, delivers it as sendMail does, and moves it to Sent Items under another id', async () => {
    const client = await startClientWith({ mailboxes: ['ana@contoso.example'] });
    const mime = mail({ To: 'ana@contoso.example', Bcc: 'zoe@example.com' });
    const { id, path } = await createDraft(client, mime);
    const reply = await client.graph('POST', `${path}/send`, { headers: { 'client-request-id': 'abc-1' } });
    expect([reply.status, reply.text]).toEqual([202, '']);
    expect(await client.sandbox.messages()).toMatchObject([
      {
        messageId: '<1@contoso.example>',
        clientRequestId: 'abc-1',
        requestId: reply.headers['request-id'],
        mailbox: MAILBOX,
      },
    ]);
    const { drafts, sentItems } = client.sandbox.mailbox(MAILBOX);
    expect(drafts).toEqual([]);
    expect(sentItems.map(({ raw }) => raw.toString())).toEqual([mime]);
    expect(sentItems[0]?.id).not.toBe(id);
    const [received] = client.sandbox.mailbox('ana@contoso.example').inbox;
    expect(received?.raw.toString()).toBe(mail({ To: 'ana@contoso.example' }));
    expect(client.sandbox.stats()).toMatchObject({ submissions: 1, refused: 0 });
  });

  it('again by the same id is answered 404 in the words of Exchange, and sends nothing', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    await client.graph('POST', `${path}/send`);
    const again = await client.graph('POST', `${path}/send`);
    expect(again.status).toBe(404);
    expect(again.json.error).toEqual({
      code: 'ErrorItemNotFound',
      message: 'The specified object was not found in the store.',
    });
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('twice at the same time sends once', async () => {
    const client = await startClientWith();
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    const replies = await Promise.all([1, 2, 3].map(() => client.graph('POST', `${path}/send`, { token })));
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 404, 404]);
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('by an immutable id leaves that id, under which it is no draft to send again', async () => {
    const client = await startClientWith();
    const created = await client.graph('POST', '/messages', { mime: mail(), headers: IMMUTABLE });
    expect(created.headers['preference-applied']).toBe('IdType="ImmutableId"');
    const path = messagePath(created.json.id);
    expect((await client.graph('POST', `${path}/send`)).status).toBe(202);
    const again = await client.graph('POST', `${path}/send`);
    expect([again.status, again.json.error.code]).toEqual([400, 'ErrorInvalidOperation']);
    const sent = await client.graph('GET', path, { headers: IMMUTABLE });
    expect(sent.json).toMatchObject({ id: created.json.id, isDraft: false });
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('leaves it in Drafts under another id until transport is done', async () => {
    const client = await startClientWith({ sentItemsDelay: 3_600_000 });
    const { id, path } = await createDraft(client);
    expect((await client.graph('POST', `${path}/send`)).status).toBe(202);
    const { drafts, sentItems } = client.sandbox.mailbox(MAILBOX);
    expect([drafts.length, sentItems.length]).toEqual([1, 0]);
    expect(drafts[0]?.id).not.toBe(id);
    expect((await client.graph('POST', `${path}/send`)).status).toBe(404);
    const onItsWay = await client.graph('POST', `${messagePath(drafts[0]?.id ?? '')}/send`);
    expect([onItsWay.status, client.sandbox.stats().submissions]).toEqual([400, 1]);
  });

  it('keeps its immutable id through the delay', async () => {
    const client = await startClientWith({ sentItemsDelay: 1 });
    const { path } = await createDraft(client, mail(), { headers: IMMUTABLE });
    await client.graph('POST', `${path}/send`);
    await expect.poll(() => client.sandbox.mailbox(MAILBOX).sentItems).toHaveLength(1);
    expect((await client.graph('GET', path)).json).toMatchObject({ isDraft: false });
    expect(client.sandbox.mailbox(MAILBOX).drafts).toEqual([]);
  });

  it.each([
    ['nobody is to get it', { To: '' }, {}, 400, 'ErrorInvalidRecipients'],
    ['one recipient is no address', { Cc: 'bob' }, {}, 400, 'ErrorInvalidRecipients'],
    ['the From is somebody else', { From: 'ceo@contoso.example' }, {}, 403, 'ErrorSendAsDenied'],
  ])('is refused when %s, and the draft stays', async (_when, headers, options, status, code) => {
    const client = await startClientWith(options);
    const { id, path } = await createDraft(client, mail(headers));
    const reply = await client.graph('POST', `${path}/send`);
    expect([reply.status, reply.json.error.code]).toEqual([status, code]);
    expect(client.sandbox.mailbox(MAILBOX).drafts.map((draft) => draft.id)).toEqual([id]);
    expect(client.sandbox.stats().submissions).toBe(0);
  });

  it('of somebody else is not possible', async () => {
    const client = await startClientWith({ mailboxes: ['ana@contoso.example'] });
    const { path } = await createDraft(client);
    expect((await client.graph('POST', `${path}/send`, { user: 'ana@contoso.example' })).status).toBe(404);
  });
});

describe('deleting a draft', () => {
  it('is answered 204, and then there is none', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const reply = await client.graph('DELETE', path);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(client.sandbox.mailbox(MAILBOX).drafts).toEqual([]);
    expect((await client.graph('DELETE', path)).json.error.code).toBe('ErrorItemNotFound');
  });
});

describe('a deleted message', () => {
  it('lies in Deleted Items under another id, and is gone when it is deleted there', async () => {
    const client = await startClientWith();
    await client.sendMail(mail());
    const { sentItems } = client.sandbox.mailbox(MAILBOX);
    await client.graph('DELETE', messagePath(sentItems[0]?.id ?? ''));
    const { deletedItems } = client.sandbox.mailbox(MAILBOX);
    expect(deletedItems.map(({ messageId }) => messageId)).toEqual(['<1@contoso.example>']);
    expect(deletedItems[0]?.id).not.toBe(sentItems[0]?.id);
    await client.graph('DELETE', messagePath(deletedItems[0]?.id ?? ''));
    expect(client.sandbox.mailbox(MAILBOX)).toMatchObject({ sentItems: [], deletedItems: [] });
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it('that was a draft still is one, and can be sent from there', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    await client.graph('DELETE', path);
    const [deleted] = client.sandbox.mailbox(MAILBOX).deletedItems;
    const there = messagePath(deleted?.id ?? '');
    expect((await client.graph('GET', there)).json.isDraft).toBe(true);
    expect((await client.graph('POST', `${there}/send`)).status).toBe(202);
    expect(client.sandbox.mailbox(MAILBOX)).toMatchObject({ deletedItems: [], sentItems: [{}] });
  });

  it('on its way to Sent Items stays in Deleted Items', async () => {
    const client = await startClientWith({ sentItemsDelay: 1000 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await client.sendMail(mail());
    await client.graph('DELETE', messagePath(client.sandbox.mailbox(MAILBOX).drafts[0]?.id ?? ''));
    await client.sendMail(mail());
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    expect(client.sandbox.mailbox(MAILBOX)).toMatchObject({ drafts: [], sentItems: [{}], deletedItems: [{}] });
  });
});

describe('changing a draft', () => {
  const address = (one: string) => ({ emailAddress: { address: one } });

  it('of MIME replaces what it names, and nothing else', async () => {
    const client = await startClientWith({ fromMismatch: 'allow' });
    const { id, path } = await createDraft(client, mail({ Cc: 'carl@example.com', 'X-A': '1' }));
    const reply = await client.graph('PATCH', path, {
      json: {
        subject: 'Grüße',
        from: address('ceo@contoso.example'),
        toRecipients: [address('bob@example.com')],
        bccRecipients: [address('zoe@example.com')],
        importance: 'low',
        internetMessageHeaders: [{ name: 'X-A', value: '2' }],
      },
    });
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      id,
      subject: 'Grüße',
      importance: 'low',
      isDraft: true,
      from: address('ceo@contoso.example'),
      toRecipients: [address('bob@example.com')],
      ccRecipients: [address('carl@example.com')],
      bccRecipients: [address('zoe@example.com')],
      internetMessageId: '<1@contoso.example>',
    });
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.delivered.map(({ recipient }) => recipient)).toEqual([
      'bob@example.com',
      'carl@example.com',
      'zoe@example.com',
    ]);
    expect(message?.raw.toString().match(/^X-A: .*/gm)).toEqual(['X-A: 2']);
    expect(message?.text).toContain('Hello');
  });

  it('of MIME in its importance changes every field that tells it', async () => {
    const client = await startClientWith();
    const urgent = { Importance: 'high', 'X-Priority': '1 (Highest)', 'X-MSMail-Priority': 'High' };
    const { path, json } = await createDraft(client, mail(urgent));
    expect(json.importance).toBe('high');
    expect((await client.graph('PATCH', path, { json: { importance: 'normal' } })).json.importance).toBe('normal');
    expect(client.sandbox.mailbox(MAILBOX).drafts[0]?.raw.toString()).not.toMatch(/priority/i);
  });

  it('can take recipients away', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client, mail({ Cc: 'carl@example.com' }));
    expect((await client.graph('PATCH', path, { json: { ccRecipients: [] } })).json.ccRecipients).toEqual([]);
    expect(client.sandbox.mailbox(MAILBOX).drafts[0]?.raw.toString()).not.toMatch(/^cc:/im);
  });

  it('by another body keeps its attachments, of the upload and added', async () => {
    const client = await startClientWith();
    const file = 'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="n.csv"\r\n\r\na;b';
    const mime = mail(
      { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' },
      `--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n${file}\r\n--b--`,
    );
    const { path } = await createDraft(client, mime);
    const type = '#microsoft.graph.fileAttachment';
    const added = { '@odata.type': type, name: 'a.txt', contentType: 'text/plain', contentBytes: 'QQ==' };
    await client.graph('POST', `${path}/attachments`, { json: added });
    const before = (await client.graph('GET', `${path}/attachments`)).json.value;
    const reply = await client.graph('PATCH', path, { json: { body: { contentType: 'html', content: '<p>New</p>' } } });
    expect(reply.json.body).toEqual({ contentType: 'html', content: expect.stringContaining('<p>New</p>') });
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual(before);
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.html).toContain('<p>New</p>');
    expect(message?.text ?? '').not.toContain('Hello');
    expect(message?.attachments.map(({ filename }) => filename)).toEqual(['n.csv', 'a.txt']);
    expect(message?.raw.toString().match(/^mime-version:/gim)).toHaveLength(1);
  });

  it('by another Message-ID is known under that', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    await client.graph('PATCH', path, { json: { internetMessageId: '<2@contoso.example>' } });
    expect((await client.graph('GET', path)).json.internetMessageId).toBe('<2@contoso.example>');
    const broken = await client.graph('PATCH', path, { json: { internetMessageId: '<2>\r\nBcc: x@example.com' } });
    expect(broken.json).toMatchObject({ internetMessageId: '<2@contoso.example>', bccRecipients: [] });
  });

  it.each([
    ['it has an unknown property', { colour: 'red' }, 400, 'RequestBodyRead'],
    ['it names attachments', { attachments: [] }, 400, 'ErrorInvalidOperation'],
    ['it names six headers', { internetMessageHeaders: Array(6).fill({ name: 'x-a', value: '' }) }, 400, undefined],
    ['it makes the message too large', { body: { content: 'x'.repeat(1000) } }, 400, 'ErrorMessageSizeExceeded'],
    ['it is no object', [], 400, 'BadRequest'],
  ])('is refused when %s', async (_when, json, status, code) => {
    const client = await startClientWith({ maxMessageSize: 600 });
    const { path } = await createDraft(client);
    const reply = await client.graph('PATCH', path, { json });
    expect(reply.status).toBe(status);
    if (code !== undefined) expect(reply.json.error.code).toBe(code);
    expect(client.sandbox.mailbox(MAILBOX).drafts[0]?.raw.toString()).toBe(mail());
  });

  it('is not possible any more when it was sent, but it can be marked as read', async () => {
    const client = await startClientWith();
    await client.sendMail(mail({ To: MAILBOX }));
    const path = messagePath(client.sandbox.mailbox(MAILBOX).inbox[0]?.id ?? '');
    const reply = await client.graph('PATCH', path, { json: { subject: 'New' } });
    expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorInvalidOperation']);
    expect((await client.graph('PATCH', path, { json: { isRead: true } })).json).toMatchObject({
      isRead: true,
      subject: 'Hi',
    });
    expect((await client.graph('PATCH', '/messages/x', { json: {} })).status).toBe(404);
  });
});

describe('the application needs', () => {
  it.each([
    ['Mail.ReadWrite to create a draft', ['Mail.Send', 'Mail.Read'], 'POST', '/messages'],
    ['Mail.ReadWrite to change it', ['Mail.Send', 'Mail.Read'], 'PATCH', '/messages/x'],
    ['Mail.ReadWrite to delete an attachment', ['Mail.Send', 'Mail.Read'], 'DELETE', '/messages/x/attachments/y'],
    ['Mail.Read for an attachment', ['Mail.Send', 'Mail.ReadBasic.All'], 'GET', '/messages/x/attachments/y'],
    ['Mail.ReadWrite to delete it', ['Mail.Send', 'Mail.Read'], 'DELETE', '/messages/x'],
    ['Mail.Send to send it', ['Mail.ReadWrite'], 'POST', '/messages/x/send'],
    ['Mail.ReadWrite to attach to it', ['Mail.Send', 'Mail.Read'], 'POST', '/messages/x/attachments'],
    ['Mail.ReadWrite to upload', ['Mail.Send'], 'POST', '/messages/x/attachments/createUploadSession'],
    ['Mail.Read to list attachments', ['Mail.Send', 'Mail.ReadBasic.All'], 'GET', '/messages/x/attachments'],
    ['Mail.Read for the MIME', ['Mail.Send', 'Mail.ReadBasic.All'], 'GET', '/messages/x/$value'],
    ['Mail.ReadBasic to list messages', ['Mail.Send'], 'GET', '/messages'],
    ['Mail.ReadBasic to list a folder', ['Mail.Send'], 'GET', '/mailFolders/sentitems/messages'],
    ['Mail.ReadBasic to get a message', ['Mail.Send'], 'GET', '/messages/x'],
  ])('%s', async (_what, roles, method, path) => {
    const client = await startClientWith({}, roles);
    const reply = await client.graph(method, path);
    expect(reply.status).toBe(403);
    expect(reply.json.error).toEqual({
      code: 'ErrorAccessDenied',
      message: 'Access is denied. Check credentials and try again.',
    });
  });

  it('no more than Mail.Send by default, which creates no draft', async () => {
    const client = await startClient();
    expect((await client.graph('POST', '/messages', { mime: mail() })).status).toBe(403);
    expect((await client.sendMail(mail())).status).toBe(202);
  });
});
