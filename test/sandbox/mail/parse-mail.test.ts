// What a test reads in `attachments` is what the message holds, whatever a parser would make of its type.
import { randomBytes } from 'node:crypto';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { parseMail } from '../../../src/sandbox/mail/parse-mail.js';
import { mail, startClientWith } from '../support.js';

const ENCODINGS = ['7bit', '8bit', 'binary', 'quoted-printable', 'base64', 'BASE64 (of MIME)', undefined] as const;

const CRLF = ['BEGIN:VCALENDAR', 'SUMMARY:Treffen in Köln', '', 'END:VCALENDAR'].join('\r\n');

/** Each in ways that a reader of text would change: line ends, charset, byte order mark, ends with none, one or many. */
const CONTENTS: readonly [what: string, content: Buffer][] = [
  ['CRLF, no line end', Buffer.from(CRLF)],
  ['CRLF, one line end', Buffer.from(`${CRLF}\r\n`)],
  ['CRLF, three line ends', Buffer.from(`${CRLF}\r\n\r\n\r\n`)],
  ['bare LF', Buffer.from(CRLF.replaceAll('\r\n', '\n'))],
  ['Latin-1', Buffer.from(CRLF, 'latin1')],
  ['a byte order mark', Buffer.from(`\uFEFF${CRLF}`)],
  ['a line of spaces', Buffer.from('a \r\n \r\nb=3D=\r\n--\r\nFrom x')],
  ['nothing', Buffer.alloc(0)],
];

const TYPES = [
  'text/calendar; method=REQUEST; charset=utf-8',
  'text/calendar; charset=iso-8859-1',
  'application/ics',
  'text/vcard; charset=utf-8',
  'text/csv',
  'text/plain; charset=iso-8859-1; format=flowed; delsp=yes',
  'text/html',
  'text/x-amp-html',
  'application/json',
  'application/octet-stream',
  'message/rfc822',
  'message/delivery-status',
  'message/partial',
  'nonsense',
];

