import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphPreflight } from '../../src/preflight/preflight.js';
import { type Message, mailbox, nodemailers, plain, preflighted, recorder } from './support.js';

const folder = mkdtempSync(path.join(tmpdir(), 'preflight-'));
const file = path.join(folder, 'report.csv');
writeFileSync(file, 'a;b\n1;2\n'.repeat(2_000));
let requests = 0;
const server = createServer((_request, response) => {
  requests++;
  response.end('from the web');
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.txt`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const stream = () => Readable.from([Buffer.from('streamed '), Buffer.from('content')]);
const rawText = `From: ${mailbox}\nTo: ana@example.com\nBcc: eva@example.com\nSubject: Raw\n\nBody\r\nof both ends\n`;

/** Each is made anew for every send: streams can be read once. */
const messages: Record<string, () => Message> = {
  'plain text': () => ({ ...plain }),
  'text and html with letters of all kinds': () => ({
    ...plain,
    text: `Übergrößen = ${'ä'.repeat(200)}\n`,
    html: '<p>例え</p>'.repeat(100),
    subject: 'Größe 例え',
  }),
  'names, groups and international domains': () => ({
    ...plain,
    from: { name: 'Größe', address: mailbox },
    to: [{ name: 'Eva', address: 'eva@müller.example' }, 'Team: a@example.com, b@example.com;'],
    cc: 'ÄÖ <x@example.com>',
    bcc: [{ name: '', address: 'hidden@bücher.example' }],
    replyTo: [{ name: 'R', address: 'r@müller.example' }],
  }),
  attachments: () => ({
    ...plain,
    attachments: [
      { filename: 'ü.bin', content: Buffer.alloc(10_000, 7) },
      { path: file },
      { filename: 'stream.txt', content: stream() },
      { path: `data:text/plain;base64,${Buffer.from('data').toString('base64')}` },
      { filename: 'inner.eml', contentType: 'message/rfc822', content: 'Subject: inner\n\nHi\n' },
      { raw: 'Content-Type: text/plain\r\n\r\nready-made' },
    ],
  }),
  'an attachment from the web': () => ({ ...plain, attachments: [{ href: url }] }),
  'text from a stream, html from a file': () => ({ ...plain, text: stream(), html: { path: file } }),
  'inline images, alternatives and an invitation': () => ({
    ...plain,
    html: '<img src="cid:logo">',
    attachments: [{ cid: 'logo', filename: 'logo.png', content: Buffer.from('png') }],
    alternatives: [{ contentType: 'text/x-web-markdown', content: '**hi**' }],
    icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' },
  }),
  'an invitation from a stream': () => ({ ...plain, icalEvent: { content: stream() } }),
  'a raw string': () => ({ raw: rawText, envelope: { from: mailbox, to: ['ana@example.com'] } }),
  'a raw Buffer': () => ({ ...plain, raw: Buffer.from(rawText) }),
  'a raw stream': () => ({ ...plain, raw: Readable.from([rawText]) }),
  'a raw file': () => ({ ...plain, raw: { path: file } }),
  'an envelope of its own': () => ({ ...plain, envelope: { from: '', to: 'x@example.com', size: 17 } }),
  'headers of all shapes': () => ({
    ...plain,
    priority: 'high',
    list: { unsubscribe: { url: 'https://example.com', comment: 'Leave' } },
    references: ['<a@b>', '<c@d>'],
    headers: { 'X-One': 'a', 'x-many': ['b', 'c'], 'X-Prepared': { prepared: true, value: 'as it is' } },
  }),
  'Windows line ends': () => ({ ...plain, text: 'a\nb\n', newline: 'windows' }),
  'a DKIM signature': () => ({
    ...plain,
    dkim: { domainName: 'contoso.example', keySelector: 's', privateKey: privateKey.toString(), skipFields: 'date' },
  }),
};

/** Sends nothing and reads nothing. */
const nowhere = (seen: () => void = () => {}) => ({
  name: 'Nowhere',
  version: '1.0.0',
  send(_mail: unknown, callback: (error: null, info: object) => void) {
    seen();
    callback(null, {});
  },
});

const fixed = { messageId: '<fixed@contoso.example>', date: new Date(0), baseBoundary: 'fixed' };
/** Comes after the plugin under test and depends on the order in which headers stand. */
const laterPlugin = (mail: { message: unknown }, callback: () => void) => {
  const message = mail.message as {
    setHeader(key: string, value: string): void;
    getHeader(key: string): unknown;
    _headers: object[];
  };
  message.setHeader('X-Seen', `${message._headers.length} ${message.getHeader('MIME-Version')}`);
  callback();
};

describe.each(nodemailers)('with $name', ({ nodemailer }) => {
  const sent = async (message: Message, watched: boolean, transport: object) => {
    const transporter = nodemailer.createTransport(transport);
    // No message here fits, so each is also looked at for what could be taken out of it.
    const preflight = graphPreflight({ mailbox, largeMessages: 'upload', maxRequestSize: 100 });
    if (watched) transporter.use('stream', preflight);
    transporter.use('stream', laterPlugin as never);
    const info = await transporter.sendMail({ ...fixed, ...message });
    expect(preflight.summary()).toMatchObject({ mails: watched ? 1 : 0 });
    expect(preflight.summary().byKind['preflight-failed']).toBeUndefined();
    return info;
  };

  it.each(Object.keys(messages))('leaves the bytes of a mail with %s as they are', async (name) => {
    const [without, watched] = [recorder(), recorder()];
    const make = messages[name] as () => Message;
    // The signature has a time in it.
    const timeless = (text: string | undefined) => text?.replace(/DKIM-Signature:[\s\S]*?\r\n(?=\S)/, '');
    await sent(make(), false, without.transport);
    await sent(make(), true, watched.transport);
    expect(watched.recorded).toHaveLength(1);
    expect({ ...watched.recorded[0], bytes: timeless(watched.recorded[0]?.bytes) }).toEqual({
      ...without.recorded[0],
      bytes: timeless(without.recorded[0]?.bytes),
    });
  });

  it.each(Object.keys(messages))('leaves what other transports make of a mail with %s as it is', async (name) => {
    const make = messages[name] as () => Message;
    if (make().dkim) return;
    const both = [{ streamTransport: true, buffer: true }, ...(make().raw ? [] : [{ jsonTransport: true }])];
    for (const transport of both) {
      const [without, watched] = [await sent(make(), false, transport), await sent(make(), true, transport)];
      expect(watched).toEqual(without);
    }
  });

  it("leaves the caller's objects as they are", async () => {
    const objects = async (watched: boolean) => {
      const transporter = nodemailer.createTransport(nowhere());
      if (watched) transporter.use('stream', graphPreflight({ mailbox, largeMessages: 'upload', maxRequestSize: 100 }));
      const to = [{ address: 'eva@müller.example' }, { name: 'Team', group: [{ address: 'x@bücher.example' }] }];
      const attachments = [{ path: file }, { content: 'x' }];
      let data = '';
      transporter.use('stream', ((mail: { data: object }, callback: () => void) => {
        data = JSON.stringify(mail.data);
        callback();
      }) as never);
      // Without an id of its own, making one reads (and in older majors rewrites) the addresses beforehand.
      await transporter.sendMail({ ...fixed, ...plain, to: to as never, attachments, html: { path: file } });
      return { to, attachments, data };
    };
    expect(await objects(true)).toEqual(await objects(false));
  });

  it('does not touch a stream', async () => {
    let touched = 0;
    let before: number[] = [];
    const transport = nowhere(() => {
      before = listeners();
    });
    const { transporter, entries } = preflighted({ largeMessages: 'upload', maxRequestSize: 100 }, transport, {
      name: '',
      nodemailer,
    });
    const watched = new Readable({ read: () => void touched++ });
    const listeners = () => watched.eventNames().map((name) => watched.listenerCount(name));
    await transporter.sendMail({ ...plain, attachments: [{ filename: 'a.bin', content: watched }] });
    expect(touched).toBe(0);
    expect(watched.readableFlowing).toBeNull();
    expect(before).toEqual(listeners());
    expect(entries[0]).toMatchObject({ verdict: 'refused', findings: [{ kind: 'too-large' }] });
  });

  it('asks the web for nothing', async () => {
    requests = 0;
    await sent({ ...plain, attachments: [{ href: url }] }, true, recorder().transport);
    expect(requests).toBe(1);
  });

  it('leaves a mail alone whose stream was destroyed', async () => {
    const destroyed = () => {
      const gone = new PassThrough().on('error', () => {});
      gone.destroy(new Error('gone'));
      return gone;
    };
    const outcome = async (watched: boolean) => {
      const transporter = nodemailer.createTransport(recorder().transport);
      if (watched) transporter.use('stream', graphPreflight({ mailbox }));
      const send = transporter.sendMail({ ...fixed, ...plain, attachments: [{ filename: 'a', content: destroyed() }] });
      // Older majors never end such a mail.
      const never = new Promise((resolve) => setTimeout(resolve, 300, 'does not end'));
      return Promise.race([
        send.then(
          () => 'sent',
          (error: Error) => error.message,
        ),
        never,
      ]);
    };
    expect(await outcome(true)).toBe(await outcome(false));
  });

  it('refuses nothing that SMTP takes', async () => {
    const { recorded, transport } = recorder();
    const { transporter, entries } = preflighted({}, transport, { name: '', nodemailer });
    await transporter.sendMail({ from: 'else@example.com', to: 'jürgen@example.com', text: 'x' });
    expect(entries[0]?.verdict).toBe('refused');
    expect(recorded).toHaveLength(1);
  });
});
