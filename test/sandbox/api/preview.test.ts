import { describe, expect, it } from 'vitest';
import { previewOf } from '../../../src/sandbox/api/preview.js';
import { readMime } from '../../../src/sandbox/mail/mime-tree.js';

const part = (type: string, body: string, headers = ''): string => `Content-Type: ${type}\r\n${headers}\r\n${body}`;
const together = (kind: string, ...parts: string[]): string =>
  `Content-Type: multipart/${kind}; boundary=b\r\n\r\n${parts.map((one) => `--b\r\n${one}\r\n`).join('')}--b--\r\n`;
const base64 = 'Content-Transfer-Encoding: base64\r\n';
const quoted = 'Content-Transfer-Encoding: quoted-printable\r\n';

describe('the first words of a message', () => {
  it.each([
    ['of its text, in one line', part('text/plain', 'Hello Ana,\r\n\r\n  thank   you\r\n'), 'Hello Ana, thank you'],
    ['without a type', 'Subject: x\r\n\r\nHello', 'Hello'],
    ['of nothing', part('text/plain', ''), ''],
    ['in base64', part('text/plain; charset=utf-8', Buffer.from('Grüße').toString('base64'), base64), 'Grüße'],
    ['in another charset', part('text/plain; charset=iso-8859-1', 'Gr=FC=DFe', quoted), 'Grüße'],
    ['in a charset that nobody knows', part('text/plain; charset=x-none', 'Hello'), 'Hello'],
    [
      'of the text beside HTML',
      together('alternative', part('text/html', '<p>In HTML</p>'), part('text/plain', 'As text')),
      'As text',
    ],
    [
      'of HTML without a text, and not of its styles',
      part('text/html', '<head><title>T</title><style>p { color: red }</style></head><p>Hello&nbsp;<b>Ana</b></p>'),
      'Hello Ana',
    ],
    [
      'of HTML beside an empty text',
      together('alternative', part('text/plain', ' \r\n'), part('text/html', '<p>Hi</p>')),
      'Hi',
    ],
    [
      'not of a file',
      together('mixed', part('text/plain', 'File', 'Content-Disposition: attachment\r\n'), part('text/plain', 'Body')),
      'Body',
    ],
    ['not of a message within', together('mixed', part('message/rfc822', part('text/plain', 'Inner'))), ''],
    ['without what nobody sees', part('text/plain; charset=utf-8', 'A\u200C\u034F\u00AD\u202E\uFEFF B\u0007'), 'A B'],
    ['and no more of a long one', part('text/plain', 'word '.repeat(10_000)), 'word '.repeat(32)],
  ])('%s', (_which, mime, preview) => {
    expect(previewOf(readMime(Buffer.from(mime)))).toBe(preview);
  });

  it('never ends amid a character, wherever it is cut', () => {
    for (let at = 150; at < 170; at += 1) {
      const text = previewOf(readMime(Buffer.from(part('text/plain; charset=utf-8', `${'x'.repeat(at)}😀ü`))));
      expect(Buffer.from(text).toString()).toBe(text);
      expect(text).not.toContain('\uFFFD');
    }
    const long = previewOf(readMime(Buffer.from(part('text/plain; charset=utf-8', `${' '.repeat(4095)}ü`))));
    expect(long).toBe('');
  });
});
