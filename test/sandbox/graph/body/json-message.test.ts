import { describe, expect, it } from 'vitest';
import { type Client, MAILBOX, startClient } from '../../support.js';

const to = [{ emailAddress: { address: 'ana@example.com' } }];

function send(client: Client, body: unknown) {
  return client.sendMail('', { contentType: 'application/json', body: JSON.stringify(body) });
}

async function sent(message: object, client?: Client) {
  const used = client ?? (await startClient());
  const reply = await send(used, { message: { toRecipients: to, ...message } });
  if (reply.status !== 202) throw new Error(reply.text);
  const [found] = await used.sandbox.messages();
  if (!found) throw new Error('nothing was sent');
  return found;
}

const header = (message: { headers: { name: string; value: string }[] }, name: string) =>
  message.headers.find((one) => one.name.toLowerCase() === name)?.value;

describe('a JSON message', () => {
  it('says who it is from, and gets a Message-ID from the server, whatever it says itself', async () => {
    const message = await sent({ subject: 'Hi', internetMessageId: '<mine@example.com>' });
    expect(message).toMatchObject({ from: { address: MAILBOX }, subject: 'Hi' });
    expect(message.messageId).toMatch(/^<[0-9a-f-]{36}@contoso\.example>$/);
  });

  it.each([
    [{ contentType: 'Text', content: 'Grüße' }, 'Grüße', undefined],
    [{ contentType: 'html', content: '<p>Grüße</p>' }, undefined, '<p>Grüße</p>'],
    [{ content: 'plain' }, 'plain', undefined],
  ])('has the body %j', async (body, text, html) => {
    const message = await sent({ body });
    if (html === undefined) expect(message.html).toBeUndefined();
    else expect(message.html).toContain(html);
    if (text !== undefined) expect(message.text).toContain(text);
  });

  it('has sender, replyTo, importance and requests for receipts in its header', async () => {
    const client = await startClient({ fromMismatch: 'allow' });
    const message = await sent(
      {
        from: { emailAddress: { name: 'Boss', address: 'ceo@contoso.example' } },
        sender: { emailAddress: { address: MAILBOX } },
        replyTo: [{ emailAddress: { address: 'help@contoso.example' } }],
        importance: 'High',
        isReadReceiptRequested: true,
        isDeliveryReceiptRequested: true,
        internetMessageHeaders: [{ name: 'x-campaign', value: 'spring' }],
      },
      client,
    );
    expect(message.from).toEqual({ name: 'Boss', address: 'ceo@contoso.example' });
    expect(header(message, 'sender')).toBe(`<${MAILBOX}>`);
    expect(header(message, 'reply-to')).toBe('<help@contoso.example>');
    expect(header(message, 'importance')).toBe('high');
    expect(header(message, 'disposition-notification-to')).toBe(`<${MAILBOX}>`);
    expect(header(message, 'return-receipt-to')).toBe(`<${MAILBOX}>`);
    expect(header(message, 'x-campaign')).toBe('spring');
  });

  it('is denied the From of somebody else, like MIME', async () => {
    const client = await startClient();
    const from = { emailAddress: { address: 'ceo@contoso.example' } };
    const reply = await send(client, { message: { toRecipients: to, from } });
    expect([reply.status, reply.json.error.code]).toEqual([403, 'ErrorSendAsDenied']);
  });

  it.each([
    [true, 1],
    ['true', 1],
    [undefined, 1],
    [null, 1],
    [false, 0],
    ['False', 0],
  ])('with saveToSentItems %j leaves %d in Sent Items', async (saveToSentItems, count) => {
    const client = await startClient();
    expect((await send(client, { message: { toRecipients: to }, saveToSentItems })).status).toBe(202);
    expect(client.sandbox.mailbox(MAILBOX).sentItems).toHaveLength(count);
  });

  it('may be written in other letter case, with annotations, nulls and what only the server can set', async () => {
    const message = await sent({
      '@odata.type': '#microsoft.graph.message',
      Subject: 'Hi',
      ccRecipients: null,
      categories: [],
      id: 'x',
      isDraft: true,
      hasAttachments: false,
    });
    expect(message).toMatchObject({ subject: 'Hi', cc: [] });
  });

  it.each([
    ['an unknown property', { colour: 'red' }, 400, 'RequestBodyRead', "The property 'colour' does not exist on type"],
    [
      'an address with an unknown one',
      { replyTo: [{ emailAddress: { mail: 'x' } }] },
      400,
      'RequestBodyRead',
      "'mail'",
    ],
    ['a recipient that is none', { toRecipients: ['ana@example.com'] }, 400, 'RequestBodyRead', 'expected an object'],
    ['recipients that are no list', { ccRecipients: {} }, 400, 'RequestBodyRead', 'expected an array'],
    ['a subject that is no text', { subject: 7 }, 400, 'RequestBodyRead', "'subject'"],
    ['a body of another type', { body: { contentType: 'rtf' } }, 400, 'RequestBodyRead', '"text" or "html"'],
    ['an importance that is none', { importance: 'urgent' }, 400, 'RequestBodyRead', '"low", "normal" or "high"'],
    ['an attachment without a type', { attachments: [{ name: 'a' }] }, 400, 'RequestBodyRead', '@odata.type'],
    ['categories', { categories: ['Red'] }, 501, 'NotImplemented', "'categories'"],
    [
      'an attached item',
      { attachments: [{ '@odata.type': '#microsoft.graph.itemAttachment', name: 'a' }] },
      501,
      'NotImplemented',
      'itemAttachment',
    ],
    ['no recipients', { toRecipients: [] }, 400, 'ErrorInvalidRecipients', 'no recipients'],
  ])('with %s is refused', async (_what, message, status, code, words) => {
    const client = await startClient();
    const reply = await send(client, { message: { toRecipients: to, ...message } });
    expect([reply.status, reply.json.error.code]).toEqual([status, code]);
    expect(reply.json.error.message).toContain(words);
    expect(await client.sandbox.messages()).toEqual([]);
  });

  it.each([
    ['an unknown parameter', { message: {}, saveToDrafts: true }],
    ['a saveToSentItems that is no flag', { message: {}, saveToSentItems: 'no' }],
  ])('beside %s is refused', async (_what, body) => {
    const reply = await send(await startClient(), body);
    expect([reply.status, reply.json.error.code]).toEqual([400, 'RequestBodyRead']);
  });

  it('cannot break out of its header', async () => {
    const evil = 'x\r\nBcc: evil@example.com';
    const client = await startClient();
    await sent(
      {
        subject: evil,
        toRecipients: [{ emailAddress: { name: evil, address: 'ana@example.com' } }],
        internetMessageHeaders: [{ name: 'x-a', value: evil }],
        attachments: [
          {
            '@odata.type': '#microsoft.graph.fileAttachment',
            name: evil,
            contentType: `text/plain\r\nX-Evil: 1`,
            contentId: evil,
            contentBytes: 'QQ==',
          },
        ],
      },
      client,
    );
    const [message] = await client.sandbox.messages();
    expect(message?.delivered.map(({ recipient }) => recipient)).toEqual(['ana@example.com']);
    expect(message?.raw.toString()).not.toMatch(/^(?:bcc|x-evil)\s*:/im);
  });

  it.each(['ana@example.com>, <evil@example.com', 'ana@example.com>,bob@example.com,<carl@example.com'])(
    'cannot name two recipients in one address: %s',
    async (address) => {
      const client = await startClient();
      const toRecipients = [{ emailAddress: { name: 'Ana', address } }];
      const reply = await send(client, { message: { toRecipients } });
      expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorInvalidRecipients']);
      expect(await client.sandbox.messages()).toEqual([]);
    },
  );

  it('with a long subject has no line that is longer than mail may have', async () => {
    const subject = 'word '.repeat(400).trim();
    const message = await sent({ subject });
    expect(message.subject).toBe(subject);
    expect(
      Math.max(
        ...message.raw
          .toString()
          .split('\r\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(998);
  });

  it('with half a character in the name of an attachment can be read', async () => {
    const type = '#microsoft.graph.fileAttachment';
    const message = await sent({ attachments: [{ '@odata.type': type, name: 'a\ud800.txt', contentBytes: 'QQ==' }] });
    expect(message.attachments).toMatchObject([{ filename: 'a\ufffd.txt' }]);
  });
});
