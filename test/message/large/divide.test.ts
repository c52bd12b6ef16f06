import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { SentMail } from '../../../src/message/large/indivisible.js';
import { composeLarge } from '../../../src/message/large/large-message.js';
import type { TreeNode } from '../../../src/message/large/leaves.js';
import {
  big,
  bytesOf,
  contentOf,
  mailOf,
  nodemailers,
  ownTemporaryDirectory,
  parse,
  settings,
  sha256,
  takeApart,
} from '../large-support.js';

/** What Nodemailer's plugins build trees with. */
interface BuildingNode extends TreeNode {
  createChild(contentType: string, options?: object): BuildingNode;
}

describe.each(nodemailers)('with Nodemailer $version', (nodemailer) => {
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
});
