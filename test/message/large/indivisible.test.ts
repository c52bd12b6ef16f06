import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { composeLarge } from '../../../src/message/large/large-message.js';
import type { TreeNode } from '../../../src/message/large/leaves.js';
import { prepareMessage } from '../../../src/message/prepare.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { failureOf } from '../../helpers/failure.js';
import { bytesOf, mailOf, nodemailers, ownTemporaryDirectory, settings } from '../large-support.js';

const dkim = {
  domainName: 'contoso.com',
  keySelector: 'k',
  privateKey: makeCertificate({ subject: 'dkim' }).privateKey,
};
const message = (length: number) =>
  Buffer.from(`Subject: x\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(Math.ceil(length / 86)));

type Case = {
  what: string;
  /** A message whose attachments or texts have `length` bytes. */
  data?: (length: number) => object;
  root?: (node: TreeNode) => void;
  mailer?: object;
  reason: RegExp;
};

const attachments = (length: number) => ({ attachments: [{ filename: 'a.bin', content: bytesOf(length) }] });

const cases: Case[] = [
  {
    what: 'a raw message',
    data: (length) => ({ raw: `From: noreply@contoso.com\r\nTo: a@x.example\r\n${message(length)}` }),
    reason: /given as raw/,
  },
  { what: 'DKIM of the message', data: (length) => ({ ...attachments(length), dkim }), reason: /DKIM/ },
  { what: 'DKIM of the transport', mailer: { dkim }, reason: /DKIM/ },
  {
    what: 'a transform',
    root: (node) => (node as never as { transform(t: unknown): void }).transform(() => new PassThrough()),
    reason: /transform\(\) or processFunc\(\)/,
  },
  {
    what: 'a process function',
    root: (node) => (node as never as { processFunc(f: unknown): void }).processFunc((input: Readable) => input),
    reason: /transform\(\) or processFunc\(\)/,
  },
  ...['multipart/signed; protocol="application/pkcs7-signature"', 'multipart/encrypted'].map(
    (type): Case => ({
      what: `a message that is ${type}`,
      root: (node) => node.setHeader('Content-Type', type),
      reason: /signed or encrypted/,
    }),
  ),
  ...['application/pkcs7-mime', 'application/x-pkcs7-mime'].map(
    (contentType): Case => ({
      what: `a message that is ${contentType}`,
      data: (length) => ({
        text: undefined,
        attachments: [{ filename: 'smime.p7m', contentType, content: bytesOf(length) }],
      }),
      reason: /signed or encrypted \(application/,
    }),
  ),
  {
    what: 'a signed part',
    data: (length) => ({ text: 'x', html: '<p>x</p>', ...attachments(length) }),
    root: (node) => node.childNodes?.[0]?.setHeader('Content-Type', 'multipart/signed'),
    reason: /signed or encrypted \(multipart\/signed\)/,
  },
  {
    what: 'a part given as raw',
    data: (length) => ({
      attachments: [{ raw: Buffer.concat([Buffer.from('Content-Type: text/plain\r\n\r\n'), message(length)]) }],
    }),
    reason: /parts was given as raw/,
  },
  {
    what: 'an attached message that is too large itself',
    data: (length) => ({
      attachments: [{ filename: 'm.eml', contentType: 'message/rfc822', content: message(length) }],
    }),
    reason: /m\.eml is a message \(message\/rfc822\)/,
  },
  {
    what: 'an attached multipart',
    data: (length) => ({ attachments: [{ filename: 'm', contentType: 'multipart/mixed', content: message(length) }] }),
    reason: /one of its parts is multipart\/mixed/,
  },
  {
    what: 'an attachment in a transfer encoding of its own',
    data: (length) => ({
      attachments: [{ filename: 'a.uu', contentTransferEncoding: 'x-uuencode', content: bytesOf(length) }],
    }),
    reason: /transfer encoding x-uuencode/,
  },
  {
    what: 'a text',
    data: (length) => ({ text: 'x'.repeat(length), attachments: [{ content: bytesOf(1000) }] }),
    reason: /even without its attachments/,
  },
  {
    what: 'an alternative',
    data: (length) => ({ alternatives: [{ contentType: 'text/calendar', content: 'x'.repeat(length) }] }),
    reason: /even without its attachments/,
  },
];

describe.each(nodemailers)('with Nodemailer $version, what cannot be sent in parts', (nodemailer) => {
  const prepared = async ({ data = attachments, root, mailer }: Case, length: number) => {
    const mail = await mailOf(nodemailer, data(length), {
      plugin: (handed) => root?.(handed.message as TreeNode),
    });
    if (mailer) mail.mailer = { options: mailer as Record<string, unknown> };
    await prepareMessage(mail, settings);
    return mail;
  };

  test.each(cases)('is refused when it is too large: $what', async (one) => {
    const { files } = ownTemporaryDirectory();
    const error = await failureOf(composeLarge(await prepared(one, 100_000), settings));
    expect(error).toMatchObject({ code: 'EMESSAGE', permanent: true, outcome: 'not-sent', command: 'API' });
    expect(error.message).toMatch(/^The message is too large/);
    expect(error.message).toMatch(one.reason);
    expect(error.hint).toMatch(/\.$/);
    expect(files()).toEqual([]);
  });

  test.each(cases)('is sent when it is small: $what', async (one) => {
    const large = await composeLarge(await prepared(one, 1_000), settings);
    expect(large.heavy).toEqual([]);
    expect(large.mime.length).toBeGreaterThan(1_000);
    await large.release();
  });

  test('but an attached message stays in its message, and others go', async () => {
    const mail = await mailOf(nodemailer, {
      attachments: [
        { filename: 'm.eml', contentType: 'message/rfc822', content: message(15_000) },
        { filename: 'a.bin', content: bytesOf(14_000) },
      ],
    });
    const { heavy, mime } = await composeLarge(mail, settings);
    expect(heavy.map(({ name }) => name)).toEqual(['a.bin']);
    expect(mime.toString()).toContain('message/rfc822');
  });

  test('DKIM of the options is told even when Nodemailer never heard of it', async () => {
    const mail = await mailOf(nodemailer, attachments(100_000));
    const signing = { ...settings, mailer: { dkim } };
    expect((await failureOf(composeLarge(mail, signing))).message).toMatch(/DKIM/);
  });
});

describe('more than Exchange takes is refused', () => {
  const nodemailer = nodemailers[nodemailers.length - 1] as (typeof nodemailers)[number];
  const sparse = (directory: string, name: string, length: number) => {
    const file = path.join(directory, name);
    writeFileSync(file, '');
    truncateSync(file, length);
    return { path: file };
  };
  const megabyte = 1024 * 1024;

  test('in one attachment', async () => {
    const { directory } = ownTemporaryDirectory();
    const most = await mailOf(nodemailer, { attachments: [sparse(directory, 'a.iso', 150 * megabyte)] });
    expect((await composeLarge(most, settings)).heavy).toMatchObject([{ size: 157_286_400 }]);
    const more = await mailOf(nodemailer, { attachments: [sparse(directory, 'b.iso', 150 * megabyte + 1)] });
    const error = await failureOf(composeLarge(more, settings));
    expect(error).toMatchObject({ code: 'EMESSAGE', permanent: true });
    expect(error.message).toBe(
      'The attachment b.iso has 157,286,401 bytes, more than the 157,286,400 bytes that can be uploaded.',
    );
    expect(error.hint).toContain('about 112 MB of files');
  });

  test('in several', async () => {
    const { directory } = ownTemporaryDirectory();
    const given = ['a', 'b', 'c'].map((name) => sparse(directory, name, 51 * megabyte));
    const error = await failureOf(composeLarge(await mailOf(nodemailer, { attachments: given }), settings));
    expect(error).toMatchObject({ code: 'EMESSAGE', permanent: true });
    expect(error.message).toMatch(/^The attachments have together more than/);
  });

  test('in a stream, which is not read any further', async () => {
    const { files } = ownTemporaryDirectory();
    let given = 0;
    const piece = Buffer.alloc(megabyte);
    const content = new Readable({
      read() {
        given++;
        this.push(piece);
      },
    });
    const mail = await mailOf(nodemailer, { attachments: [{ filename: 'endless', content }] });
    const error = await failureOf(composeLarge(mail, settings));
    expect(error).toMatchObject({ code: 'EMESSAGE', permanent: true });
    expect(error.message).toMatch(/^The attachment endless has more than/);
    expect(given).toBeLessThan(160);
    expect(files()).toEqual([]);
  });
});
