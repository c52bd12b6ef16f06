import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../helpers/run-node.js';
import {
  type Edition,
  editions,
  type Mailer,
  type Message,
  mail,
  openTransport,
  sandboxOfFile,
  sendAndRead,
  serveContent,
} from './support.js';

// Options that Nodemailer's own transports hand to the mailer, and that a plugin's options never reach.

const sandbox = sandboxOfFile();
const file = path.join(root, 'LICENSE');
const envelope = { from: 'noreply@contoso.example', to: 'ana@example.com' };

/** What a message can read, as messages that use it; `href` stands for a URL that would answer. */
const files: Record<string, Message> = {
  'an attachment': { attachments: [{ path: file }] },
  'the text': { text: { path: file } },
  'the HTML': { html: { path: file } },
  'an alternative': { alternatives: [{ contentType: 'text/x-web-markdown', path: file }] },
  'a calendar event': { icalEvent: { path: file } },
  'an attached raw message': { attachments: [{ raw: { path: file } }] },
};

/** The ways in which frameworks hand a transport on; every one must keep what protects. */
const ways: Record<string, (edition: Edition, options: object) => Mailer> = {
  itself: (edition, options) => openTransport(edition, sandbox(), options).transporter,
  'a spread': (edition, options) =>
    edition.createTransport({ ...openTransport(edition, sandbox(), options).transport }),
  'a copy of what was used': (edition, options) =>
    edition.createTransport(Object.assign({}, openTransport(edition, sandbox(), options).transporter.transporter)),
};

const endOf = (transporter: Mailer, message: Message) =>
  transporter.sendMail(mail(message)).then(
    () => 'sent',
    ({ code, outcome }) => `${code} ${outcome ?? 'not-sent'}`,
  );

