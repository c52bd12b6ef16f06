import { describe, expect, it } from 'vitest';
import { type Client, createDraft, MAILBOX, mail, messagePath, startClientWith } from '../../support.js';

const file = (changes: Record<string, unknown> = {}) => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: 'übersicht.pdf',
  contentType: 'application/pdf',
  contentBytes: Buffer.from('%PDF').toString('base64'),
  ...changes,
});

const logo = file({ name: 'logo.png', contentType: 'image/png', isInline: true, contentId: 'logo@x' });

/** Attaches, sends, and gives what the recipient got. */
async function sendWith(client: Client, mime: string, files: object[]) {
  const { path } = await createDraft(client, mime);
  for (const json of files) {
    const reply = await client.graph('POST', `${path}/attachments`, { json });
    if (reply.status !== 201) throw new Error(reply.text);
  }
  await client.graph('POST', `${path}/send`);
  const [message] = await client.sandbox.messages();
  return { message, raw: message?.delivered[0]?.raw.toString() ?? '' };
}

const multipart = (subtype: string, ...parts: string[]): string =>
  mail(
    { 'MIME-Version': '1.0', 'Content-Type': `multipart/${subtype}; boundary="b=1"` },
    ['', ...parts].join('\r\n--b=1\r\n').concat('\r\n--b=1--'),
  );
const HTML = 'Content-Type: text/html\r\n\r\n<img src="cid:logo@x">';
const TEXT = 'Content-Type: text/plain\r\n\r\nHello\r\n--b=1-- is not the end';
const NOTE = 'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="n.csv"\r\n\r\na;b';

