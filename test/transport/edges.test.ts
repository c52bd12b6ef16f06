import { EventEmitter } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TokenSource } from '../../src/auth/token-source.js';
import { createGraphTransporter, type GraphTransportOptions } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { runNode } from '../helpers/run-node.js';

const mailboxes = Array.from({ length: 40 }, (_, i) => `box${i}@contoso.example`);
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ mailboxes, latency: 5 });
});
beforeEach(() => sandbox.clear());
afterAll(() => sandbox.close());

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );
const open = (options: Partial<GraphTransportOptions> = {}) =>
  createGraphTransporter({ ...sandbox.options, ...options });

describe('recipients', () => {
  it('that only look like those of the envelope are not sent to', async () => {
    const transporter = open();
    const error = await failure(
      transporter.sendMail({
        ...mail,
        to: '\u212Aate@example.com',
        envelope: { from: mail.from, to: 'kate@example.com' },
      }),
    );
    expect(error).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent' });
    expect(sandbox.stats().submissions).toBe(0);
    transporter.close();
  });
});

describe('with maxConnections, over many mailboxes', () => {
  const options = { mailbox: 'from', allowedMailboxes: '*@contoso.example', maxConnections: 2 };

  it('no more messages are composed than may be in flight', async () => {
    const transporter = open(options);
    let reading = 0;
    let most = 0;
    const content = () => {
      const stream = new Readable({
        read() {
          most = Math.max(most, ++reading);
          setTimeout(() => {
            this.push('content');
            this.push(null);
          }, 1);
        },
      });
      stream.on('end', () => reading--);
      return stream;
    };
    await Promise.all(
      mailboxes.map((from) => transporter.sendMail({ ...mail, from, attachments: [{ content: content() }] })),
    );
    expect(sandbox.stats().submissions).toBe(mailboxes.length);
    expect(most).toBeLessThanOrEqual(2);
    transporter.close();
  });

  it('isIdle() says no when as many wait as may be in flight', async () => {
    const transporter = open(options);
    await transporter.verify();
    const results: Promise<unknown>[] = [];
    while (transporter.isIdle() && results.length < mailboxes.length) {
      results.push(transporter.sendMail({ ...mail, from: mailboxes[results.length] ?? '' }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(results.length).toBeLessThan(10);
    await Promise.all(results);
    expect(transporter.isIdle()).toBe(true);
    transporter.close();
  });
});

describe('raw messages whose From chooses the mailbox', () => {
  it('from files keep no bytes while they wait, and each goes from its own mailbox', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'raw-'));
    const files = mailboxes.map((from, i) => {
      const file = path.join(folder, `${i}.eml`);
      writeFileSync(file, `From: ${from}\r\nTo: ana@example.com\r\nSubject: ${i}\r\n\r\nHello\r\n`);
      return file;
    });
    const transporter = open({ mailbox: 'from', allowedMailboxes: '*@contoso.example' });
    const infos = await Promise.all(files.map((file) => transporter.sendMail({ raw: { path: file } })));
    expect(infos.map(({ mailbox }) => mailbox)).toEqual(mailboxes);
    transporter.close();
    rmSync(folder, { recursive: true });
  });

  it('fail as not sent when the predicate that allows mailboxes throws', async () => {
    const allowedMailboxes = () => {
      throw new Error('directory is down');
    };
    const transporter = open({ mailbox: 'from', allowedMailboxes });
    for (const raw of [
      `From: ${mail.from}\r\nTo: a@example.com\r\n\r\n`,
      Readable.from([`From: ${mail.from}\r\n\r\n`]),
    ]) {
      expect(await failure(transporter.sendMail({ raw }))).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent' });
    }
    transporter.close();
  });
});

describe('content streams', () => {
  it.each([
    ['objects', () => Readable.from([{ a: 1 }])],
    ['numbers', () => Readable.from([1, 2])],
  ])('of %s are ESTREAM, and nothing is sent', async (_name, stream) => {
    const transporter = open();
    for (const content of [
      { attachments: [{ content: stream() }] },
      { html: stream() },
      { raw: stream(), envelope: { from: mail.from, to: mail.to } },
    ]) {
      expect(await failure(transporter.sendMail({ ...mail, ...content }))).toMatchObject({
        code: 'ESTREAM',
        outcome: 'not-sent',
      });
    }
    expect(sandbox.stats().submissions).toBe(0);
    transporter.close();
  });

  it('of text and bytes arrive whole', async () => {
    const transporter = open();
    await transporter.sendMail({
      ...mail,
      attachments: [{ filename: 'a.txt', content: Readable.from(['one ', Buffer.from('two')]) }],
    });
    expect((await sandbox.messages())[0]?.attachments[0]?.content.toString()).toBe('one two');
    transporter.close();
  });
});

