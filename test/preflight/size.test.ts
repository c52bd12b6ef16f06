import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { toCrlf } from '../../src/message/compose/encodings.js';
import { forAWhile } from '../helpers/fixtures.js';
import { anyMail } from '../helpers/generated-mail.js';
import {
  entryOf,
  findingOf,
  kindsOf,
  type Message,
  mailbox,
  newest,
  nodemailers,
  plain,
  preflighted,
} from './support.js';

const folder = mkdtempSync(path.join(tmpdir(), 'preflight-'));
const file = path.join(folder, 'big.bin');
writeFileSync(file, Buffer.alloc(2_500_000, 3));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes of MIME with CRLF line ends, Bcc included: what would be uploaded. */
async function built(message: Message, { nodemailer } = newest) {
  const { transporter, entries } = preflighted({}, { streamTransport: true, buffer: true }, { name: '', nodemailer });
  const info = (await transporter.sendMail(message)) as { message: Buffer };
  return { size: toCrlf(info.message).length, estimate: entries[0]?.size ?? 0 };
}

describe.each(nodemailers)('the estimate with $name', (edition) => {
  it.each([
    ['text', plain],
    ['text and html', { ...plain, html: '<p>Hello</p>', bcc: 'hidden@example.com' }],
    [
      'attachments',
      {
        ...plain,
        attachments: [0, 1, 56, 57, 58, 100_000].map((n) => ({ filename: `${n}`, content: Buffer.alloc(n, 7) })),
      },
    ],
    ['a file', { ...plain, attachments: [{ path: file }] }],
    [
      'an invitation and an inline image',
      {
        ...plain,
        html: '<img src="cid:a">',
        icalEvent: { content: 'BEGIN:VCALENDAR' },
        attachments: [{ cid: 'a', filename: 'a.png', content: 'png' }],
      },
    ],
    ['text of bare line ends', { ...plain, text: 'a\n'.repeat(1_000) }],
    ['a raw message', { raw: `From: ${mailbox}\nTo: ana@example.com\n\n${'a\n'.repeat(1_000)}` }],
    ['a ready-made part', { ...plain, attachments: [{ raw: 'Content-Type: text/plain\r\n\r\nx' }] }],
  ] satisfies [string, Message][])('of %s is right to a few bytes', async (_name, message) => {
    const { size, estimate } = await built(message, edition);
    expect(Math.abs(size - estimate)).toBeLessThanOrEqual(8);
  });

  it('of quoted-printable text is right to two per cent', async () => {
    const { size, estimate } = await built(
      { ...plain, text: `Größe = ${'x'.repeat(90)} und läßt\n`.repeat(500) },
      edition,
    );
    expect(Math.abs(size - estimate)).toBeLessThanOrEqual(size * 0.02);
  });
});

it('is right to two per cent for any mail', async () => {
  await fc.assert(
    fc.asyncProperty(anyMail, async (mail) => {
      const { size, estimate } = await built(mail as Message);
      expect(Math.abs(size - estimate)).toBeLessThanOrEqual(40 + size * 0.02);
    }),
    forAWhile(),
  );
});

describe('a mail that is too large', () => {
  it('is refused, with its heaviest attachments named', async () => {
    const attachments = [
      { filename: 'small.txt', content: 'small' },
      { filename: 'report.pdf', content: Buffer.alloc(1_000_000) },
      { path: file },
    ];
    const found = findingOf(await entryOf({ ...plain, attachments }), 'too-large');
    expect(found.severity).toBe('refused');
    expect(found.heaviest).toEqual([
      { name: "'big.bin'", size: 2_500_000 },
      { name: "'report.pdf'", size: 1_000_000 },
    ]);
    expect(found.request).toBeGreaterThan(4_000_000);
    expect(found.message).toMatch(/'big\.bin' 2,500,000 bytes, 'report\.pdf' 1,000,000 bytes.*about 2\.2 MB/);
  });

  it('is measured against maxRequestSize', async () => {
    const message = { ...plain, text: 'a'.repeat(60).concat('\n').repeat(100) };
    expect(kindsOf(await entryOf(message, { maxRequestSize: 8_000 }))).toEqual(['too-large']);
    expect(kindsOf(await entryOf(message, { maxRequestSize: 9_000 }))).toEqual(['nearly-too-large']);
    expect(kindsOf(await entryOf(message, { maxRequestSize: 12_000 }))).toEqual([]);
  });

  it('may be raw, and its header is still read', async () => {
    const head = `From: else@contoso.example\nTo: ana@example.com\nMessage-ID: <a@b>\n\n`;
    const entry = await entryOf({ raw: head + 'x\n'.repeat(2_000_000) });
    expect(kindsOf(entry)).toEqual(['from-not-mailbox', 'too-large']);
    expect(entry.messageId).toBe('<a@b>');
  });
});

describe('a size that is not known beforehand', () => {
  it.each([
    ['a stream', { filename: 'a.bin', content: Readable.from(['x']) }],
    ['a URL', { filename: 'a.bin', href: 'http://127.0.0.1:9/a.bin' }],
    ['a file that is not there', { filename: 'a.bin', path: '/nowhere/a.bin' }],
    ['a folder', { filename: 'a.bin', path: folder }],
  ])('is said of %s', async (_name, attachment) => {
    const entry = await entryOf({ ...plain, attachments: [attachment] });
    expect(findingOf(entry, 'size-unknown')).toMatchObject({ severity: 'note', parts: ["'a.bin'"] });
    expect(entry.verdict).toBe('unchecked');
  });

  it('is said of files that the mail may not open', async () => {
    const entry = await entryOf({ ...plain, disableFileAccess: true, attachments: [{ path: file }] });
    expect(kindsOf(entry)).toEqual(['size-unknown']);
  });

  it('is said where a plugin rewrites the message', async () => {
    const rewriting = ((mail: { message: { transform(make: unknown): void } }, done: () => void) => {
      mail.message.transform(() => new PassThrough());
      done();
    }) as never;
    const { preflight, entries } = preflighted();
    const transporter = newest.nodemailer.createTransport({ streamTransport: true, buffer: true });
    await transporter.use('stream', rewriting).use('stream', preflight).sendMail(plain);
    expect(entries.map(kindsOf)).toEqual([['size-unknown']]);
  });
});
