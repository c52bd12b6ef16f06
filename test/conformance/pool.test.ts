import { describe, expect, it } from 'vitest';
import { editions, failureOf, mail, openTransport, sandboxOfFile, until } from './support.js';

const sandbox = sandboxOfFile({ latency: 10 });

describe.each(editions)('as a pool, $name', (edition) => {
  it('is idle at once, and says so', async () => {
    const { transporter } = openTransport(edition, sandbox());
    expect(transporter.isIdle()).toBe(true);
    await new Promise((resolve) => transporter.once('idle', resolve));
  });

  it('is idle while it would take another message without queueing it long, and says so once after it was not', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await new Promise((resolve) => transporter.once('idle', resolve));
    let idle = 0;
    transporter.on('idle', () => idle++);
    const sends = Array.from({ length: 40 }, () => transporter.sendMail(mail()));
    expect(transporter.isIdle()).toBe(false);
    await Promise.all(sends);
    await until(() => idle > 0);
    expect(transporter.isIdle()).toBe(true);
    expect(idle).toBe(1);
  });

  it('sends a long list by the loop that Nodemailer documents', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const before = sandbox().stats();
    const list = Array.from({ length: 100 }, (_, i) => mail({ subject: `No. ${i}` }));
    let waiting = 0;
    let mostWaiting = 0;
    const done: string[] = [];
    await new Promise<void>((resolve, reject) => {
      transporter.on('idle', () => {
        while (transporter.isIdle()) {
          const message = list.shift();
          if (!message) return;
          mostWaiting = Math.max(mostWaiting, ++waiting);
          transporter.sendMail(message).then(({ messageId }) => {
            waiting--;
            done.push(messageId);
            if (done.length === 100) resolve();
          }, reject);
        }
      });
    });
    expect(new Set(done).size).toBe(100);
    expect(mostWaiting).toBeLessThan(20);
    expect(sandbox().stats().submissions - before.submissions).toBe(100);
    expect(sandbox().stats().throttled).toBe(0);
  });

  it('goes on after a message that failed', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => transporter.sendMail(mail(i % 2 ? {} : { to: undefined }))),
    );
    expect(ends.map(({ status }) => status)).toEqual(ends.map((_, i) => (i % 2 ? 'fulfilled' : 'rejected')));
    expect(transporter.isIdle()).toBe(true);
  });

  it('when closed lets what is in flight end, and fails what waits with ECONNECTION', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await transporter.verify();
    const before = sandbox().stats().submissions;
    const requests = sandbox().requests().length;
    const sends = Array.from({ length: 30 }, () => transporter.sendMail(mail()));
    const ends = Promise.allSettled(sends);
    await until(() => sandbox().requests().length > requests);
    transporter.close();
    const failed = (await ends).filter((end) => end.status === 'rejected').map(({ reason }) => reason);
    const sent = sandbox().stats().submissions - before;
    expect(sent).toBeGreaterThan(0);
    expect(failed).toHaveLength(30 - sent);
    for (const reason of failed) expect(reason).toMatchObject({ code: 'ECONNECTION', outcome: 'not-sent' });
  });

  it('when closed fails what comes later at once, also by callback', async () => {
    const { transporter } = openTransport(edition, sandbox());
    transporter.close();
    transporter.close();
    expect(await failureOf(edition, transporter.sendMail(mail()))).toMatchObject({
      code: 'ECONNECTION',
      outcome: 'not-sent',
    });
    const calls: unknown[] = [];
    transporter.sendMail(mail(), (error) => calls.push(error));
    await until(() => calls.length > 0);
    expect(calls).toEqual([expect.objectContaining({ code: 'ECONNECTION' })]);
    expect(transporter.isIdle()).toBe(false);
  });

  it('when closed is never idle again', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await new Promise((resolve) => transporter.once('idle', resolve));
    const sends = Promise.allSettled(Array.from({ length: 20 }, () => transporter.sendMail(mail())));
    let idle = 0;
    transporter.on('idle', () => idle++);
    transporter.close();
    await sends;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(idle).toBe(0);
  });
});
