import { describe, expect, it } from 'vitest';
import { MAILBOX, mail, startClient } from '../support.js';

describe('an accepted message', () => {
  it('is answered 202 with nothing in it but the ids', async () => {
    const client = await startClient();
    const reply = await client.sendMail(mail(), { headers: { 'client-request-id': 'abc-1', 'user-agent': 'a test' } });
    expect([reply.status, reply.text]).toEqual([202, '']);
    expect(reply.headers).toMatchObject({
      'cache-control': 'private',
      'content-length': '0',
      'content-type': 'text/plain',
      'client-request-id': 'abc-1',
    });
    const requestId = reply.headers['request-id'];
    expect(await client.sandbox.messages()).toMatchObject([{ requestId, clientRequestId: 'abc-1', mailbox: MAILBOX }]);
    expect(client.sandbox.requests().at(-1)).toMatchObject({
      method: 'POST',
      status: 202,
      mailbox: MAILBOX,
      requestId,
      userAgent: 'a test',
    });
  });

  it('echoes its own id as client-request-id when the caller sent none, and the preference for immutable ids', async () => {
    const client = await startClient();
    const { headers } = await client.sendMail(mail(), { headers: { prefer: 'IdType="ImmutableId"' } });
    expect(headers['client-request-id']).toBe(headers['request-id']);
    expect(headers['preference-applied']).toBe('IdType="ImmutableId"');
  });

  it.each([
    ['unwrapped', (base64: string) => base64],
    ['wrapped at 76 with CRLF', (base64: string) => base64.replace(/.{76}/g, '$&\r\n')],
    ['wrapped at 60 with LF and a last LF', (base64: string) => `${base64.replace(/.{60}/g, '$&\n')}\n`],
  ])('may come in base64 that is %s', async (_how, wrap) => {
    const client = await startClient();
    const mime = mail({}, 'x'.repeat(500));
    expect((await client.sendMail('', { body: wrap(Buffer.from(mime).toString('base64')) })).status).toBe(202);
    expect((await client.sandbox.messages())[0]?.raw.toString()).toBe(mime);
  });

  it('goes to To, Cc and Bcc of the top header, each address once', async () => {
    const client = await startClient();
    const mime = mail({
      To: '"Lopez, Ana" <ana@example.com>,\r\n bob@example.com',
      Cc: 'Team: carl@example.com, ANA@example.com;',
      Bcc: '=?utf-8?Q?Zo=C3=AB?= <zoe@example.com>',
    });
    await client.sendMail(`${mime}To: body@example.com\r\n`);
    const [message] = await client.sandbox.messages();
    expect(message?.delivered.map(({ recipient }) => recipient)).toEqual([
      'ana@example.com',
      'bob@example.com',
      'carl@example.com',
      'zoe@example.com',
    ]);
    expect(message?.bcc).toEqual([{ name: 'Zoë', address: 'zoe@example.com' }]);
  });

  it('may have Bcc recipients only', async () => {
    const client = await startClient();
    expect((await client.sendMail(mail({ To: '', Bcc: 'zoe@example.com' }))).status).toBe(202);
  });

  it('can be read: subject, text, html, headers, attachments', async () => {
    const client = await startClient();
    const part =
      'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\nContent-ID: <c1>\r\n\r\n%PDF';
    const mime = mail(
      { Subject: '=?utf-8?B?R3LDvMOfZQ==?=', 'Content-Type': 'multipart/mixed; boundary=b', 'X-Folded': 'one\r\n two' },
      `--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--b\r\n${part}\r\n--b--`,
    );
    await client.sendMail(mime);
    const [message] = await client.sandbox.messages({ subject: 'Grüße' });
    expect(message).toMatchObject({
      subject: 'Grüße',
      messageId: '<1@contoso.example>',
      from: { name: '', address: MAILBOX },
    });
    expect(message?.text).toContain('Hello');
    expect(message?.html).toContain('<p>Hi</p>');
    expect(message?.headers).toContainEqual({ name: 'X-Folded', value: 'one two' });
    expect(
      message?.attachments.map(({ content, ...rest }) => ({ ...rest, content: content.toString().trim() })),
    ).toEqual([
      {
        filename: 'a.pdf',
        contentType: 'application/pdf',
        contentId: 'c1',
        disposition: 'attachment',
        content: '%PDF',
      },
    ]);
  });
});