describe.each(editions)('options for every message, $name', (edition) => {
  describe.each(Object.keys(ways))('through %s', (name) => {
    const open = (options: object) => (ways[name] as (edition: Edition, options: object) => Mailer)(edition, options);

    it.each(Object.keys(files))('disableFileAccess refuses a file as %s, from the first message on', async (kind) => {
      const transporter = open({ disableFileAccess: true });
      expect(await endOf(transporter, files[kind] as Message)).toBe('EFILEACCESS not-sent');
      expect(await endOf(transporter, files[kind] as Message)).toBe('EFILEACCESS not-sent');
      expect(await endOf(transporter, { attachments: [{ path: 'data:text/plain,fine' }] })).toBe('sent');
    });

    it('disableFileAccess refuses a raw message from a file', async () => {
      const raw = { path: file };
      expect(await endOf(open({ disableFileAccess: true }), { raw, envelope })).toBe('EFILEACCESS not-sent');
    });

    it('disableUrlAccess refuses a URL wherever it stands', async () => {
      const href = await serveContent('secret');
      const transporter = open({ disableUrlAccess: true });
      for (const message of [{ attachments: [{ href }] }, { attachments: [{ path: href }] }, { html: { href } }]) {
        expect(await endOf(transporter, message)).toBe('EURLACCESS not-sent');
      }
      expect(await endOf(transporter, { raw: { href }, envelope })).toBe('EURLACCESS not-sent');
      expect(await endOf(transporter, { attachments: [{ path: file }] })).toBe('sent');
    });

    it('no message opens what the options closed', async () => {
      const transporter = open({ disableFileAccess: true, disableUrlAccess: true, maxRecipients: 1 });
      const opening = { disableFileAccess: false, disableUrlAccess: false, maxRecipients: 0 };
      const href = await serveContent('secret');
      expect(await endOf(transporter, { ...opening, attachments: [{ path: file }] })).toBe('EFILEACCESS not-sent');
      expect(await endOf(transporter, { ...opening, attachments: [{ href }] })).toBe('EURLACCESS not-sent');
      expect(await endOf(transporter, { ...opening, cc: 'bob@example.com' })).toBe('EMAXRECIPIENTS not-sent');
    });

    it('maxRecipients counts To, Cc and Bcc, each address once', async () => {
      const transporter = open({ maxRecipients: 2 });
      const more = { cc: 'bob@example.com', bcc: 'eve@example.com' };
      expect(await endOf(transporter, more)).toBe('EMAXRECIPIENTS not-sent');
      expect(await endOf(transporter, { cc: 'bob@example.com', bcc: 'ana@example.com' })).toBe('sent');
    });

    it('maxRecipients counts the envelope where there is one', async () => {
      const transporter = open({ maxRecipients: 2 });
      const to = ['ana@example.com', 'bob@example.com', 'eve@example.com'];
      expect(await endOf(transporter, { envelope: { ...envelope, to } })).toBe('EMAXRECIPIENTS not-sent');
      expect(await endOf(transporter, { envelope: { ...envelope, to: to.slice(0, 2) } })).toBe('sent');
    });

    it('maxRecipients counts the recipients of a raw message', async () => {
      const transporter = open({ maxRecipients: 1 });
      const raw = 'From: noreply@contoso.example\r\nTo: ana@example.com, bob@example.com\r\n\r\nHi\r\n';
      const to = undefined;
      expect(await endOf(transporter, { raw, to, from: undefined })).toBe('EMAXRECIPIENTS not-sent');
    });

    it('without maxRecipients, the most that Exchange can be set to', async () => {
      const to = Array.from({ length: 1_001 }, (_, i) => `r${i}@example.com`);
      expect(await endOf(open({}), { to })).toBe('EMAXRECIPIENTS not-sent');
      expect(await endOf(open({}), { envelope: { ...envelope, to } })).toBe('EMAXRECIPIENTS not-sent');
      expect(await endOf(open({}), { to: to.slice(1) })).toBe('sent');
      expect(await endOf(open({ maxRecipients: 0 }), { to })).toBe('sent');
    });

    it('maxRecipients 0 sets no limit', async () => {
      const transporter = open({ maxRecipients: 0 });
      const to = Array.from({ length: 30 }, (_, i) => `r${i}@example.com`);
      expect(await endOf(transporter, { to })).toBe('sent');
    });

    it('normalizeHeaderKey writes the names of header fields', async () => {
      const transporter = open({ normalizeHeaderKey: (key: string) => key.toUpperCase() });
      const message = await sendAndRead(transporter, sandbox(), mail({ headers: { 'x-custom': '1' } }));
      const names = message.headers.map(({ name: field }) => field);
      expect(names).toEqual(expect.arrayContaining(['SUBJECT', 'X-CUSTOM', 'MESSAGE-ID']));
      expect(names.filter((field) => field !== field.toUpperCase())).toEqual([]);
    });
  });

  it('without them, messages may read files and URLs', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const href = await serveContent('from afar');
    const message = await sendAndRead(
      transporter,
      sandbox(),
      mail({ attachments: [{ path: file }, { filename: 'far.txt', href }] }),
    );
    expect(message.attachments.map(({ content }) => String(content))).toEqual([
      readFileSync(file, 'utf8'),
      'from afar',
    ]);
  });

  it('attachDataUrls turns images in data URLs into attachments', async () => {
    const { transporter } = openTransport(edition, sandbox(), { attachDataUrls: true });
    const html = `<p><img src="data:image/png;base64,${Buffer.from('a picture').toString('base64')}"></p>`;
    const message = await sendAndRead(transporter, sandbox(), mail({ html }));
    const [image] = message.attachments;
    expect(image).toMatchObject({ contentType: 'image/png', content: Buffer.from('a picture') });
    expect(message.html).toContain(`src="cid:${image?.contentId}"`);
  });

  it('attachDataUrls leaves a message without HTML alone', async () => {
    const { transporter } = openTransport(edition, sandbox(), { attachDataUrls: true });
    expect((await sendAndRead(transporter, sandbox(), mail())).attachments).toEqual([]);
  });
});