describe('a file attached to a draft', () => {
  it('is answered 201 with the attachment', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const reply = await client.graph('POST', `${path}/attachments`, { json: file() });
    expect(reply.status).toBe(201);
    expect(reply.json).toMatchObject({
      '@odata.type': '#microsoft.graph.fileAttachment',
      id: expect.stringMatching(/^AAMk/),
      name: 'übersicht.pdf',
      contentType: 'application/pdf',
      size: 4,
      isInline: false,
    });
    expect((await client.graph('GET', path)).json).toMatchObject({ hasAttachments: true });
  });

  it.each<[what: string, mime: string, top: string, attachments: string[]]>([
    ['text', mail({}, 'Hello'), 'multipart/mixed', ['übersicht.pdf', 'b.txt']],
    [
      'text without MIME-Version',
      mail({ 'Content-Type': 'text/plain' }, 'Hello'),
      'multipart/mixed',
      ['übersicht.pdf', 'b.txt'],
    ],
    ['an alternative', multipart('alternative', TEXT, HTML), 'multipart/mixed', ['übersicht.pdf', 'b.txt']],
    ['a mixed with a file', multipart('mixed', HTML, NOTE), 'multipart/mixed', ['n.csv', 'übersicht.pdf', 'b.txt']],
    [
      'a mixed that nobody closed',
      multipart('mixed', HTML, NOTE).replace('--b=1--', ''),
      'multipart/mixed',
      ['n.csv', 'übersicht.pdf', 'b.txt'],
    ],
    [
      'bare line feeds',
      mail({ 'Content-Type': 'text/plain' }, 'Hello').replaceAll('\r\n', '\n'),
      'multipart/mixed',
      ['übersicht.pdf', 'b.txt'],
    ],
    ['a header alone', mail().slice(0, mail().indexOf('\r\n\r\n')), 'multipart/mixed', ['übersicht.pdf', 'b.txt']],
  ])('is in what recipients of %s get, behind what was there', async (_what, mime, top, names) => {
    const client = await startClientWith();
    const text = file({ name: 'b.txt', contentType: 'text/plain', contentBytes: '' });
    const { message, raw } = await sendWith(client, mime, [file(), text]);
    expect(message?.attachments.map(({ filename }) => filename)).toEqual(names);
    const added = message?.attachments.find(({ filename }) => filename === 'übersicht.pdf');
    expect(added).toMatchObject({ contentType: 'application/pdf', disposition: 'attachment' });
    expect(added?.content.toString()).toBe('%PDF');
    expect(`${message?.text}${message?.html}`).toContain(
      mime.includes('Hello') ? 'Hello' : mime.includes('cid:') ? 'cid:logo' : '',
    );
    expect(raw).toMatch(/^From: /);
    expect(raw.match(/^mime-version:/gim)).toHaveLength(1);
    const head = raw.slice(0, raw.search(/\r?\n\r?\n/));
    expect(head.match(/^content-type: .*/gim)).toEqual([expect.stringContaining(`Content-Type: ${top}`)]);
  });

  it.each([
    ['HTML', mail({ 'Content-Type': 'text/html' }, '<img src="cid:logo@x">')],
    ['an alternative', multipart('alternative', TEXT, HTML)],
    ['a related', multipart('related', HTML)],
  ])('inline stands beside the body of %s in a multipart/related', async (_what, mime) => {
    const client = await startClientWith();
    const { message, raw } = await sendWith(client, mime, [file(), logo]);
    expect(
      message?.attachments.map(({ filename, contentId, disposition }) => ({ filename, contentId, disposition })),
    ).toEqual([
      { filename: 'logo.png', contentId: 'logo@x', disposition: 'inline' },
      { filename: 'übersicht.pdf', contentId: undefined, disposition: 'attachment' },
    ]);
    expect(message?.html).toContain('cid:logo@x');
    expect(raw.match(/^content-type: multipart\/(mixed|related)/gim)).toEqual([
      'Content-Type: multipart/mixed',
      'Content-Type: multipart/related',
    ]);
  });

  it('inline goes to the end of a multipart/mixed, with its Content-ID', async () => {
    const client = await startClientWith();
    const { message } = await sendWith(client, multipart('mixed', HTML), [logo]);
    expect(message?.attachments).toMatchObject([{ filename: 'logo.png', contentId: 'logo@x', disposition: 'inline' }]);
  });

  it.each(['multipart/mixed', 'Multipart/mixed; boundary=x'])('of the type %s comes as bytes', async (contentType) => {
    const client = await startClientWith();
    const { message } = await sendWith(client, mail(), [file({ contentType })]);
    expect(message?.attachments).toMatchObject([
      { filename: 'übersicht.pdf', contentType: 'application/octet-stream' },
    ]);
    expect(message?.attachments[0]?.content.toString()).toBe('%PDF');
  });

  it('leaves Bcc out of what recipients get, and in Sent Items', async () => {
    const client = await startClientWith();
    const { raw } = await sendWith(client, mail({ Bcc: 'zoe@example.com', 'Message-ID': '' }), [file()]);
    expect(raw).not.toContain('zoe@');
    expect(raw.match(/^message-id:/gim)).toHaveLength(1);
    expect(client.sandbox.mailbox(MAILBOX).sentItems[0]?.raw.toString()).toContain('Bcc: zoe@example.com');
  });

  it.each([
    ['no type', file({ '@odata.type': undefined }), '"@odata.type" is undefined'],
    ['no name', file({ name: '' }), '"name" is ""'],
    ['content that is not base64', file({ contentBytes: '%' }), '"contentBytes"'],
    ['no content', file({ contentBytes: undefined }), '"contentBytes"'],
    ['a body that is no object', [], 'JSON'],
  ])('is refused with %s', async (_what, json, message) => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const reply = await client.graph('POST', `${path}/attachments`, { json });
    expect([reply.status, reply.json.error.message]).toEqual([400, expect.stringContaining(message)]);
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual([]);
  });

  it.each(['itemAttachment', 'referenceAttachment'])('of the type %s is not emulated', async (type) => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const json = { '@odata.type': `#microsoft.graph.${type}`, name: 'a' };
    const reply = await client.graph('POST', `${path}/attachments`, { json });
    expect([reply.status, reply.json.error.code]).toEqual([501, 'NotImplemented']);
    expect(reply.json.error.message).toContain(type);
  });

  it('is refused when the message becomes larger than the mailbox allows, counted without base64', async () => {
    const client = await startClientWith({ maxMessageSize: mail().length + 4 });
    const { path } = await createDraft(client);
    const tooLarge = await client.graph('POST', `${path}/attachments`, { json: file({ contentBytes: 'JVBERi0=' }) });
    expect([tooLarge.status, tooLarge.json.error.code]).toEqual([400, 'ErrorMessageSizeExceeded']);
    expect((await client.graph('POST', `${path}/attachments`, { json: file() })).status).toBe(201);
    expect((await client.graph('POST', `${path}/send`)).status).toBe(202);
  });

  it('is refused when the message was sent, or is unknown', async () => {
    const client = await startClientWith();
    await client.sendMail(mail());
    const sent = messagePath(client.sandbox.mailbox(MAILBOX).sentItems[0]?.id ?? '');
    expect((await client.graph('POST', `${sent}/attachments`, { json: file() })).status).toBe(400);
    const unknown = await client.graph('POST', '/messages/x/attachments', { json: file() });
    expect([unknown.status, unknown.json.error.code]).toEqual([404, 'ErrorItemNotFound']);
  });
});