describe('closing', () => {
  const endless = () => new Readable({ read() {} });

  it('ends a message that is being composed, which was not sent', async () => {
    for (const force of [false, true]) {
      const transporter = open();
      await transporter.verify();
      const sending = failure(transporter.sendMail({ ...mail, attachments: [{ content: endless() }] }));
      await new Promise((resolve) => setTimeout(resolve, 20));
      transporter.close({ force });
      expect(await sending).toMatchObject({ code: 'ECONNECTION', outcome: 'not-sent' });
    }
  });

  it('ends a message that waits for a token, and a verify()', async () => {
    const { certificate: _, tenantId: _t, clientId: _c, ...rest } = sandbox.options;
    const transporter = createGraphTransporter({ ...rest, getToken: () => new Promise(() => {}) });
    const waiting = [failure(transporter.sendMail(mail)), failure(transporter.verify())];
    await new Promise((resolve) => setTimeout(resolve, 20));
    transporter.close();
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ code: 'ECONNECTION', outcome: 'not-sent' });
  });
});

describe('a process whose transport was closed while a token was awaited', () => {
  it('ends by itself, long before the token would have been given up', async () => {
    const program = `
import { createGraphTransporter } from 'nodemailer-graph-transport';
const cloud = { authorityHost: 'https://localhost:1', graphHost: 'https://localhost:1' };
const transporter = createGraphTransporter({ mailbox: 'a@contoso.example', cloud, getToken: () => new Promise(() => {}) });
const results = [transporter.verify(), transporter.sendMail({ from: 'a@contoso.example', to: 'b@example.com' })];
setTimeout(() => transporter.close(), 20);
console.log((await Promise.allSettled(results)).map(({ reason }) => reason.code).join());`;
    const result = await runNode(['--input-type=module', '-e', program], {}, 10_000);
    expect(result).toEqual({ code: 0, stdout: 'ECONNECTION,ECONNECTION\n', stderr: '' });
  });
});

describe('a token that Graph keeps refusing', () => {
  it('is not fetched anew for every message', async () => {
    sandbox.fault({ on: 'sendMail', status: 401, times: Number.POSITIVE_INFINITY });
    const transporter = open();
    const errors = await Promise.all(Array.from({ length: 30 }, () => failure(transporter.sendMail(mail))));
    expect(errors.every(({ code, outcome }) => code === 'EAUTH' && outcome === 'not-sent')).toBe(true);
    // One to begin with, and one that was tried in its place; messages already on their way may ask once more.
    expect(sandbox.stats().tokenRequests).toBeLessThanOrEqual(4);
    transporter.close();
  });
});

