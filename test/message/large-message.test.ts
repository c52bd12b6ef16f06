import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GraphMailError } from '../../src/errors.js';
import { composeMime } from '../../src/message/compose.js';
import type { SentMail } from '../../src/message/indivisible.js';
import { composeLarge } from '../../src/message/large-message.js';
import type { TreeNode } from '../../src/message/leaves.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { failureOf } from '../helpers/failure.js';
import {
  bytesOf,
  contentOf,
  mailOf,
  nodemailers,
  ownTemporaryDirectory,
  parse,
  settings,
  sha256,
  takeApart,
} from './large-support.js';

/** What Nodemailer's plugins build trees with. */
interface BuildingNode extends TreeNode {
  createChild(contentType: string, options?: object): BuildingNode;
}

const roomy = { ...settings, maxRequestSize: 4_000_000 };
const big = bytesOf(300_000);
const text = `${'Zeile mit Ümlaut und =3D\n'.repeat(900)}\r\n${'a line \t \r\n'.repeat(900)}\rend without a line end`;

const server = createServer(({ url: asked }, response) => response.end(asked?.includes('small') ? 'small' : big));
let url = '';
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/report.bin`;
});
afterAll(() => server.close());

describe.each(nodemailers)('with Nodemailer $version', (nodemailer) => {
  describe('an attachment is uploaded with the bytes that it was given with', () => {
    const contents: [string, (directory: string) => { given: object; wanted: Uint8Array | string }][] = [
      ['bytes', () => ({ given: { content: big }, wanted: big })],
      ['a Uint8Array', () => ({ given: { content: new Uint8Array(big) }, wanted: big })],
      ['text', () => ({ given: { content: text, filename: 'a.txt' }, wanted: text })],
      ['text of an unknown kind', () => ({ given: { content: text, filename: 'a.bin' }, wanted: text })],
      ['bytes of text', () => ({ given: { content: Buffer.from(text), filename: 'a.csv' }, wanted: text })],
      ['base64', () => ({ given: { content: big.toString('base64'), encoding: 'base64' }, wanted: big })],
      ['hex', () => ({ given: { content: big.toString('hex'), encoding: 'hex' }, wanted: big })],
      ['latin1', () => ({ given: { content: big.toString('latin1'), encoding: 'latin1' }, wanted: big })],
      ['a data: URL', () => ({ given: { path: `data:image/png;base64,${big.toString('base64')}` }, wanted: big })],
      ['a URL', () => ({ given: { href: url }, wanted: big })],
      ['a URL as path', () => ({ given: { path: url }, wanted: big })],
      ['a stream', () => ({ given: { content: Readable.from([big.subarray(0, 11), big.subarray(11)]) }, wanted: big })],
      [
        'a short stream',
        () => ({ given: { content: Readable.from([big.subarray(0, 40_000)]) }, wanted: big.subarray(0, 40_000) }),
      ],
      [
        'a stream of text',
        () => ({ given: { content: Readable.from([text, text]), filename: 'a.txt' }, wanted: text + text }),
      ],
      ...[undefined, 'text/csv'].map((contentType): (typeof contents)[number] => [
        `a file of ${contentType ?? 'its own type'}`,
        (directory) => {
          const file = path.join(directory, 'mixed.txt');
          writeFileSync(file, text);
          return { given: { path: file, contentType }, wanted: text };
        },
      ]),
      ...['7bit', '8bit', 'base64', 'quoted-printable', false].map((encoding): (typeof contents)[number] => [
        `text with contentTransferEncoding ${encoding}`,
        () => ({ given: { content: text, filename: 'a.txt', contentTransferEncoding: encoding }, wanted: text }),
      ]),
      [
        'a stream with contentTransferEncoding 7bit',
        () => ({
          given: { content: Readable.from([text]), filename: 'a.txt', contentTransferEncoding: '7bit' },
          wanted: text,
        }),
      ],
    ];

    test.each(contents)('%s', async (_, content) => {
      const { directory } = ownTemporaryDirectory();
      const { given, wanted } = content(directory);
      const { mime, heavy } = await takeApart(nodemailer, { attachments: [{ filename: 'a.bin', ...given }] });
      expect(heavy).toHaveLength(1);
      expect(heavy[0]?.size).toBe(Buffer.byteLength(wanted));
      expect(sha256(await contentOf(heavy[0] as never))).toBe(sha256(wanted));
      expect(await parse(mime)).toMatchObject({ text: 'Hello Ana\n', attachments: [] });
    });

    test.each(['unix', 'windows'])('with newline: %s', async (newline) => {
      const stream = Readable.from([text, text]);
      const { heavy } = await takeApart(nodemailer, { newline, attachments: [{ filename: 'a.txt', content: stream }] });
      expect(sha256(await contentOf(heavy[0] as never))).toBe(sha256(text + text));
    });
  });

  describe('what is left is the message that it was', () => {
    const data = () => ({
      cc: 'cc@example.com',
      bcc: 'bcc@example.com',
      replyTo: 'answers@example.com',
      date: new Date('2026-01-02T03:04:05Z'),
      messageId: '<1@contoso.com>',
      headers: { 'X-Case': '4711' },
      html: '<p>Grüße <img src="cid:logo"> <img src="cid:photo"></p>',
      attachments: [
        { filename: 'small.txt', content: 'small' },
        { filename: 'größe.pdf', content: bytesOf(60_000, 2) },
        { filename: 'logo.png', content: bytesOf(500, 3), cid: 'logo' },
        { filename: 'photo.jpg', content: bytesOf(50_000, 4), cid: 'photo' },
      ],
    });

    test('header, texts and small attachments', async () => {
      const { mime, heavy } = await takeApart(nodemailer, data());
      expect(mime.length).toBeLessThan(30_000);
      expect(heavy.map(({ read, ...rest }) => rest)).toEqual([
        { name: 'photo.jpg', contentType: 'image/jpeg', inline: true, contentId: 'photo', size: 50_000 },
        { name: 'größe.pdf', contentType: 'application/pdf', inline: false, contentId: undefined, size: 60_000 },
      ]);
      const parsed = await parse(mime);
      expect(parsed).toMatchObject({
        subject: 'Hello',
        messageId: '<1@contoso.com>',
        date: '2026-01-02T03:04:05.000Z',
        to: [{ address: 'ana@example.com' }],
        cc: [{ address: 'cc@example.com' }],
        bcc: [{ address: 'bcc@example.com' }],
        replyTo: [{ address: 'answers@example.com' }],
        text: 'Hello Ana\n',
        html: '<p>Grüße <img src="cid:logo"> <img src="cid:photo"></p>\n',
        attachments: [
          { filename: 'logo.png', mimeType: 'image/png', contentId: '<logo>' },
          { filename: 'small.txt', mimeType: 'text/plain' },
        ],
      });
      expect(parsed.headers).toContainEqual(expect.objectContaining({ key: 'x-case', value: '4711' }));
      expect(parsed.attachments.map(({ content }) => sha256(new Uint8Array(content as ArrayBuffer)))).toEqual([
        sha256(bytesOf(500, 3)),
        sha256('small'),
      ]);
    });

    test('and the same bytes when it is composed again', async () => {
      const mail = await mailOf(nodemailer, data());
      const first = await composeLarge(mail, settings);
      const second = await composeLarge(mail, settings);
      expect(first.heavy).toHaveLength(2);
      expect(second.heavy).toHaveLength(0);
      expect(second.mime).toEqual(first.mime);
    });

    test('with the texts of streams and files, and a file that fits', async () => {
      const { directory } = ownTemporaryDirectory();
      const file = path.join(directory, 'note.html');
      writeFileSync(file, '<p>Grüße</p>');
      const { mime, heavy } = await takeApart(nodemailer, {
        text: Readable.from(['Grüße\n']),
        html: { path: file },
        attachments: [{ path: file }, { filename: 'big.bin', content: Readable.from([big]) }],
      });
      expect(heavy.map(({ name }) => name)).toEqual(['big.bin']);
      const parsed = await parse(mime);
      expect(parsed.attachments).toMatchObject([{ filename: 'note.html' }]);
      expect(parsed.text?.trim()).toBe('Grüße');
      expect(parsed.html?.trim()).toBe('<p>Grüße</p>');
    });

    test('with a calendar event, whose invitation stays', async () => {
      const { mime, heavy } = await takeApart(nodemailer, {
        icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' },
        attachments: [{ content: big }],
      });
      expect(heavy.map(({ name }) => name)).toEqual(['attachment-1.bin']);
      expect(mime.toString()).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/);
      expect(mime.toString()).toMatch(/filename=invite\.ics/);
    });

    test('when all parts of a message without texts are heavy', async () => {
      const attachments = [
        { filename: 'a.bin', content: big },
        { filename: 'b.bin', content: bytesOf(90_000) },
      ];
      const { mime, heavy } = await takeApart(nodemailer, { text: undefined, attachments });
      expect(heavy.map(({ name }) => name)).toEqual(['a.bin', 'b.bin']);
      expect(mime.toString()).not.toMatch(/multipart/);
      expect(await parse(mime)).toMatchObject({ subject: 'Hello', attachments: [] });
    });

    test('when all parts of an inner multipart are heavy', async () => {
      const plugin = ({ message }: SentMail) => {
        const root = message as BuildingNode;
        const inner = root.createChild('multipart/mixed').createChild('multipart/related');
        inner.createChild('application/pdf', { filename: 'a.pdf' }).setContent(big);
        inner.createChild('application/pdf', { filename: 'b.pdf' }).setContent(big);
      };
      const { mime, heavy } = await takeApart(
        nodemailer,
        { attachments: [{ filename: 'c.txt', content: 'c' }] },
        { plugin },
      );
      expect(heavy.map(({ name }) => name)).toEqual(['a.pdf', 'b.pdf']);
      expect(mime.toString().match(/^Content-Type: multipart.*$/gm)).toHaveLength(1);
      expect(await parse(mime)).toMatchObject({ text: 'Hello Ana\n', attachments: [{ filename: 'c.txt' }] });
    });

    test('when the message is nothing but its attachment', async () => {
      const given = {
        filename: 'scan größe.pdf',
        content: Readable.from([big]),
        headers: { 'Content-Description': 'x' },
      };
      const { mime, heavy } = await takeApart(nodemailer, {
        text: undefined,
        bcc: 'b@example.com',
        attachments: [given],
      });
      expect(heavy).toMatchObject([{ name: 'scan größe.pdf', contentType: 'application/pdf', size: big.length }]);
      expect(sha256(await contentOf(heavy[0] as never))).toBe(sha256(big));
      const contentFields = mime.toString().match(/^content-.*$/gim);
      expect(contentFields).toEqual(['Content-Type: text/plain; charset=us-ascii']);
      expect(mime.toString()).toMatch(/\r\n\r\n$/);
      expect(await parse(mime)).toMatchObject({
        subject: 'Hello',
        bcc: [{ address: 'b@example.com' }],
        attachments: [],
      });
    });
  });

  test.each<[string, () => object]>([
    ['texts', () => ({ html: '<p>Grüße</p>' })],
    ['an attachment alone', () => ({ text: undefined, attachments: [{ content: Readable.from([bytesOf(3_000)]) }] })],
    ['files', () => ({ html: { path: import.meta.filename }, attachments: [{ path: import.meta.filename }] })],
    [
      'an attached message',
      () => ({ attachments: [{ contentType: 'message/rfc822', content: Readable.from([text]) }] }),
    ],
    [
      'an attachment in 7bit',
      () => ({ attachments: [{ contentTransferEncoding: '7bit', content: Readable.from([text]) }] }),
    ],
    [
      'images',
      () => ({ html: '<img src="cid:a">', attachments: [{ cid: 'a', filename: 'a.png', content: bytesOf(9) }] }),
    ],
    ['a URL', () => ({ attachments: [{ href: url.replace('report', 'small') }] })],
    ['an empty file', () => ({ attachments: [{ content: Readable.from([]) }, { content: '' }] })],
    ['an event', () => ({ icalEvent: { content: 'BEGIN:VCALENDAR', filename: 'e.ics' } })],
  ])('a message that fits has the same bytes as ever: %s', async (_, data) => {
    const fixed = { date: new Date(0), messageId: '<1@contoso.com>', baseBoundary: 'boundary' };
    const mail = await mailOf(nodemailer, { ...fixed, ...data() });
    const asEver = await composeMime(mail.message, { maxSize: 1e9, timeout: 5_000 });
    const { mime } = await composeLarge(await mailOf(nodemailer, { ...fixed, ...data() }), roomy);
    expect(mime.toString()).toBe(asEver.toString());
  });

  test('a message that fits is composed as it is', async () => {
    const attachments = [{ filename: 'a.bin', content: Readable.from([bytesOf(20_000)]) }];
    const { mime, heavy } = await takeApart(nodemailer, { attachments });
    expect(heavy).toEqual([]);
    const [attachment] = (await parse(mime)).attachments;
    expect(sha256(new Uint8Array(attachment?.content as ArrayBuffer))).toBe(sha256(bytesOf(20_000)));
  });

  test('only as many attachments are taken out as it needs, the largest first', async () => {
    const attachments = [9_000, 8_000, 10_000].map((size) => ({ filename: `${size}.bin`, content: bytesOf(size) }));
    const { heavy } = await takeApart(nodemailer, { attachments });
    expect(heavy.map(({ name }) => name)).toEqual(['10000.bin']);
  });

  test('what is added to the message afterwards must fit as well', async () => {
    const mail = () => mailOf(nodemailer, { attachments: [{ filename: 'a.bin', content: bytesOf(20_000) }] });
    expect((await composeLarge(await mail(), settings)).heavy).toHaveLength(0);
    const large = await composeLarge(await mail(), settings, undefined, (mime) => mime.length + 5_000);
    expect(large.heavy).toHaveLength(1);
  });

  describe('temporary files', () => {
    const streamed = () => ({ attachments: [{ filename: 'a.bin', content: Readable.from([big]) }] });

    test('can be read by nobody else, and are gone after release', async () => {
      const { directory, files } = ownTemporaryDirectory();
      const large = await takeApart(nodemailer, { ...streamed(), disableFileAccess: true });
      const [folder = '', file = ''] = files();
      expect(statSync(path.join(directory, folder)).mode & 0o777).toBe(0o700);
      expect(statSync(path.join(directory, file)).mode & 0o777).toBe(0o600);
      await large.release();
      await large.release();
      expect(files()).toEqual([]);
    });

    test('are composed into the message in spite of disableFileAccess, when they fit', async () => {
      const { files } = ownTemporaryDirectory();
      const mail = await mailOf(nodemailer, { ...streamed(), disableFileAccess: true });
      const large = await composeLarge(mail, roomy);
      expect(files()).toHaveLength(2);
      await large.release();
      const [attachment] = (await parse(large.mime)).attachments;
      expect(sha256(new Uint8Array(attachment?.content as ArrayBuffer))).toBe(sha256(big));
    });

    test('are gone when another part cannot be read', async () => {
      const { files } = ownTemporaryDirectory();
      const broken = new Readable({ read: () => broken.destroy(new Error('broken')) });
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: broken }];
      const error = await failureOf(takeApart(nodemailer, { attachments }));
      expect(error).toMatchObject({ code: 'ESTREAM', command: 'API' });
      expect(error.message).toContain('broken');
      expect(files()).toEqual([]);
    });

    test('are gone when the message is aborted while content is read', async () => {
      const { files } = ownTemporaryDirectory();
      const controller = new AbortController();
      const endless = new PassThrough();
      endless.write(big);
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: endless }];
      const failed = failureOf(takeApart(nodemailer, { attachments }, { signal: controller.signal }));
      await vi.waitFor(() => expect(files()).toHaveLength(3));
      controller.abort('not wanted any more');
      expect(await failed).toMatchObject({ code: 'EABORT', cause: 'not wanted any more' });
      expect(files()).toEqual([]);
    });

    test('are gone when what completes the message refuses it', async () => {
      const { files } = ownTemporaryDirectory();
      const refused = new GraphMailError('Nobody would get it.', { code: 'EENVELOPE' });
      const mail = await mailOf(nodemailer, streamed());
      const failed = composeLarge(mail, settings, undefined, () => {
        throw refused;
      });
      expect(await failureOf(failed)).toBe(refused);
      expect(files()).toEqual([]);
    });

    test('are never made for a message that is aborted before', async () => {
      const { files } = ownTemporaryDirectory();
      const failed = takeApart(nodemailer, streamed(), { signal: AbortSignal.abort() });
      expect(await failureOf(failed)).toMatchObject({ code: 'EABORT' });
      expect(files()).toEqual([]);
    });

    test('are gone when content never ends', async () => {
      const { files } = ownTemporaryDirectory();
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: new PassThrough() }];
      const mail = await mailOf(nodemailer, { attachments });
      await prepareMessage(mail, settings);
      expect(await failureOf(composeLarge(mail, { ...settings, timeout: 100 }))).toMatchObject({ code: 'ETIMEDOUT' });
      expect(files()).toEqual([]);
    });
  });

  test('a file that was changed while it was sent is ESTREAM', async () => {
    const { directory } = ownTemporaryDirectory();
    const file = path.join(directory, 'a.bin');
    writeFileSync(file, big);
    const { heavy } = await takeApart(nodemailer, { attachments: [{ path: file }] });
    expect((await heavy[0]?.read(299_000, 1_000))?.equals(big.subarray(299_000))).toBe(true);
    writeFileSync(file, big.subarray(1));
    const error = await failureOf(heavy[0]?.read(0, 1_000) as Promise<Buffer>);
    expect(error).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent' });
    expect(error.message).toContain('was changed while it was sent');
  });

  test.skipIf(!existsSync('/proc/version'))('a file that says no size is composed with its content', async () => {
    const file = '/proc/version';
    const { mime } = await takeApart(nodemailer, { attachments: [{ path: file }, { content: big }] });
    const [attachment] = (await parse(mime)).attachments;
    expect(Buffer.from(attachment?.content as ArrayBuffer).toString()).toBe(readFileSync(file, 'utf8'));
  });

  test.each([
    ['EFILEACCESS', { disableFileAccess: true }, { path: import.meta.filename }],
    ['EURLACCESS', { disableUrlAccess: true }, { href: 'http://127.0.0.1:9/a.bin' }],
  ])('%s is kept', async (code, option, attachment) => {
    const mail = await mailOf(nodemailer, { ...option, attachments: [attachment, { content: big }] });
    expect(await failureOf(composeLarge(mail, settings))).toMatchObject({ code, permanent: true });
  });

  test('a file that is not there is ESTREAM', async () => {
    const failed = takeApart(nodemailer, { attachments: [{ path: '/nowhere/a.bin' }, { content: big }] });
    expect(await failureOf(failed)).toMatchObject({ code: 'ESTREAM' });
  });
});
