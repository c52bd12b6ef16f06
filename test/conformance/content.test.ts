import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { root } from '../helpers/run-node.js';
import {
  editions,
  header,
  type Message,
  mail,
  openTransport,
  sandboxOfFile,
  sendAndRead,
  serveContent,
} from './support.js';

const sandbox = sandboxOfFile();
const logo = path.join(root, 'examples/newsletter/template/attachments/logo.png');
const bytes = readFileSync(logo);
const calendar = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'METHOD:REQUEST',
  'BEGIN:VEVENT',
  'UID:1@contoso.example',
  'SUMMARY:Lunch',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

type Attachment = NonNullable<Message['attachments']>[number];
const attachments: Record<string, () => Attachment | Promise<Attachment>> = {
  'a Buffer': () => ({ filename: 'logo.png', content: bytes }),
  'a stream': () => ({ filename: 'logo.png', content: Readable.from([bytes.subarray(0, 99), bytes.subarray(99)]) }),
  'a path': () => ({ path: logo }),
  'a data URI': () => ({ filename: 'logo.png', path: `data:image/png;base64,${bytes.toString('base64')}` }),
  'a base64 string': () => ({ filename: 'logo.png', content: bytes.toString('base64'), encoding: 'base64' }),
  'a hex string': () => ({ filename: 'logo.png', content: bytes.toString('hex'), encoding: 'hex' }),
  'a URL': async () => ({ filename: 'logo.png', href: await serveContent(bytes) }),
};

