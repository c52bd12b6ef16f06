import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { editions, failureOf, type Message, openTransport, sandboxOfFile } from './support.js';

const sandbox = sandboxOfFile({ mailboxes: ['sales@contoso.example'] });
let count = 0;

/** RFC 5322 text with these fields and a Message-ID that nothing else has. */
function rawMail(...fields: string[]): { text: string; messageId: string } {
  const messageId = `<bare-${++count}@contoso.example>`;
  return { text: [...fields, `Message-ID: ${messageId}`, '', 'Hello', ''].join('\r\n'), messageId };
}

const from = 'From: Contoso <noreply@contoso.example>';

describe.each(editions)('raw messages without envelope, $name', (edition) => {
  it('go to the To, Cc and Bcc of their header, bytes untouched', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail(
      from,
      'To: "Lima, Ana" <ana@example.com>,\r\n Friends: bob@example.com, eve@example.com;',
      'Cc: =?utf-8?Q?Jos=C3=A9?= <jose@example.com>',
      'bcc: archive@contoso.example',
    );
    const info = await transporter.sendMail({ raw: text });
    const recipients = [
      'ana@example.com',
      'bob@example.com',
      'eve@example.com',
      'jose@example.com',
      'archive@contoso.example',
    ];
    expect(info).toMatchObject({
      messageId,
      accepted: recipients,
      envelope: { from: 'noreply@contoso.example', to: recipients },
    });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.raw.toString()).toBe(text);
    expect(arrived?.delivered.map(({ recipient }) => recipient)).toEqual(recipients);
  });

  it.each(['a Buffer', 'a stream'])('work as %s', async (kind) => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail(from, 'To: ana@example.com');
    const bytes = Buffer.from(text);
    const info = await transporter.sendMail({ raw: kind === 'a Buffer' ? bytes : Readable.from([bytes]) });
    expect(info).toMatchObject({ messageId, accepted: ['ana@example.com'] });
  });

  it('take their Message-ID from the bytes, whatever the message says beside them', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail(from, 'To: ana@example.com');
    const info = await transporter.sendMail({ raw: text, messageId: '<other@contoso.example>' });
    expect(info.messageId).toBe(messageId);
  });

  it("choose the mailbox by their own From for mailbox: 'from', as far as it is allowed, whatever is said beside them", async () => {
    const options = { mailbox: 'from', allowedMailboxes: 'sales@contoso.example' };
    const { transporter } = openTransport(edition, sandbox(), options);
    const { text, messageId } = rawMail('From: Sales <sales@contoso.example>', 'To: ana@example.com');
    const info = await transporter.sendMail({ raw: text });
    expect(info).toMatchObject({ messageId, mailbox: 'sales@contoso.example' });
    const boss = rawMail('From: boss@contoso.example', 'To: ana@example.com').text;
    const refused = transporter.sendMail({ raw: boss, from: 'sales@contoso.example' });
    expect(await failureOf(edition, refused)).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent' });
  });

  it.each([
    ['no recipients', [from]],
    ['an empty To', [from, 'To: undisclosed-recipients:;']],
    ['two To fields', [from, 'To: ana@example.com', 'To: bob@example.com']],
    ['an address that cannot be understood', [from, 'To: ana@example.com <bob@example.com']],
    ['no From', ['To: ana@example.com']],
  ])('are refused with %s', async (_name, fields) => {
    const { transporter } = openTransport(edition, sandbox());
    const requests = sandbox().requests().length;
    const error = await failureOf(edition, transporter.sendMail({ raw: rawMail(...fields).text } as Message));
    expect(error).toMatchObject({ code: 'EENVELOPE', command: 'API', outcome: 'not-sent', permanent: true });
    expect(
      sandbox()
        .requests()
        .slice(requests)
        .filter(({ path }) => path.includes('sendMail')),
    ).toEqual([]);
  });
});
