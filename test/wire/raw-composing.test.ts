import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import nodemailer from 'nodemailer';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { failureOf } from '../helpers/failure.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';
import { type Exchange, type RawServerOptions, startRawServer } from '../helpers/raw-server.js';

const folder = mkdtempSync(path.join(tmpdir(), 'composing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options: Partial<GraphTransportOptions> = {}, serverOptions: RawServerOptions = {}) {
  const server = await startRawServer(serverOptions);
  const transporter = nodemailer.createTransport(graphTransport({ ...baseOptions, cloud: server.cloud, ...options }));
  cleanUp.push(
    () => server.close(),
    () => transporter.close(),
  );
  return { server, transporter };
}

const withContent = (content: Readable) => ({ ...smallMail, attachments: [{ filename: 'x.bin', content }] });

describe('what waits is not composed', () => {
  test('its files are not opened: no more than are in flight, and two', async () => {
    const file = path.join(folder, 'attachment.bin');
    writeFileSync(file, 'content');
    const held: Exchange[] = [];
    const { server, transporter } = await start(
      { mailboxConcurrency: 3 },
      {
        graph: async (exchange) => {
          await exchange.body();
          held.push(exchange);
        },
      },
    );
    const opened = vi.spyOn(fs, 'createReadStream');
    const filesOpened = () => opened.mock.calls.filter(([name]) => name === file).length;
    const all = Array.from({ length: 30 }, () => transporter.sendMail({ ...smallMail, attachments: [{ path: file }] }));
    let answered = 0;
    while (answered < all.length) {
      await expect.poll(() => held.length, { interval: 2 }).toBeGreaterThan(0);
      expect(server.graphRequests - answered).toBeLessThanOrEqual(3);
      expect(filesOpened()).toBeLessThanOrEqual(answered + 3 + 2);
      for (const { response } of held.splice(0)) {
        response.writeHead(202).end();
        answered++;
      }
    }
    await Promise.all(all);
    expect(filesOpened()).toBe(30);
  });

  test('its streams are not read', async () => {
    const held: Exchange[] = [];
    const { server, transporter } = await start(
      { mailboxConcurrency: 1 },
      {
        graph: async (exchange) => {
          await exchange.body();
          held.push(exchange);
        },
      },
    );
    const read = new Set<number>();
    const all = Array.from({ length: 10 }, (_, i) =>
      transporter.sendMail(
        withContent(
          new Readable({
            read() {
              read.add(i);
              this.push('content');
              this.push(null);
            },
          }),
        ),
      ),
    );
    await expect.poll(() => held.length).toBe(1);
    expect([...read].toSorted()).toEqual([0, 1, 2]);
    const answering = setInterval(() => {
      for (const { response } of held.splice(0)) response.writeHead(202).end();
    }, 2);
    await Promise.all(all);
    clearInterval(answering);
    expect(read.size).toBe(10);
    expect(server.graphRequests).toBe(10);
  });
});

describe('content that cannot be had', () => {
  test('a stream that fails is ESTREAM, not sent, and the mail behind it goes', async () => {
    const { server, transporter } = await start({ mailboxConcurrency: 1 });
    const broken = new Readable({
      read() {
        this.destroy(new Error('disk on fire'));
      },
    });
    const [error] = await Promise.all([
      failureOf(transporter.sendMail(withContent(broken))),
      transporter.sendMail(smallMail),
    ]);
    expect(error).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent', command: 'API' });
    expect(error.message).toContain('disk on fire');
    expect(error.hint).toBeTruthy();
    expect(server.graphRequests).toBe(1);
  });

  test('a stream that fails after it gave something is no half mail', async () => {
    const { server, transporter } = await start();
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        throw new Error('cable pulled');
      })(),
    );
    expect(await failureOf(transporter.sendMail(withContent(broken)))).toMatchObject({
      code: 'ESTREAM',
      outcome: 'not-sent',
    });
    expect(server.graphRequests).toBe(0);
  });

  test('a stream that is destroyed is ESTREAM', async () => {
    const { transporter } = await start();
    const stream = new PassThrough();
    stream.write('begun');
    setTimeout(() => stream.destroy(), 50);
    expect(await failureOf(transporter.sendMail(withContent(stream)))).toMatchObject({
      code: 'ESTREAM',
      outcome: 'not-sent',
    });
  });

  test('a stream that never ends is ETIMEDOUT, and its place in the gate is free again', async () => {
    const { server, transporter } = await start({ timeout: 300, mailboxConcurrency: 1 });
    const endless = () => withContent(new PassThrough());
    const errors = await Promise.all(Array.from({ length: 4 }, () => failureOf(transporter.sendMail(endless()))));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent', command: 'API' });
      expect(error.hint).toContain('stream');
    }
    await transporter.sendMail(smallMail);
    expect(server.graphRequests).toBe(1);
  });

  test('a file that is not there is ESTREAM', async () => {
    const { server, transporter } = await start();
    const missing = path.join(folder, 'missing.pdf');
    const error = await failureOf(transporter.sendMail({ ...smallMail, attachments: [{ path: missing }] }));
    expect(error).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent' });
    expect(error.message).toContain('missing.pdf');
    expect(error.hint).toBeTruthy();
    expect(server.graphRequests).toBe(0);
  });

  test('a file that the message may not name is EFILEACCESS, a URL EURLACCESS', async () => {
    const { server, transporter } = await start();
    const file = { ...smallMail, disableFileAccess: true, attachments: [{ path: '/etc/hosts' }] };
    expect(await failureOf(transporter.sendMail(file))).toMatchObject({
      code: 'EFILEACCESS',
      outcome: 'not-sent',
      permanent: true,
    });
    const url = { ...smallMail, disableUrlAccess: true, attachments: [{ href: `${server.origin}/x` }] };
    expect(await failureOf(transporter.sendMail(url))).toMatchObject({
      code: 'EURLACCESS',
      outcome: 'not-sent',
      permanent: true,
    });
    expect(server.graphRequests).toBe(0);
  });
});

