import fc from 'fast-check';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalAddress } from '../../src/common/canonical-address.js';
import { graphTransport } from '../../src/index.js';
import { baseOptions, forAWhile } from '../helpers/fixtures.js';
import { anyMail } from '../helpers/generated-mail.js';
import { type RawServer, startRawServer } from '../helpers/raw-server.js';

/** What two composers of the same mail would otherwise make up on their own. */
const fixed = { date: new Date(Date.UTC(2026, 10, 23, 10)), messageId: '<fixed@contoso.com>', baseBoundary: 'fixed' };

const reference = nodemailer.createTransport({ streamTransport: true, buffer: true });
let server: RawServer;
let transporter: ReturnType<typeof create>;
const create = () => nodemailer.createTransport(graphTransport({ ...baseOptions, cloud: server.cloud }));

beforeAll(async () => {
  server = await startRawServer();
  transporter = create();
});
afterAll(async () => {
  transporter.close();
  await server.close();
});

/** What Nodemailer's own stream transport makes of a mail, with every line end as CRLF. */
async function composed(mail: object): Promise<string> {
  const { message } = await reference.sendMail(mail);
  return (message as Buffer).toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
}

async function received(mail: object) {
  const before = server.bodies.length;
  const info = await transporter.sendMail(mail);
  expect(server.bodies.length).toBe(before + 1);
  return { info, text: server.bodies.pop()?.toString('latin1') };
}

describe('what Graph gets is what Nodemailer composes', () => {
  test('for any subject, names, texts, recipients and attachments', async () => {
    const check = async (generated: object) => {
      const mail = { ...generated, ...fixed };
      const { info, text } = await received(mail);
      expect(text).toBe(await composed(mail));
      const everybody = new Set((await reference.sendMail(mail)).envelope.to.map(canonicalAddress));
      expect(new Set(info.accepted.map(canonicalAddress))).toEqual(everybody);
    };
    let last = Promise.resolve();
    const checkNext = (generated: object) => {
      last = check(generated);
      return last;
    };
    await fc.assert(fc.asyncProperty(anyMail, checkNext), forAWhile(6_000));
    // The time limit stops the search in the middle of a mail, which must not arrive in the next test.
    await last;
  }, 30_000);

  test.each<[string, object]>([
    ['a calendar invitation', { icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\nEND:VCALENDAR\n' } }],
    [
      'an inline image',
      { html: '<img src="cid:logo">', attachments: [{ cid: 'logo', filename: 'l.png', content: Buffer.alloc(99, 1) }] },
    ],
    ['alternatives', { html: '<p>Hi</p>', amp: '<html ⚡4email></html>', watchHtml: '<b>Hi</b>' }],
    [
      'list headers and own headers',
      { list: { unsubscribe: 'https://contoso.com/u' }, headers: { 'X-Run': 'a\r\nBcc: eve@example.com' } },
    ],
    [
      'threading and replies',
      { inReplyTo: '<a@b>', references: ['<a@b>', '<c@d>'], replyTo: 'r@contoso.com', sender: 's@contoso.com' },
    ],
    ['priority', { priority: 'high' }],
    ['Windows line ends', { newline: 'windows' }],
    ['Unix line ends', { newline: 'unix' }],
    ['quoted-printable', { textEncoding: 'quoted-printable', text: 'ä'.repeat(300) }],
    ['lines of a thousand characters', { text: `${'x'.repeat(1_500)}\n.\n..\n` }],
    ['no content', { text: undefined }],
  ])('with %s', async (_, more) => {
    const mail = {
      from: baseOptions.mailbox,
      to: 'ana@example.com',
      bcc: 'bob@example.com',
      subject: 'Hello',
      text: 'Hello',
      ...more,
      ...fixed,
    };
    expect((await received(mail)).text).toBe(await composed(mail));
  });
});

describe('a raw message keeps its bytes', () => {
  const raw = Buffer.from(
    'Received: from x\r\nFrom: noreply@contoso.com\r\nTo: ana@example.com\r\nMessage-ID: <own@contoso.com>\r\nSubject: =?x?=\r\n\r\n\xff\x00 any bytes\r\n',
    'latin1',
  );

  test('as a buffer, with its own Message-ID in the info', async () => {
    const { info, text } = await received({ raw, envelope: { from: baseOptions.mailbox, to: 'ana@example.com' } });
    expect(text).toBe(raw.toString('latin1'));
    expect(info).toMatchObject({ messageId: '<own@contoso.com>', messageSize: raw.length });
  });

  test('without an envelope, to whom its header names', async () => {
    const { info, text } = await received({ raw });
    expect(text).toBe(raw.toString('latin1'));
    expect(info.accepted).toEqual(['ana@example.com']);
  });
});
