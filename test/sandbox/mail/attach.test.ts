import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attach, Base64Lines } from '../../../src/sandbox/mail/attach.js';
import { parseMail } from '../../../src/sandbox/mail/parse-mail.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const BOX = { interruptAfterTimeLimit: 3000, numRuns: 500 };

describe('base64 written from chunks', () => {
  it('is what Node makes of the whole, in lines of 76, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(bytes(200), { maxLength: 6 }), fc.nat(5), (chunks, before) => {
        const lines = new Base64Lines(chunks);
        const into = Buffer.alloc(before + lines.length, '!');
        expect(lines.write(into, before)).toBe(into.length);
        const text = into.toString('latin1', before);
        expect(text.replaceAll('\r\n', '')).toBe(Buffer.concat(chunks).toString('base64'));
        expect(text.split('\r\n').every(({ length }) => length <= 76)).toBe(true);
      }),
      BOX,
    );
  });
});

describe('a file attached to any message', () => {
  const line = fc.constantFrom(
    'From: a@b.c',
    'Content-Type: text/html',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: multipart/related; boundary="b"',
    'content-transfer-encoding: base64',
    'MIME-Version: 1.0',
    ' folded',
    '--b',
    '--b--',
    '',
    'Grüße',
  );

  it.each(['\r\n', '\n'])('never throws, and leaves the other fields of the header (line end %j)', (lineEnd) => {
    const file = { name: 'a', contentType: 'text/plain', contentId: 'c', inline: true, chunks: [Buffer.from('x')] };
    const others = { ...file, inline: false, contentId: undefined };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, ends) => {
        const mime = Buffer.from(`X-First: 1${lineEnd}${lines.join(lineEnd)}${ends ? lineEnd : ''}`);
        const whole = attach(mime, [file, others], 'unique').toString();
        expect(whole.startsWith(`X-First: 1${lineEnd}`)).toBe(true);
        expect(whole.match(/Content-ID: <c>/g)).toHaveLength(1);
        expect(whole.match(/^eA==\r\n--/gm)).toHaveLength(2);
      }),
      BOX,
    );
  });

  it('changes nothing without a file', () => {
    const mime = Buffer.from('From: a@b.c\r\n\r\nHello');
    expect(attach(mime, [], 'unique')).toBe(mime);
  });

  it.each(['b', 'b=1', "b'()+_,-./:=?", 'a b'])('is found behind the boundary %s', async (boundary) => {
    const part = `--${boundary}\r\nContent-Type: text/plain\r\n\r\nHello --${boundary}-- inside`;
    const mime = `Content-Type: multipart/mixed;\r\n boundary="${boundary}"\r\n\r\n${part}\r\n--${boundary}--\r\nNot --${boundary}-- here\r\n`;
    const file = { name: 'a.txt', contentType: 'text/plain', contentId: undefined, inline: false };
    const { text, attachments } = await parseMail(
      attach(Buffer.from(mime), [{ ...file, chunks: [Buffer.from('x')] }], 'u'),
    );
    expect(text).toContain(`Hello --${boundary}-- inside`);
    expect(attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([['a.txt', 'x']]);
  });
});