describe('the attachments of a message', () => {
  it('are listed: those of the upload, then those that were added, before and after it is sent', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client, multipart('mixed', HTML, NOTE), {
      headers: { prefer: 'IdType="ImmutableId"' },
    });
    await client.graph('POST', `${path}/attachments`, { json: logo });
    const list = async (query = '') => (await client.graph('GET', `${path}/attachments${query}`)).json.value;
    const before = await list();
    expect(before).toMatchObject([
      {
        name: 'n.csv',
        contentType: 'text/csv',
        isInline: false,
        contentBytes: Buffer.from('a;b').toString('base64'),
      },
      { name: 'logo.png', isInline: true, contentId: 'logo@x', size: 4, contentBytes: 'JVBERg==' },
    ]);
    await client.graph('POST', `${path}/send`);
    expect(await list()).toEqual(before);
    expect(await list('?$select=name,size')).toEqual(
      before.map((one: Record<string, unknown>) => ({
        '@odata.type': '#microsoft.graph.fileAttachment',
        id: one.id,
        name: one.name,
        size: one.size,
      })),
    );
  });
});

describe('an attachment of MIME', () => {
  it.each([
    ['attachment', false],
    ['inline', true],
    [undefined, true],
  ])('with a Content-ID and the disposition %s is inline: %s', async (disposition, inline) => {
    const client = await startClientWith();
    const lines = ['Content-Type: image/png', 'Content-ID: <f_1>'];
    if (disposition) lines.push(`Content-Disposition: ${disposition}; filename="a.png"`);
    const { path, json } = await createDraft(client, multipart('related', HTML, `${lines.join('\r\n')}\r\n\r\nx`));
    expect(json.hasAttachments).toBe(!inline);
    const { value } = (await client.graph('GET', `${path}/attachments`)).json;
    expect(value).toMatchObject([{ isInline: inline, contentId: 'f_1' }]);
  });
});

describe('one attachment', () => {
  async function withBoth() {
    const client = await startClientWith();
    const { path } = await createDraft(client, multipart('mixed', HTML, NOTE));
    await client.graph('POST', `${path}/attachments`, { json: file() });
    const { value } = (await client.graph('GET', `${path}/attachments`)).json;
    const ids: string[] = value.map(({ id }: { id: string }) => encodeURIComponent(id));
    return { client, path, value, note: ids[0] ?? '', added: ids[1] ?? '' };
  }

  it('can be got by its id, and its bytes', async () => {
    const { client, path, value, note, added } = await withBoth();
    for (const [index, id] of [note, added].entries()) {
      const { json } = await client.graph('GET', `${path}/attachments/${id}`);
      expect(json).toMatchObject(value[index]);
      expect(json['@odata.context']).toContain('/attachments/$entity');
    }
    const bytes = await client.graph('GET', `${path}/attachments/${note}/$value`);
    expect([bytes.status, bytes.headers['content-type'], bytes.text]).toEqual([200, 'text/csv', 'a;b']);
    const chosen = await client.graph('GET', `${path}/attachments/${added}?$select=name`);
    expect(Object.keys(chosen.json).sort()).toEqual(['@odata.context', '@odata.type', 'id', 'name']);
  });

  it('can be deleted from a draft, of the upload or added, and the others keep their ids', async () => {
    const { client, path, value, note, added } = await withBoth();
    expect((await client.graph('DELETE', `${path}/attachments/${note}`)).status).toBe(204);
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual([value[1]]);
    expect((await client.graph('DELETE', `${path}/attachments/${note}`)).status).toBe(404);
    expect((await client.graph('GET', `${path}/attachments/${note}`)).status).toBe(404);
    expect((await client.graph('DELETE', `${path}/attachments/${added}`)).status).toBe(204);
    await client.graph('POST', `${path}/send`);
    const [message] = await client.sandbox.messages();
    expect(message?.attachments).toEqual([]);
    expect(message?.html).toContain('cid:logo');
  });

  it('can be deleted while another one is', async () => {
    const { client, path, note, added } = await withBoth();
    const replies = await Promise.all([note, added].map((id) => client.graph('DELETE', `${path}/attachments/${id}`)));
    expect(replies.map(({ status }) => status)).toEqual([204, 204]);
    expect((await client.graph('GET', `${path}/attachments`)).json.value).toEqual([]);
  });

  it('of a message that was sent cannot be deleted', async () => {
    const client = await startClientWith();
    await client.sendMail(multipart('mixed', HTML, NOTE));
    const path = messagePath(client.sandbox.mailbox(MAILBOX).sentItems[0]?.id ?? '');
    const { value } = (await client.graph('GET', `${path}/attachments`)).json;
    const reply = await client.graph('DELETE', `${path}/attachments/${encodeURIComponent(value[0].id)}`);
    expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorInvalidOperation']);
  });
});
