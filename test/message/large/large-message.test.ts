import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { GraphMailError } from '../../../src/common/errors.js';
import { composeMime } from '../../../src/message/compose/compose.js';
import { composeLarge } from '../../../src/message/large/large-message.js';
import { prepareMessage } from '../../../src/message/prepare.js';
import { failureOf } from '../../helpers/failure.js';
import {
  big,
  bytesOf,
  mailOf,
  mixedText,
  nodemailers,
  ownTemporaryDirectory,
  parse,
  seesOpenFiles,
  serverOfFile,
  settings,
  sha256,
  takeApart,
} from '../large-support.js';

const roomy = { ...settings, maxRequestSize: 4_000_000 };
const urlOf = serverOfFile({ '/small.txt': 'small' });

describe.each(nodemailers)('with Nodemailer $version', (nodemailer) => {
  test.each<[string, () => object]>([
    ['texts', () => ({ html: '<p>Grüße</p>' })],
    ['an attachment alone', () => ({ text: undefined, attachments: [{ content: Readable.from([bytesOf(3_000)]) }] })],
    ['files', () => ({ html: { path: import.meta.filename }, attachments: [{ path: import.meta.filename }] })],
    [
      'an attached message',
      () => ({ attachments: [{ contentType: 'message/rfc822', content: Readable.from([mixedText]) }] }),
    ],
    [
      'an attachment in 7bit',
      () => ({ attachments: [{ contentTransferEncoding: '7bit', content: Readable.from([mixedText]) }] }),
    ],
    [
      'images',
      () => ({ html: '<img src="cid:a">', attachments: [{ cid: 'a', filename: 'a.png', content: bytesOf(9) }] }),
    ],
    ['a URL', () => ({ attachments: [{ href: urlOf('/small.txt') }] })],
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

  describe.skipIf(!seesOpenFiles)('temporary files', () => {
    const streamed = () => ({ attachments: [{ filename: 'a.bin', content: Readable.from([big]) }] });

    test('have no name while they are open, and are closed by release', async () => {
      const { files, open } = ownTemporaryDirectory();
      const large = await takeApart(nodemailer, { ...streamed(), disableFileAccess: true });
      expect(files()).toEqual([]);
      expect(open()).toHaveLength(1);
      await large.release();
      await large.release();
      expect(open()).toEqual([]);
    });

    test('are composed into the message in spite of disableFileAccess, when they fit', async () => {
      const { files, open } = ownTemporaryDirectory();
      const mail = await mailOf(nodemailer, { ...streamed(), disableFileAccess: true });
      const large = await composeLarge(mail, roomy);
      expect(open()).toHaveLength(1);
      await large.release();
      expect([...files(), ...open()]).toEqual([]);
      const [attachment] = (await parse(large.mime)).attachments;
      expect(sha256(new Uint8Array(attachment?.content as ArrayBuffer))).toBe(sha256(big));
    });

    test('are gone when another part cannot be read', async () => {
      const { files, open } = ownTemporaryDirectory();
      const broken = new Readable({ read: () => broken.destroy(new Error('broken')) });
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: broken }];
      const error = await failureOf(takeApart(nodemailer, { attachments }));
      expect(error).toMatchObject({ code: 'ESTREAM', command: 'API' });
      expect(error.message).toContain('broken');
      expect([...files(), ...open()]).toEqual([]);
    });

    test('are gone when the message is aborted while content is read', async () => {
      const { files, open } = ownTemporaryDirectory();
      const controller = new AbortController();
      const endless = new PassThrough();
      endless.write(big);
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: endless }];
      const failed = failureOf(takeApart(nodemailer, { attachments }, { signal: controller.signal }));
      await vi.waitFor(() => expect(open()).toHaveLength(2));
      controller.abort('not wanted any more');
      expect(await failed).toMatchObject({ code: 'EABORT', cause: 'not wanted any more' });
      expect([...files(), ...open()]).toEqual([]);
    });

    test('are gone when what completes the message refuses it', async () => {
      const { files, open } = ownTemporaryDirectory();
      const refused = new GraphMailError('Nobody would get it.', { code: 'EENVELOPE' });
      const mail = await mailOf(nodemailer, streamed());
      const failed = composeLarge(mail, settings, undefined, () => {
        throw refused;
      });
      expect(await failureOf(failed)).toBe(refused);
      expect([...files(), ...open()]).toEqual([]);
    });

    test('are never made for a message that is aborted before', async () => {
      const { files, open } = ownTemporaryDirectory();
      const failed = takeApart(nodemailer, streamed(), { signal: AbortSignal.abort() });
      expect(await failureOf(failed)).toMatchObject({ code: 'EABORT' });
      expect([...files(), ...open()]).toEqual([]);
    });

    test('are gone when content never ends', async () => {
      const { files, open } = ownTemporaryDirectory();
      const attachments = [...streamed().attachments, { filename: 'b.bin', content: new PassThrough() }];
      const mail = await mailOf(nodemailer, { attachments });
      await prepareMessage(mail, settings);
      expect(await failureOf(composeLarge(mail, { ...settings, timeout: 100 }))).toMatchObject({ code: 'ETIMEDOUT' });
      expect([...files(), ...open()]).toEqual([]);
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