describe('one signal for many messages', () => {
  it('is no leak to warn of, and aborts them all', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    const controller = new AbortController();
    const transporter = open();
    const results = Array.from({ length: 60 }, () =>
      failure(transporter.sendMail({ ...mail, signal: controller.signal })),
    );
    controller.abort();
    for (const error of await Promise.all(results)) expect(error).toMatchObject({ code: 'EABORT' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    transporter.close();
  });
});

describe('streams that an application brings', () => {
  const file = path.join(import.meta.dirname, 'edges.test.ts');

  it('may be file streams: raw with a mailbox of its own From, and with file access disabled', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'raw-'));
    const eml = path.join(folder, 'mail.eml');
    writeFileSync(eml, `From: ${mailboxes[3]}\r\nTo: ana@example.com\r\n\r\nHello\r\n`);
    const transporter = open({ mailbox: 'from', allowedMailboxes: '*@contoso.example', disableFileAccess: true });
    const info = await transporter.sendMail({ raw: createReadStream(eml) });
    expect(info.mailbox).toBe(mailboxes[3]);
    await transporter.sendMail({ ...mail, attachments: [{ filename: 'a.ts', content: createReadStream(file) }] });
    const [, second] = await sandbox.messages();
    expect(second?.attachments[0]?.content.equals(readFileSync(file))).toBe(true);
    for (const html of [
      { path: file, href: 'http://x.invalid/' },
      { path: Buffer.from(file) },
      { path: pathToFileURL(file) },
    ]) {
      expect(await failure(transporter.sendMail({ ...mail, html: html as never }))).toMatchObject({
        code: 'EFILEACCESS',
      });
    }
    transporter.close();
    rmSync(folder, { recursive: true });
  });

  it('may be of the make before async iteration', async () => {
    const legacy = Object.assign(new EventEmitter(), { readable: true, pause() {}, resume() {}, pipe() {} });
    const transporter = open();
    const sending = transporter.sendMail({ ...mail, attachments: [{ filename: 'a.txt', content: legacy as never }] });
    const feed = setInterval(() => {
      if (legacy.listenerCount('data') === 0) return;
      clearInterval(feed);
      legacy.emit('data', Buffer.from('old but good'));
      legacy.emit('end');
    }, 5);
    await sending;
    expect((await sandbox.messages())[0]?.attachments[0]?.content.toString()).toBe('old but good');
    transporter.close();
  });

  it('serve one message: the other is ESTREAM, and not sent without its content', async () => {
    const transporter = open();
    const content = Readable.from([Buffer.alloc(100_000, 'x'), Buffer.alloc(100_000, 'y')]);
    const both = [1, 2].map(() =>
      transporter.sendMail({ ...mail, attachments: [{ content }] }).then(
        () => 'sent',
        ({ code }) => code,
      ),
    );
    expect((await Promise.all(both)).sort()).toEqual(['ESTREAM', 'sent']);
    expect((await sandbox.messages())[0]?.attachments[0]?.content.length).toBe(200_000);
    transporter.close();
  });
});

describe('raw messages that must be read ahead', () => {
  const raw = (i: number) =>
    Readable.from([`From: ${mailboxes[i % 40]}\r\nTo: ana@example.com\r\nSubject: ${i}\r\n\r\n`]);
  const options = { mailbox: 'from', allowedMailboxes: '*@contoso.example', mailboxConcurrency: 1 };

  it('keep their bound and their order, also after others were aborted while they waited', async () => {
    const transporter = open(options);
    const controller = new AbortController();
    const never = () => new Readable({ read() {} });
    const blocked = Array.from({ length: 3 }, () =>
      failure(transporter.sendMail({ raw: never(), signal: controller.signal })),
    );
    const waiting = Array.from({ length: 20 }, () =>
      failure(transporter.sendMail({ raw: raw(0), signal: controller.signal })),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await Promise.all([...blocked, ...waiting]);
    let reading = 0;
    let most = 0;
    const counted = (i: number) => {
      const stream = raw(i);
      const read = stream._read.bind(stream);
      let begun = false;
      stream._read = (size) => {
        if (!begun) most = Math.max(most, ++reading);
        begun = true;
        read(size);
      };
      return stream;
    };
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => transporter.sendMail({ raw: counted(i) }).finally(() => reading--)),
    );
    // Three at a time; each is counted until it was called back, which is a moment later.
    expect(most).toBeLessThanOrEqual(6);
    const subjects = (await sandbox.messages()).map(({ subject }) => Number(subject));
    expect(subjects).toHaveLength(20);
    for (const [place, subject] of subjects.entries()) expect(Math.abs(place - subject)).toBeLessThanOrEqual(3);
    transporter.close();
  });

  it('drive a loop of idle events to its end', async () => {
    const transporter = open(options);
    let next = 0;
    const results: Promise<unknown>[] = [];
    const fill = () => {
      while (transporter.isIdle() && next < 30) results.push(transporter.sendMail({ raw: raw(next++) }));
    };
    transporter.on('idle', fill);
    fill();
    while (next < 30) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(results);
    expect(sandbox.stats().submissions).toBe(30);
    transporter.close();
  });
});

describe('a storm of 401', () => {
  it('ends as soon as a token is good again, whatever traffic there is meanwhile', async () => {
    const clock = { now: 1_000_000 };
    const source = new TokenSource(async () => ({ token: `token-${clock.now}`, lifetime: 3_600_000 }), {
      now: () => clock.now,
      elapsed: () => clock.now,
      after: () => () => {},
    });
    const first = await source.get();
    clock.now += 1;
    const second = await source.replace(first);
    source.distrust(second);
    for (let i = 0; i < 5; i++) {
      clock.now += 2_001;
      const again = await source.replace(second);
      if (again !== second) return;
      source.distrust(again);
    }
    throw new Error('no other token was ever asked for');
  });
});
