import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  big,
  contentOf,
  mixedText,
  nodemailers,
  ownTemporaryDirectory,
  parse,
  serverOfFile,
  sha256,
  takeApart,
} from '../large-support.js';

const urlOf = serverOfFile({ '/report.bin': big });

describe.each(nodemailers)('with Nodemailer $version', (nodemailer) => {
  describe('an attachment is uploaded with the bytes that it was given with', () => {
    const contents: [string, (directory: string) => { given: object; wanted: Uint8Array | string }][] = [
      ['bytes', () => ({ given: { content: big }, wanted: big })],
      ['a Uint8Array', () => ({ given: { content: new Uint8Array(big) }, wanted: big })],
      ['text', () => ({ given: { content: mixedText, filename: 'a.txt' }, wanted: mixedText })],
      ['text of an unknown kind', () => ({ given: { content: mixedText, filename: 'a.bin' }, wanted: mixedText })],
      ['bytes of text', () => ({ given: { content: Buffer.from(mixedText), filename: 'a.csv' }, wanted: mixedText })],
      ['base64', () => ({ given: { content: big.toString('base64'), encoding: 'base64' }, wanted: big })],
      ['hex', () => ({ given: { content: big.toString('hex'), encoding: 'hex' }, wanted: big })],
      ['latin1', () => ({ given: { content: big.toString('latin1'), encoding: 'latin1' }, wanted: big })],
      ['a data: URL', () => ({ given: { path: `data:image/png;base64,${big.toString('base64')}` }, wanted: big })],
      ['a URL', () => ({ given: { href: urlOf('/report.bin') }, wanted: big })],
      ['a URL as path', () => ({ given: { path: urlOf('/report.bin') }, wanted: big })],
      ['a stream', () => ({ given: { content: Readable.from([big.subarray(0, 11), big.subarray(11)]) }, wanted: big })],
      [
        'a short stream',
        () => ({ given: { content: Readable.from([big.subarray(0, 40_000)]) }, wanted: big.subarray(0, 40_000) }),
      ],
      [
        'a stream of text',
        () => ({
          given: { content: Readable.from([mixedText, mixedText]), filename: 'a.txt' },
          wanted: mixedText + mixedText,
        }),
      ],
      ...[undefined, 'text/csv'].map((contentType): (typeof contents)[number] => [
        `a file of ${contentType ?? 'its own type'}`,
        (directory) => {
          const file = path.join(directory, 'mixed.txt');
          writeFileSync(file, mixedText);
          return { given: { path: file, contentType }, wanted: mixedText };
        },
      ]),
      ...['7bit', '8bit', 'base64', 'quoted-printable', false].map((encoding): (typeof contents)[number] => [
        `text with contentTransferEncoding ${encoding}`,
        () => ({
          given: { content: mixedText, filename: 'a.txt', contentTransferEncoding: encoding },
          wanted: mixedText,
        }),
      ]),
      [
        'a stream with contentTransferEncoding 7bit',
        () => ({
          given: { content: Readable.from([mixedText]), filename: 'a.txt', contentTransferEncoding: '7bit' },
          wanted: mixedText,
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
      const stream = Readable.from([mixedText, mixedText]);
      const { heavy } = await takeApart(nodemailer, { newline, attachments: [{ filename: 'a.txt', content: stream }] });
      expect(sha256(await contentOf(heavy[0] as never))).toBe(sha256(mixedText + mixedText));
    });
  });
});
