import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Edition, editions, failureOf, mail, openTransport, sandboxOfFile, until } from './support.js';

/** What Graph asks to wait holds a mailbox for every transport of this process: each edition pauses one of its own. */
const pausedIn = ({ name }: Edition) => `paused-${editions.findIndex((one) => one.name === name)}@contoso.example`;
const sandbox = sandboxOfFile({ mailboxes: editions.map(pausedIn) });

/** Nodemailer 10 answers some aborts itself, with an error of its own that has no outcome. */
async function abortOf(edition: Edition, promise: Promise<unknown>): Promise<Record<string, unknown>> {
  if (edition.major < 10) return (await failureOf(edition, promise)) as unknown as Record<string, unknown>;
  return promise.then(
    () => ({}),
    (error) => error,
  );
}

let apart = 0;

describe.each(editions)('the signal of a message, $name', (edition) => {
  it('is something that the transport says it takes', () => {
    const { transport } = openTransport(edition, sandbox());
    expect(transport).toMatchObject({ supportsAbortSignal: true });
    expect({ ...transport }).toMatchObject({ supportsAbortSignal: true });
  });

  it('that was aborted before: nothing is sent', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const requests = sandbox().requests().length;
    const error = await abortOf(edition, transporter.sendMail(mail({ signal: AbortSignal.abort('too late') })));
    expect(error).toMatchObject({
      name: 'AbortError',
      code: 'EABORT',
      message: 'Message sending aborted',
      cause: 'too late',
    });
    if (edition.major < 10) expect(error.outcome).toBe('not-sent');
    expect(sandbox().requests()).toHaveLength(requests);
  });

  it('aborts a message that waits in the queue; the others are sent', async () => {
    const { transporter } = openTransport(edition, sandbox(), { mailboxConcurrency: 1 });
    await transporter.verify();
    const release = sandbox().fault({ on: 'sendMail', delay: 150 });
    const controller = new AbortController();
    const before = sandbox().stats().submissions;
    const others = [1, 2, 3, 4, 5].map(() => transporter.sendMail(mail()));
    const aborted = failureOf(edition, transporter.sendMail(mail({ signal: controller.signal })));
    setTimeout(() => controller.abort(new Error('changed my mind')), 30);
    const error = await aborted;
    expect(error).toMatchObject({ name: 'AbortError', code: 'EABORT', outcome: 'not-sent' });
    expect((error.cause as Error).message).toBe('changed my mind');
    await Promise.all(others);
    release();
    expect(sandbox().stats().submissions - before).toBe(5);
  });

  it('aborts a request in flight at once; whether the message was sent is unknown', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await transporter.verify();
    const requests = sandbox().requests().length;
    const release = sandbox().fault({ on: 'sendMail', silence: true });
    const controller = new AbortController();
    const aborted = failureOf(edition, transporter.sendMail(mail({ signal: controller.signal })));
    await until(() => sandbox().requests().length > requests);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect(await aborted).toMatchObject({ name: 'AbortError', code: 'EABORT', outcome: 'unknown' });
    release();
  });

  it('aborts the wait between two attempts', async () => {
    const mailbox = pausedIn(edition);
    const { transporter } = openTransport(edition, sandbox(), { mailbox });
    await transporter.verify();
    let attempts = 0;
    const count = () => attempts++;
    subscribe('nodemailer-graph-transport:send:attempt', count);
    onTestFinished(() => void unsubscribe('nodemailer-graph-transport:send:attempt', count));
    const release = sandbox().fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '30' } });
    const controller = new AbortController();
    const aborted = failureOf(edition, transporter.sendMail(mail({ from: mailbox, signal: controller.signal })));
    await until(() => attempts === 1);
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
    release();
  });

  it('aborts the wait for a token, and not that of others', async () => {
    // Transports that sign in alike share a token: this one must wait for its own.
    const { transporter } = openTransport(edition, sandbox(), { timeout: 60_000 + apart++ });
    const release = sandbox().fault({ on: 'token', delay: 200 });
    const controller = new AbortController();
    const aborted = failureOf(edition, transporter.sendMail(mail({ signal: controller.signal })));
    const other = transporter.sendMail(mail());
    setTimeout(() => controller.abort(), 50);
    expect(await aborted).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
    await expect(other).resolves.toMatchObject({ attempts: 1 });
    release();
  });

  it('aborts the reading of content that never ends', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const controller = new AbortController();
    const attachments = [{ filename: 'a.txt', content: new Readable({ read() {} }) }];
    const aborted = abortOf(edition, transporter.sendMail(mail({ signal: controller.signal, attachments })));
    setTimeout(() => controller.abort(), 50);
    expect(await aborted).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
  });

  it('is let go when the message is done, and then changes nothing', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const controller = new AbortController();
    await transporter.sendMail(mail({ signal: controller.signal }));
    await failureOf(edition, transporter.sendMail(mail({ signal: controller.signal, to: undefined })));
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    await expect(transporter.sendMail(mail())).resolves.toMatchObject({ attempts: 1 });
  });

  it('that is none: ECONFIG', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const signal = 'stop' as unknown as AbortSignal;
    await expect(transporter.sendMail(mail({ signal }))).rejects.toMatchObject({ code: 'ECONFIG' });
  });

  it('works by callback, once', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await transporter.verify();
    const controller = new AbortController();
    const calls: unknown[] = [];
    transporter.sendMail(mail({ signal: controller.signal }), (error) => calls.push(error));
    controller.abort();
    await until(() => calls.length > 0);
    await transporter.sendMail(mail());
    expect(calls).toEqual([expect.objectContaining({ code: 'EABORT' })]);
  });
});