describe.each(editions)('content, $name', (edition) => {
  const send = async (message: Message) => {
    const { transporter } = openTransport(edition, sandbox());
    return sendAndRead(transporter, sandbox(), mail(message));
  };

  it.each(Object.keys(attachments))('an attachment from %s arrives byte for byte', async (kind) => {
    const attachment = await attachments[kind]?.();
    const message = await send({ attachments: [attachment as Attachment] });
    expect(message.attachments).toHaveLength(1);
    expect(message.attachments[0]).toMatchObject({
      filename: 'logo.png',
      contentType: 'image/png',
      disposition: 'attachment',
    });
    expect(message.attachments[0]?.content.equals(bytes)).toBe(true);
  });

  it('names, types and identifies attachments as it is told', async () => {
    const message = await send({
      html: '<img src="cid:logo@contoso.example">',
      attachments: [
        { filename: 'Prüfbericht – März.pdf', content: 'x', contentType: 'application/pdf' },
        { filename: 'logo.png', content: bytes, cid: 'logo@contoso.example' },
        { filename: false, content: 'no name', contentType: 'text/plain' },
      ],
    });
    const found = message.attachments.map(({ filename, contentType, contentId }) => ({
      filename,
      contentType,
      contentId,
    }));
    expect(found).toHaveLength(3);
    expect(found).toEqual(
      expect.arrayContaining([
        { filename: 'Prüfbericht – März.pdf', contentType: 'application/pdf', contentId: undefined },
        { filename: 'logo.png', contentType: 'image/png', contentId: 'logo@contoso.example' },
        { filename: undefined, contentType: 'text/plain', contentId: undefined },
      ]),
    );
  });

  it('text and HTML come from strings, Buffers, streams, paths and URLs', async () => {
    const url = await serveContent('Olá de longe');
    expect(await send({ text: 'Olá', html: '<p>Olá</p>' })).toMatchObject({ text: 'Olá\n', html: '<p>Olá</p>\n' });
    expect((await send({ text: Buffer.from('Olá') })).text).toBe('Olá\n');
    expect((await send({ text: Readable.from([Buffer.from('Olá')]) })).text).toBe('Olá\n');
    expect((await send({ html: { path: path.join(root, 'LICENSE') }, text: undefined })).html).toContain('MIT');
    expect((await send({ text: { href: url } })).text).toBe('Olá de longe\n');
  });

  it.each(['quoted-printable', 'base64'] as const)('textEncoding %s', async (textEncoding) => {
    const message = await send({ text: 'Olá, Ana! Bom dia.', textEncoding });
    expect(header(message, 'Content-Transfer-Encoding')).toBe(textEncoding);
    expect(message.text?.trim()).toBe('Olá, Ana! Bom dia.');
  });

  it('a subject and names outside ASCII', async () => {
    const message = await send({
      subject: 'Überraschung für 你好 🎉, and a subject that is long enough to be folded into several lines',
      to: { name: 'José "Pepe" Ñandú', address: 'ana@example.com' },
    });
    expect(message.subject).toBe(
      'Überraschung für 你好 🎉, and a subject that is long enough to be folded into several lines',
    );
    expect(message.to).toEqual([{ name: 'José "Pepe" Ñandú', address: 'ana@example.com' }]);
    for (const line of message.raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  it('alternatives', async () => {
    const message = await send({
      html: '<p>Hello</p>',
      alternatives: [{ contentType: 'text/x-web-markdown', content: '**Hello**' }],
    });
    expect(header(message, 'Content-Type')).toMatch(/^multipart\/alternative/);
    expect(message.raw.toString()).toContain('Content-Type: text/x-web-markdown');
    expect(message.raw.toString()).toContain('**Hello**');
  });

  it.each([
    ['text', () => calendar],
    ['a stream', () => Readable.from([Buffer.from(calendar)])],
  ])('a calendar event given as %s, as an alternative and as an attachment', async (_, content) => {
    const message = await send({ icalEvent: { method: 'REQUEST', filename: 'lunch.ics', content: content() } });
    expect(message.raw.toString()).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/);
    const event = message.attachments.find(({ filename }) => filename === 'lunch.ics');
    expect(event?.content.toString().trim().split(/\r?\n/)).toEqual(calendar.split('\r\n'));
  });

  it('list headers', async () => {
    const message = await send({
      list: {
        unsubscribe: [[{ url: 'https://contoso.example/leave?id=1', comment: 'Leave' }, 'leave@contoso.example']],
        help: 'help@contoso.example',
        id: { url: 'news.contoso.example', comment: 'News' },
      },
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
    expect(header(message, 'List-Unsubscribe')?.replace(/\s+/g, ' ')).toMatch(
      /^<https:\/\/contoso\.example\/leave\?id=1>.*<mailto:leave@contoso\.example>/,
    );
    expect(header(message, 'List-Help')).toBe('<mailto:help@contoso.example>');
    expect(header(message, 'List-Id')).toMatch(/<(http:\/\/)?news\.contoso\.example>$/);
    expect(header(message, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  });

  it('priority, threading, dates and headers of every kind', async () => {
    const message = await send({
      priority: 'high',
      inReplyTo: '<1@contoso.example>',
      references: ['<0@contoso.example>', '<1@contoso.example>'],
      date: new Date('2026-01-02T03:04:05Z'),
      xMailer: 'Billing',
      headers: [
        { key: 'X-Twice', value: 'one' },
        { key: 'X-Twice', value: 'two' },
        { key: 'X-Words', value: 'Größe' },
        { key: 'X-As-It-Is', value: { prepared: true, value: 'a;  b' } as unknown as string },
      ],
    });
    expect(header(message, 'Importance')).toBe('High');
    expect(header(message, 'X-Priority')).toBe('1 (Highest)');
    expect(header(message, 'In-Reply-To')).toBe('<1@contoso.example>');
    expect(header(message, 'References')?.split(/\s+/)).toEqual(['<0@contoso.example>', '<1@contoso.example>']);
    expect(header(message, 'Date')).toBe('Fri, 02 Jan 2026 03:04:05 +0000');
    expect(header(message, 'X-Mailer')).toBe('Billing');
    expect(message.headers.filter(({ name }) => name === 'X-Twice').map(({ value }) => value)).toEqual(['one', 'two']);
    expect(header(message, 'X-Words')).toMatch(/^=\?UTF-8\?[QB]\?/);
    expect(header(message, 'X-As-It-Is')).toBe('a;  b');
  });

  it('a message as an attachment keeps its bytes', async () => {
    const inner = ['From: a@example.com', 'Subject: Inner', '', 'Olá', ''].join('\r\n');
    const message = await send({
      attachments: [{ filename: 'inner.eml', content: inner, contentType: 'message/rfc822' }],
    });
    expect(message.raw.toString()).toContain(inner);
  });

  it('every line end is CRLF, whatever was given', async () => {
    const message = await send({ text: 'one\ntwo\r\nthree\n\nfour', html: '<p>\none\r\n</p>' });
    expect(message.raw.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(message.text).toBe('one\ntwo\nthree\n\nfour\n');
  });

  it('a line of dots, which SMTP would have to stuff', async () => {
    const message = await send({ text: 'before\n.\n..\nafter' });
    expect(message.text).toBe('before\n.\n..\nafter\n');
  });

  it('no text at all', async () => {
    const message = await send({ text: undefined, subject: undefined });
    expect(message).toMatchObject({ subject: '', attachments: [] });
  });
});
