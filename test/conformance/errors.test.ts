import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  editions,
  failureOf,
  type Message,
  mail,
  openTransport,
  sandboxOfFile,
  serveContent,
  until,
} from './support.js';

const sandbox = sandboxOfFile();

/** A stream that fails after it has given something. */
function failing(): Readable {
  return Readable.from(
    (function* () {
      yield 'some content';
      throw new Error('the disk went away');
    })(),
  );
}

const unreadable: Record<string, () => Message> = {
  'a file that does not exist': () => ({ attachments: [{ path: path.join(import.meta.dirname, 'no-such-file') }] }),
  'a text that is a missing file': () => ({ text: { path: '/no/such/file' } }),
  'an attachment stream that fails': () => ({ attachments: [{ filename: 'a.txt', content: failing() }] }),
  'an HTML stream that fails': () => ({ html: failing() }),
  'a raw stream that fails': () => ({
    raw: failing(),
    envelope: { from: 'noreply@contoso.example', to: 'ana@example.com' },
  }),
};

describe.each(editions)('errors, $name', (edition) => {
  it('has the fields that code written for SMTP looks at', async () => {
    const { transporter } = openTransport(edition, sandbox(), { mailbox: 'nobody@contoso.example' });
    const error = await failureOf(edition, transporter.sendMail(mail({ from: 'nobody@contoso.example' })));
    expect(error).toBeInstanceOf(Error);
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'command', 'response', 'responseCode']));
    expect(error).toMatchObject({
      name: 'GraphMailError',
      code: 'EENVELOPE',
      command: 'sendMail',
      responseCode: 404,
      response: expect.stringContaining('404'),
      message: expect.stringContaining('nobody@contoso.example'),
      outcome: 'not-sent',
      permanent: true,
      attempts: 1,
    });
  });

  it('gives callback and promise the same error', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const promised = await failureOf(edition, transporter.sendMail(mail({ to: undefined })));
    const called = await new Promise<Error | null>((resolve) => transporter.sendMail(mail({ to: undefined }), resolve));
    expect(called).toMatchObject({ ...promised, message: promised.message });
    expect(promised).toMatchObject({ code: 'EENVELOPE', command: 'API', message: 'No recipients defined.' });
  });

  it('gives every message that fails an error of its own', async () => {
    const { transporter } = openTransport(edition, sandbox(), { tenantId: '11111111-2222-4333-8444-555555555555' });
    const errors = await Promise.all([1, 2, 3].map(() => failureOf(edition, transporter.sendMail(mail()))));
    expect(new Set(errors).size).toBe(3);
    for (const error of errors) expect(error).toMatchObject({ code: 'EAUTH', command: 'TOKEN', outcome: 'not-sent' });
  });

  it('EENVELOPE for an envelope that leaves out a recipient of the header', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = { from: 'noreply@contoso.example', to: ['bob@example.com'] };
    const error = await failureOf(edition, transporter.sendMail(mail({ envelope })));
    expect(error).toMatchObject({ code: 'EENVELOPE', rejected: ['ana@example.com'], outcome: 'not-sent' });
  });

  it('EENVELOPE for an envelope without recipients', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const error = await failureOf(
      edition,
      transporter.sendMail(mail({ envelope: { from: 'noreply@contoso.example' } })),
    );
    expect(error).toMatchObject({ code: 'EENVELOPE', message: 'No recipients defined.' });
  });

  it('EMESSAGE for a message that is too large', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const attachments = [{ filename: 'big.bin', content: Buffer.alloc(2_300_000) }];
    const error = await failureOf(edition, transporter.sendMail(mail({ attachments })));
    expect(error).toMatchObject({ code: 'EMESSAGE', permanent: true, outcome: 'not-sent' });
  });

  it.each(Object.keys(unreadable))('ESTREAM for %s, once', async (name) => {
    const { transporter } = openTransport(edition, sandbox());
    const calls: unknown[] = [];
    transporter.sendMail(mail(unreadable[name]?.()), (error) => calls.push(error));
    await until(() => calls.length > 0);
    await transporter.sendMail(mail());
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ code: 'ESTREAM', command: 'API', outcome: 'not-sent' });
  });

  it('ESTREAM or ETIMEDOUT for a stream that was destroyed before', async () => {
    const { transporter } = openTransport(edition, sandbox(), { timeout: 300 });
    const content = Readable.from(['never read']);
    content.destroy();
    const error = await failureOf(
      edition,
      transporter.sendMail(mail({ attachments: [{ filename: 'a.txt', content }] })),
    );
    expect(['ESTREAM', 'ETIMEDOUT']).toContain(error.code);
    expect(error.outcome).toBe('not-sent');
  });

  it('ETIMEDOUT for a stream that never ends', async () => {
    const { transporter } = openTransport(edition, sandbox(), { timeout: 300 });
    const content = new Readable({ read() {} });
    const error = await failureOf(
      edition,
      transporter.sendMail(mail({ attachments: [{ filename: 'a.txt', content }] })),
    );
    expect(error).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent' });
  });

  it('EFILEACCESS and EURLACCESS for a message that may read neither files nor URLs', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const url = await serveContent('secret');
    for (const [code, message] of [
      ['EFILEACCESS', { attachments: [{ path: '/etc/hostname' }] }],
      ['EFILEACCESS', { html: { path: '/etc/hostname' } }],
      ['EURLACCESS', { attachments: [{ href: url }] }],
      ['EURLACCESS', { text: { href: url } }],
    ] as const) {
      const closed = mail({ ...message, disableFileAccess: true, disableUrlAccess: true } as Message);
      const error = await failureOf(edition, transporter.sendMail(closed));
      expect(error.code).toBe(code);
      expect(error.outcome).toBe('not-sent');
    }
  });

  it('ESOCKET when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    const cloud = { ...sandbox().options.cloud, graphHost: `https://localhost:${port}` };
    const { transporter } = openTransport(edition, sandbox(), { cloud, maxRetries: 0 });
    const error = await failureOf(edition, transporter.sendMail(mail()));
    expect(error).toMatchObject({ code: expect.stringMatching(/^(ESOCKET|EAUTH)$/), outcome: 'not-sent' });
  });

  it('is nothing that Nodemailer emits: without a listener an error event would end the process', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const emitted: unknown[] = [];
    transporter.on('error', (error) => emitted.push(error));
    await failureOf(edition, transporter.sendMail(mail({ to: undefined })));
    expect(emitted).toEqual([]);
  });
});