describe('the size', () => {
  test('over the limit is EMESSAGE before any request, not even for a token', async () => {
    const { server, transporter } = await start();
    const error = await failureOf(
      transporter.sendMail({ ...smallMail, attachments: [{ filename: 'x', content: Buffer.alloc(3_000_000) }] }),
    );
    expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent', permanent: true, command: 'API' });
    expect(error.message).toContain('3,000,000');
    expect(error.hint).toContain('attachments');
    expect(server.graphRequests).toBe(0);
    expect(server.tokenRequests).toHaveLength(0);
  });

  test('is limited without reading all of an endless stream', async () => {
    const { transporter } = await start();
    let given = 0;
    const endless = new Readable({
      read() {
        given += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    expect(await failureOf(transporter.sendMail(withContent(endless)))).toMatchObject({
      code: 'EMESSAGE',
      outcome: 'not-sent',
    });
    expect(given).toBeLessThan(20_000_000);
  });

  test('is that of the request body: up to the last byte it goes, one more does not', async () => {
    const { server, transporter } = await start({ maxRequestSize: 8_000 });
    const raw = (size: number) => {
      const head = 'From: noreply@contoso.com\r\nTo: ana@example.com\r\nMessage-ID: <1@contoso.com>\r\n\r\n';
      return {
        envelope: { from: baseOptions.mailbox, to: 'ana@example.com' },
        raw: `${head.padEnd(size - 2, 'x')}\r\n`,
      };
    };
    expect(await transporter.sendMail(raw(6_000))).toMatchObject({ messageSize: 6_000 });
    expect(server.bodies[0]?.length).toBe(6_000);
    expect(await failureOf(transporter.sendMail(raw(6_001)))).toMatchObject({ code: 'EMESSAGE', permanent: true });
    // Line ends that become CRLF count as what they become.
    const bare = { ...raw(0), raw: raw(5_900).raw.replaceAll('\r\n', '\n').padEnd(5_999, '\n') };
    expect(await failureOf(transporter.sendMail(bare))).toMatchObject({ code: 'EMESSAGE', permanent: true });
    expect(server.graphRequests).toBe(1);
  });
});

describe('recipients', () => {
  test('none: EENVELOPE before any request', async () => {
    const { server, transporter } = await start();
    for (const mail of [
      { ...smallMail, to: undefined },
      { ...smallMail, to: [] },
      { ...smallMail, to: 'Nobody:;' },
    ])
      expect(await failureOf(transporter.sendMail(mail as never))).toMatchObject({
        code: 'EENVELOPE',
        outcome: 'not-sent',
        permanent: true,
        message: 'No recipients defined.',
      });
    expect(server.tokenRequests).toHaveLength(0);
  });

  test('of the envelope alone get the mail as Bcc', async () => {
    const { server, transporter } = await start();
    const info = await transporter.sendMail({
      ...smallMail,
      envelope: { from: baseOptions.mailbox, to: ['ana@example.com', 'bob@example.com'] },
    });
    expect(info.envelope).toEqual({ from: baseOptions.mailbox, to: ['ana@example.com', 'bob@example.com'] });
    expect(server.bodies[0]?.toString()).toContain('\r\nBcc: bob@example.com\r\n');
  });

  test('of the header whom the envelope leaves out are named, and nobody gets the mail', async () => {
    const { server, transporter } = await start();
    const error = await failureOf(
      transporter.sendMail({
        ...smallMail,
        cc: 'Eve <eve@example.com>',
        envelope: { from: baseOptions.mailbox, to: 'ana@example.com' },
      }),
    );
    expect(error).toMatchObject({
      code: 'EENVELOPE',
      outcome: 'not-sent',
      permanent: true,
      rejected: ['eve@example.com'],
    });
    expect(server.graphRequests).toBe(0);
  });

  test('hidden in a field that Nodemailer does not know are refused as well', async () => {
    const { server, transporter } = await start();
    const raw = 'From: noreply@contoso.com\nTo: ana@example.com\nbCC : eve@example.com\n\nHello';
    const error = await failureOf(
      transporter.sendMail({ raw, envelope: { from: baseOptions.mailbox, to: 'ana@example.com' } }),
    );
    expect(error).toMatchObject({ code: 'EENVELOPE', rejected: ['eve@example.com'] });
    expect(server.graphRequests).toBe(0);
  });
});