describe('the copy that recipients get', () => {
  it('lacks the Bcc of the top header, folded lines included, and differs in nothing else', async () => {
    const client = await startClient();
    const before = `From: ${MAILBOX}\r\nTo: ana@example.com\r\n`;
    const after = 'Subject: Hi\r\nMessage-ID: <1@x>\r\n\r\nBcc: stays@example.com\r\n\r\nBye \u00fc\r\n';
    await client.sendMail(`${before}bCC: zoe@example.com,\r\n\tyan@example.com,\r\n  xia@example.com\r\n${after}`);
    const [message] = await client.sandbox.messages();
    expect(message?.delivered).toHaveLength(4);
    for (const { raw } of message?.delivered ?? []) expect(raw.toString()).toBe(before + after);
    expect(message?.raw.toString()).toContain('zoe@example.com');
  });

  it('lacks it with bare line feeds as well', async () => {
    const client = await startClient();
    await client.sendMail(
      `Message-ID: <1@x>\nFrom: ${MAILBOX}\nBcc: zoe@example.com\n yan <yan@example.com>\nTo: a@example.com\n\nHello\n`.replace(
        ' yan',
        ' ,yan',
      ),
    );
    const [message] = await client.sandbox.messages();
    expect(message?.delivered[0]?.raw.toString()).toBe(
      `Message-ID: <1@x>\nFrom: ${MAILBOX}\nTo: a@example.com\n\nHello\n`,
    );
  });

  it('has a Message-ID when the upload has none, the one that is reported', async () => {
    const client = await startClient();
    const mime = mail({ 'Message-ID': '' });
    await client.sendMail(mime);
    const [message] = await client.sandbox.messages();
    expect(message?.messageId).toMatch(/^<[0-9a-f-]{36}@contoso\.example>$/);
    expect(message?.delivered[0]?.raw.toString()).toBe(`Message-ID: ${message?.messageId}\r\n${mime}`);
    expect(message?.raw.toString()).toBe(mime);
  });

  it('lies in the Inbox of a recipient inside the tenant', async () => {
    const client = await startClient({
      mailboxes: [{ address: 'ana@contoso.example', aliases: ['a.lopez@contoso.example'] }],
    });
    await client.sendMail(mail({ To: 'A.Lopez@contoso.example', Bcc: 'zoe@example.com' }));
    const [item] = client.sandbox.mailbox('ana@contoso.example').inbox;
    expect(item?.raw.toString()).toBe(mail({ To: 'A.Lopez@contoso.example' }));
    expect(client.sandbox.mailbox(MAILBOX).inbox).toEqual([]);
  });
});

describe("a From that is not the mailbox's own", () => {
  const foreign = mail({ From: '"The Boss" <ceo@contoso.example>' });

  it('is replaced in what recipients get when the sandbox rewrites', async () => {
    const client = await startClient({ fromMismatch: 'rewrite' });
    await client.sendMail(foreign);
    const [message] = await client.sandbox.messages();
    expect(message?.delivered[0]?.raw.toString()).toContain(`From: ${MAILBOX}\r\n`);
    expect(message?.delivered[0]?.raw.toString()).not.toContain('ceo@');
  });

  it('is kept when the sandbox allows it', async () => {
    const client = await startClient({ fromMismatch: 'allow' });
    await client.sendMail(foreign);
    expect((await client.sandbox.messages())[0]?.delivered[0]?.raw.toString()).toBe(foreign);
  });

  it('is no mismatch when it is an alias, whatever the case of its letters', async () => {
    const client = await startClient({ mailboxes: [{ address: MAILBOX, aliases: ['billing@contoso.example'] }] });
    expect((await client.sendMail(mail({ From: 'Billing@Contoso.example' }))).status).toBe(202);
  });

  it('may not hide behind a right one', async () => {
    const client = await startClient();
    expect((await client.sendMail(mail({ From: `${MAILBOX}, ceo@contoso.example` }))).status).toBe(403);
    expect((await client.sendMail(`From: ceo@contoso.example\r\n${mail()}`)).status).toBe(403);
  });
});

describe('a mailbox', () => {
  it('is found by object id and by address in any case', async () => {
    const id = 'b5f0a1de-0000-4000-8000-000000000001';
    const client = await startClient({ mailboxes: [{ address: MAILBOX, id }] });
    expect((await client.sendMail(mail(), { user: id.toUpperCase() })).status).toBe(202);
    expect((await client.sendMail(mail(), { user: MAILBOX.toUpperCase() })).status).toBe(202);
    expect(client.sandbox.mailbox(id).sentItems).toHaveLength(2);
  });

  it('has the message in Drafts until transport is done, then in Sent Items under another id', async () => {
    const client = await startClient({ sentItemsDelay: 1 });
    await client.sendMail(mail());
    const { drafts } = client.sandbox.mailbox(MAILBOX);
    await expect.poll(() => client.sandbox.mailbox(MAILBOX).sentItems).toHaveLength(1);
    const after = client.sandbox.mailbox(MAILBOX);
    expect(after.drafts).toEqual([]);
    expect(after.sentItems[0]?.raw.toString()).toBe(mail());
    expect(drafts.map(({ id }) => id)).not.toContain(after.sentItems[0]?.id);
  });

  it('that does not exist cannot be asked for', async () => {
    const client = await startClient();
    expect(() => client.sandbox.mailbox('x@contoso.example')).toThrow('no mailbox "x@contoso.example"');
  });
});

