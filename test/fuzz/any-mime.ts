// Messages as people, programs and attackers write them.
import fc from 'fast-check';
import { headerValue, latin } from './any-http.js';

export const address = fc.constantFrom(
  'ana@example.com',
  '"A, B" <ana@example.com>',
  'noreply@contoso.example',
  'team: ana@example.com, bob@example.com;',
  '<ana@example.com',
  'ana@',
  '@',
  '(((((((((((((((((((((comment',
  '"unfinished',
  '=?utf-8?q?J=C3=BCrgen?= <ana@example.com>',
  '=?utf-8?b?////?= <ana@example.com>',
  'jürgen@müller.example',
  ';;;:::,,,',
  `${'"\\'.repeat(300)}`,
  `${'a:'.repeat(300)}ana@example.com${';'.repeat(300)}`,
);

const headerLine = fc.oneof(
  fc
    .tuple(fc.constantFrom('From', 'To', 'Cc', 'Bcc', 'Reply-To', 'Sender'), fc.array(address, { maxLength: 4 }))
    .map(([name, all]) => `${name}: ${all.join(', ')}`),
  fc.constantFrom('From: noreply@contoso.example', 'To: ana@example.com'),
  fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: multipart/mixed; boundary=""',
    'Content-Type: multipart/mixed',
    'Content-Type: text/html; charset=utf-8',
    'Content-Type: text/plain; charset=x-nothing',
    "Content-Type: text/plain; charset*=utf-8''utf%",
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Transfer-Encoding: x-uuencode',
    'Content-Disposition: attachment; filename="../../etc/passwd"',
    "Content-Disposition: attachment; filename*0*=utf-8''%E0%A4; filename*1=b",
    'Subject: =?utf-8?q?=?= =?x?b?A?= =?utf-8?b?4pyT?=',
    'Subject:',
    'Message-ID: <>',
    ': no name',
    ' folded',
    '\tfolded by tab',
    'no colon at all',
  ),
  fc
    .tuple(fc.constantFrom('Subject', 'Message-ID', 'X-Test', 'Date'), headerValue)
    .map(([name, value]) => `${name}: ${value}`),
);

const bodyText = fc.oneof(
  latin(200),
  fc.constantFrom(
    'Hi\r\n',
    '<p>Hi <img src="cid:a"><script>alert(1)</script></p>',
    '--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b--\r\n',
    '--b\r\n--b\r\n--b\r\n',
    '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n',
    '=E2=9C=\r\n=zz',
    '\0'.repeat(50),
    `${'--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'.repeat(200)}`,
    'Your code is 123456 https://example.com/a?b=c <https://example.com/>',
  ),
);

export const mime = fc
  .record({
    lines: fc.array(headerLine, { maxLength: 8 }),
    body: bodyText,
    end: fc.constantFrom('\r\n', '\n', '\r'),
    encoding: fc.constantFrom<BufferEncoding>('latin1', 'utf8'),
  })
  .map(({ lines, body, end, encoding }) => Buffer.from(`${lines.join(end)}${end}${end}${body}`, encoding));

/** One that is taken, unless its recipients spoil it. */
export const sendableMime = mime.map((bytes) =>
  Buffer.concat([Buffer.from('From: noreply@contoso.example\nTo: ana@example.com\n'), bytes]),
);
