import { Readable } from 'node:stream';
import { mock } from 'node:test';
import nodemailer, { type Transporter } from 'nodemailer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sendBulk } from '../../src/bulk/index.js';
import { graphTransport } from '../../src/index.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { failureOf } from '../helpers/failure.js';

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
/** Fake timers as people turn them on. */
const fakes: Record<string, () => void> = {
  'by default': () => vi.useFakeTimers(),
  'also for microtasks': () => vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'queueMicrotask', 'Date'] }),
  'that stand where the clock was set': () => vi.useFakeTimers({ now: new Date('2023-05-01') }),
};

async function open(options?: SandboxOptions): Promise<{ sandbox: Sandbox; transporter: Transporter }> {
  const sandbox = await startSandbox(options);
  const transporter = nodemailer.createTransport(graphTransport({ ...sandbox.options, timeout: 30_000 }));
  closing = async () => {
    transporter.close();
    await sandbox.close();
  };
  return { sandbox, transporter };
}

let closing = async () => {};
afterEach(async () => {
  vi.useRealTimers();
  mock.timers.reset();
  await closing();
  closing = async () => {};
});

describe.each(Object.entries(fakes))('under fake timers %s', (_, fake) => {
  it('a message is sent, and those after it, under real timers again', async () => {
    const { sandbox, transporter } = await open();
    fake();
    await transporter.sendMail(mail);
    // Longer than what is written together with the head of its request.
    await transporter.sendMail({ ...mail, attachments: [{ content: Buffer.alloc(200_000) }] });
    await transporter.verify();
    vi.useRealTimers();
    await Promise.all([transporter.sendMail(mail), transporter.sendMail(mail)]);
    expect(sandbox.stats().submissions).toBe(4);
  });

  it('a pause that Graph asks for is waited out in real time', async () => {
    const { sandbox, transporter } = await open();
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '0.2' } });
    fake();
    expect(await transporter.sendMail(mail)).toMatchObject({ attempts: 2 });
  });

  it('all is started, and a mail waited for', async () => {
    fake();
    const { sandbox, transporter } = await open({ latency: 20 });
    const waited = sandbox.waitFor({ to: 'ana@example.com' });
    await transporter.sendMail({ ...mail, attachments: [{ filename: 'a.bin', content: Buffer.alloc(300_000) }] });
    expect(await waited).toMatchObject({ subject: 'Hi' });
  });

  it('a bulk run comes to its end', async () => {
    const { sandbox, transporter } = await open();
    fake();
    const recipients = ['ana', 'bob', 'cleo'].map((name) => ({ email: `${name}@example.com` }));
    const run = sendBulk({ recipients, template: { subject: 'Hi', text: 'Hello' }, transporter, from: mail.from });
    expect(await run.finished).toMatchObject({ sent: 3, ended: 'complete' });
    expect(sandbox.stats().submissions).toBe(3);
  });
});

it('content that Nodemailer streams is refused while its timer is faked, and holds up nobody else', async () => {
  const { transporter } = await open();
  const streams = [
    { ...mail, attachments: [{ content: Readable.from(['a', 'b']) }] },
    { ...mail, attachments: [{ content: Buffer.alloc(58) }] },
    { ...mail, text: 'A line of text.\n'.repeat(20_000) },
  ];
  vi.useFakeTimers();
  for (let i = 0; i < 4; i++)
    for (const message of streams) {
      expect(await failureOf(transporter.sendMail(message))).toMatchObject({
        code: 'ECONFIG',
        outcome: 'not-sent',
        message: expect.stringContaining('setImmediate, which a test has faked'),
        hint: expect.stringContaining('doNotFake'),
      });
    }
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] });
  for (const message of streams.slice(1)) await transporter.sendMail(message);
  vi.useRealTimers();
  await transporter.sendMail(mail);
});

it('a message that is sent under fake timers times out in real time', async () => {
  const { sandbox } = await open();
  const transporter = nodemailer.createTransport(graphTransport({ ...sandbox.options, timeout: 300 }));
  await transporter.verify();
  sandbox.fault({ on: 'sendMail', silence: true });
  vi.useFakeTimers();
  expect(await failureOf(transporter.sendMail(mail))).toMatchObject({ code: 'ETIMEDOUT', outcome: 'unknown' });
  transporter.close();
});

describe('what is first loaded under fake timers', () => {
  const load = async (fake: () => void) => {
    vi.resetModules();
    fake();
    return {
      ...(await import('../../src/index.js')),
      ...(await import('../../src/bulk/index.js')),
      ...(await import('../../src/sandbox/index.js')),
    };
  };

  it('of Vitest, which leaves those of node:timers alone, works', async () => {
    const fresh = await load(() => vi.useFakeTimers());
    const sandbox = await fresh.startSandbox();
    const transporter = nodemailer.createTransport(fresh.graphTransport(sandbox.options));
    await transporter.sendMail(mail);
    transporter.close();
    await sandbox.close();
  });

  it('of node:test says so instead of waiting for ever, and works once they are restored', async () => {
    const { sandbox } = await open();
    const fresh = await load(() => mock.timers.enable());
    const transporter = nodemailer.createTransport(fresh.graphTransport(sandbox.options));
    const message = expect.stringContaining('loaded while fake timers were in place');
    const told = { code: 'ECONFIG', outcome: 'not-sent', message, hint: expect.stringContaining('Import it before') };
    await expect(transporter.sendMail(mail)).rejects.toMatchObject(told);
    await expect(transporter.verify()).rejects.toMatchObject(told);
    const bulk = { recipients: [], template: { subject: 'Hi', text: 'Hello' }, transporter };
    await expect(fresh.sendBulk(bulk).finished).rejects.toMatchObject({ code: 'input', message });
    await expect(fresh.startSandbox()).rejects.toMatchObject({ message });
    mock.timers.reset();
    await transporter.sendMail(mail);
    expect(sandbox.stats().submissions).toBe(1);
    transporter.close();
    await (await fresh.startSandbox()).close();
  });
});

describe.each(['2023-05-01', '2035-05-01', '2001-05-01', '2099-05-01'])('on the date %s', (date) => {
  const set = () => vi.useFakeTimers({ toFake: ['Date'], now: new Date(date) });

  it('that was set before the sandbox was started, it takes mail', async () => {
    set();
    const { sandbox, transporter } = await open();
    await transporter.sendMail(mail);
    const [message] = await sandbox.messages();
    expect(message?.receivedAt.toISOString().slice(0, 10)).toBe(date);
  });

  it('that is set between two mails, it takes both, with one token', async () => {
    const { sandbox, transporter } = await open();
    await transporter.sendMail(mail);
    set();
    await transporter.sendMail(mail);
    vi.useRealTimers();
    await transporter.sendMail(mail);
    expect(sandbox.stats()).toMatchObject({ submissions: 3, tokenRequests: 1, refused: 0 });
  });
});