describe('a JSON message', () => {
  const message = {
    subject: 'Grüße',
    body: { contentType: 'HTML', content: '<p>Hi</p>' },
    toRecipients: [{ emailAddress: { name: 'Ana "A" Lopez', address: 'ana@example.com' } }],
    ccRecipients: [{ emailAddress: { address: 'bob@example.com' } }],
    bccRecipients: [{ emailAddress: { name: 'Zoë', address: 'zoe@example.com' } }],
    internetMessageHeaders: [{ name: 'x-campaign', value: 'a\r\nBcc: evil@example.com' }],
    attachments: [
      {
        '@odata.type': '#microsoft.graph.fileAttachment',
        name: 'übersicht.txt',
        contentType: 'text/plain',
        contentBytes: Buffer.from('content').toString('base64'),
      },
    ],
  };
  const send = async (body: object, client: Awaited<ReturnType<typeof startClient>>) =>
    client.sendMail('', { contentType: 'application/json', body: JSON.stringify(body) });

  it('becomes MIME and is delivered like any other', async () => {
    const client = await startClient();
    expect((await send({ message }, client)).status).toBe(202);
    const [sent] = await client.sandbox.messages();
    expect(sent).toMatchObject({
      subject: 'Grüße',
      from: { address: MAILBOX },
      to: [{ name: 'Ana "A" Lopez', address: 'ana@example.com' }],
      cc: [{ name: '', address: 'bob@example.com' }],
      bcc: [{ name: 'Zoë', address: 'zoe@example.com' }],
      saveToSentItems: true,
    });
    expect(sent?.html).toContain('<p>Hi</p>');
    expect(sent?.attachments[0]).toMatchObject({ filename: 'übersicht.txt', contentType: 'text/plain' });
    expect(sent?.attachments[0]?.content.toString()).toBe('content');
    expect(sent?.delivered.map(({ recipient }) => recipient)).not.toContain('evil@example.com');
    expect(sent?.delivered[0]?.raw.toString()).not.toMatch(/^bcc:/im);
  });

  it('is not kept in Sent Items when it says so', async () => {
    const client = await startClient();
    await send({ message, saveToSentItems: false }, client);
    expect(client.sandbox.mailbox(MAILBOX).sentItems).toEqual([]);
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it.each([
    [
      'six headers',
      Array.from({ length: 6 }, (_, n) => ({ name: `x-${n}`, value: '' })),
      'InvalidInternetMessageHeaderCollection',
    ],
    ['a header that is not x-', [{ name: 'List-Unsubscribe', value: '<https://x>' }], 'InvalidInternetMessageHeader'],
  ])('with %s is refused', async (_what, internetMessageHeaders, code) => {
    const client = await startClient();
    const reply = await send({ message: { ...message, internetMessageHeaders } }, client);
    expect([reply.status, reply.json.error.code]).toEqual([400, code]);
  });

  it('with an address that is two is refused', async () => {
    const client = await startClient();
    const toRecipients = [{ emailAddress: { address: 'a@example.com>, b@example.com' } }];
    expect((await send({ message: { toRecipients } }, client)).json.error.code).toBe('ErrorInvalidRecipients');
  });
});

describe('messages()', () => {
  it('can be narrowed by mailbox, recipient and Message-ID', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    await client.sendMail(mail({ To: 'bob@example.com', 'Message-ID': '<2@contoso.example>' }));
    const ids = async (filter: object) => (await client.sandbox.messages(filter)).map(({ messageId }) => messageId);
    expect(await ids({})).toEqual(['<1@contoso.example>', '<2@contoso.example>']);
    expect(await ids({ recipient: 'BOB@example.com' })).toEqual(['<2@contoso.example>']);
    expect(await ids({ messageId: '1@contoso.example' })).toEqual(['<1@contoso.example>']);
    expect(await ids({ mailbox: 'other@contoso.example' })).toEqual([]);
  });

  it('keeps the newest only, in folders too, and counts all', async () => {
    const client = await startClient({ keep: 2 });
    for (const n of [1, 2, 3]) await client.sendMail(mail({ Subject: `${n}`, To: MAILBOX }));
    expect((await client.sandbox.messages()).map(({ subject }) => subject)).toEqual(['2', '3']);
    const { sentItems, inbox } = client.sandbox.mailbox(MAILBOX);
    expect([sentItems.length, inbox.length, client.sandbox.stats().submissions]).toEqual([2, 2, 3]);
  });

  it('and everything else is empty after clear(), and the tokens still work', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    await client.sendMail(mail(), { token });
    client.sandbox.fault({ on: 'sendMail', status: 500 });
    client.sandbox.clear();
    expect(await client.sandbox.messages()).toEqual([]);
    expect(client.sandbox.requests()).toEqual([]);
    expect(client.sandbox.stats()).toEqual({
      tokenRequests: 0,
      tokensIssued: 0,
      claimsRequests: 0,
      submissions: 0,
      refused: 0,
      throttled: 0,
      faults: 0,
      maxInFlight: {},
    });
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });
});
