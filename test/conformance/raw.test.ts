import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { editions, failureOf, type Message, openTransport, sandboxOfFile, serveContent } from './support.js';

const sandbox = sandboxOfFile();
const envelope = { from: 'noreply@contoso.example', to: ['ana@example.com', 'bob@example.com'] };
let count = 0;

/** RFC 5322 text with a Message-ID that nothing else has; the envelope above adds bob@example.com to its recipients. */
function rawMail(eol = '\r\n', fields: string[] = []): { text: string; messageId: string } {
  const messageId = `<raw-${++count}@contoso.example>`;
  const head = [
    'From: noreply@contoso.example',
    'To: ana@example.com',
    `Message-ID: ${messageId}`,
    'Subject: Raw',
    ...fields,
  ];
  return { text: [...head, '', 'Line one', 'Line two', ''].join(eol), messageId };
}

const sources: Record<string, (text: string) => Promise<Message['raw']> | Message['raw']> = {
  'a string': (text) => text,
  'a Buffer': (text) => Buffer.from(text),
  'a stream': (text) => Readable.from([text.slice(0, 40), text.slice(40)].map((part) => Buffer.from(part))),
  'a path': async (text) => {
    const file = path.join(tmpdir(), `raw-${process.pid}.txt`);
    await writeFile(file, text);
    return { path: file };
  },
  'a URL': async (text) => ({ href: await serveContent(text) }),
};

describe.each(editions)('raw messages, $name', (edition) => {
  it.each(Object.keys(sources))('sends %s with an explicit envelope, its bytes untouched but for Bcc', async (kind) => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail();
    const raw = await sources[kind]?.(text);
    const info = await transporter.sendMail({ raw, envelope } as Message);
    expect(info).toMatchObject({ messageId, envelope, accepted: envelope.to });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.raw.toString()).toBe(text.replace('\r\n\r\n', '\r\nBcc: bob@example.com\r\n\r\n'));
  });

  it('sends bytes that need nothing exactly as they are', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail('\r\n', ['X-Odd:   spaced  out\t', 'X-Folded: one,\r\n\ttwo']);
    const only = { ...envelope, to: ['ana@example.com'] };
    await transporter.sendMail({ raw: text, envelope: only });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.raw.toString()).toBe(text);
  });

  it.each([
    ['LF', '\n'],
    ['CR', '\r'],
  ])('turns %s into CRLF', async (_name, eol) => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail(eol);
    await transporter.sendMail({ raw: text, envelope });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.raw.toString().replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(arrived?.text?.trim().split('\n')).toEqual(['Line one', 'Line two']);
  });

  it('keeps eight-bit bytes', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail('\r\n', [
      'Content-Type: text/plain; charset=latin1',
      'Content-Transfer-Encoding: 8bit',
    ]);
    const raw = Buffer.from(text.replace('Line one', 'Olá, Ana'), 'latin1');
    await transporter.sendMail({ raw, envelope });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.text).toContain('Olá, Ana');
    expect(arrived?.raw.includes(Buffer.from('Olá', 'latin1'))).toBe(true);
  });

  it('joins Bcc of the header and of the envelope into one field', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail('\r\n', ['Bcc: eve@example.com']);
    const all = { ...envelope, to: [...envelope.to, 'eve@example.com'] };
    await transporter.sendMail({ raw: text, envelope: all });
    const [arrived] = await sandbox().messages({ messageId });
    expect(arrived?.headers.filter(({ name }) => name === 'Bcc')).toHaveLength(1);
    expect(arrived?.bcc.map(({ address }) => address)).toEqual(['eve@example.com', 'bob@example.com']);
    expect(arrived?.delivered).toHaveLength(3);
  });

  it('adds a Message-ID where there is none, and tells it', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const { text, messageId } = rawMail();
    const info = await transporter.sendMail({ raw: text.replace(`Message-ID: ${messageId}\r\n`, ''), envelope });
    expect(info.messageId).toMatch(/^<.+@contoso\.example>$/);
    const arrived = await sandbox().messages({ messageId: info.messageId });
    expect(arrived).toHaveLength(1);
  });

  it('refuses an envelope that leaves out a recipient of the header', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const elsewhere = { ...envelope, to: ['bob@example.com'] };
    const error = await failureOf(edition, transporter.sendMail({ raw: rawMail().text, envelope: elsewhere }));
    expect(error).toMatchObject({ code: 'EENVELOPE', rejected: ['ana@example.com'] });
  });

  it('refuses what has no header', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const error = await failureOf(edition, transporter.sendMail({ raw: 'Just a text, and nothing else', envelope }));
    expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent' });
  });
});