function encoded(content: Buffer, encoding: string | undefined): Buffer {
  if (/^base64/i.test(encoding ?? '')) {
    return Buffer.from((content.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n'));
  }
  if (encoding !== 'quoted-printable') return content;
  const escaped = content.toString('latin1').replace(/[^\x21-\x3c\x3e-\x7e\r\n]/g, (char) => {
    return `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return Buffer.from(escaped.replace(/^(.{5})(?=.)/gm, '$1=\r\n'), 'latin1');
}

function withPart(type: string, encoding: string | undefined, content: Buffer, disposition: string): Buffer {
  const fields = [
    `Content-Type: ${type}`,
    ...(encoding === undefined ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
    `Content-Disposition: ${disposition}; filename="a file (1).x"`,
  ];
  const head = mail({ 'Content-Type': 'multipart/mixed; boundary="b=1"' }, '').toString();
  const text = '--b=1\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b=1\r\n';
  const parts = [`${head.trimEnd()}\r\n\r\n${text}${fields.join('\r\n')}\r\n\r\n`];
  return Buffer.concat([Buffer.from(parts[0] ?? ''), encoded(content, encoding), Buffer.from('\r\n--b=1--\r\n')]);
}

describe('the content of an attachment', () => {
  it.each(TYPES.flatMap((type) => ENCODINGS.map((encoding) => ({ type, encoding }))))(
    'is that of the part: $type, $encoding',
    async ({ type, encoding }) => {
      for (const [what, content] of CONTENTS) {
        for (const disposition of ['attachment', 'inline']) {
          // Shown as the body.
          if (disposition === 'inline' && /^text\/(plain|html)/.test(type)) continue;
          const { text, attachments } = await parseMail(withPart(type, encoding, content, disposition));
          expect([what, attachments.map((file) => file.content.toString('latin1'))]).toEqual([
            what,
            [content.toString('latin1')],
          ]);
          expect(attachments[0]).toMatchObject({ disposition, filename: 'a file (1).x' });
          // And nothing of it in the body.
          expect(text?.trimEnd()).toBe('Hello');
        }
      }
    },
  );

  it.each([
    ['line breaks everywhere', 'YQ\r\n=\r\n=', 'a'],
    ['put together of pieces', 'YQ==\r\nYg==\r\n', 'ab'],
    ['other characters', 'Y!W-I=', 'ab'],
    ['an = at the end of quoted-printable', undefined, ''],
  ])('is read from base64 with %s', async (_what, base64, expected) => {
    if (base64 === undefined) {
      const mime = withPart('text/csv', '7bit', Buffer.from('a=\r\nb='), 'attachment').toString();
      const raw = Buffer.from(mime.replace('Encoding: 7bit', 'Encoding: quoted-printable'));
      expect((await parseMail(raw)).attachments[0]?.content.toString()).toBe('ab');
      return;
    }
    const mime = withPart('text/csv', '7bit', Buffer.from(base64), 'attachment').toString();
    const { attachments } = await parseMail(Buffer.from(mime.replace('Encoding: 7bit', 'Encoding: base64')));
    expect(attachments[0]?.content.toString()).toBe(expected);
  });

  it('is byte-equal to what Nodemailer was given, also in the HTTP API and the download of the page', async () => {
    const client = await startClientWith();
    const { sandbox } = client;
    const message = Buffer.from('From: a@example.com\r\nSubject: Inner\r\n\r\nInner text\r\n');
    const files = [
      { filename: 'invite.ics', contentType: 'text/calendar; charset=utf-8', content: Buffer.from(CRLF) },
      { filename: 'old.ics', contentType: 'text/calendar', content: Buffer.from(CRLF, 'latin1') },
      { filename: 'ana.vcf', content: Buffer.from('BEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD\r\n') },
      { filename: 'rows.csv', content: Buffer.from('\uFEFFa;b\r\n1;2') },
      { filename: 'data.json', content: Buffer.from('{"a":1}\n\n') },
      { filename: 'notes.txt', content: Buffer.from('Grüße\r\n', 'latin1') },
      { filename: 'random.bin', content: randomBytes(5000) },
      { filename: 'inner.eml', contentType: 'message/rfc822', content: message },
    ];
    const alternatives = [{ contentType: 'text/x-amp-html', content: '<html ⚡4email>\r\n</html>' }];
    const composed = await nodemailer
      .createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
      .sendMail({
        from: 'noreply@contoso.example',
        to: 'ana@example.com',
        text: 'Hello',
        alternatives,
        attachments: files,
      });
    expect((await client.sendMail(composed.message as Buffer)).status).toBe(202);
    const [got] = await sandbox.messages();
    expect(got?.text?.trimEnd()).toBe('Hello');
    const [alternative, ...attached] = got?.attachments ?? [];
    expect(alternative).toMatchObject({
      contentType: 'text/x-amp-html',
      content: Buffer.from('<html ⚡4email>\r\n</html>'),
    });
    expect(attached.map(({ filename, content }) => ({ filename, content }))).toEqual(
      files.map(({ filename, content }) => ({ filename, content })),
    );
    const detail = (await (await fetch(`${sandbox.inboxUrl}/api/messages/${got?.id}`)).json()) as {
      attachments: { size: number }[];
    };
    expect(detail.attachments.map(({ size }) => size)).toEqual(got?.attachments.map(({ content }) => content.length));
    const { messages } = (await (await fetch(`${sandbox.inboxUrl}/api/messages`)).json()) as {
      messages: { attachments: number }[];
    };
    expect(messages[0]?.attachments).toBe(files.length + 1);
    for (const [index, { content }] of (got?.attachments ?? []).entries()) {
      const reply = await fetch(`${sandbox.inboxUrl}/api/messages/${got?.id}/attachments/${index}`);
      expect(Buffer.from(await reply.arrayBuffer())).toEqual(content);
    }
  });
});
