import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../src/sandbox/index.js';
import type { AttemptEvent } from '../../src/transport/send-events.js';
import { editions, failureOf, type Mailer, mail, openTransport, sandboxOfFile, until } from './support.js';

const mailboxes = ['noreply@contoso.example', 'sales@contoso.example', 'billing@contoso.example'];
const latency = 30;
const sandbox = sandboxOfFile({ latency, mailboxes: mailboxes.slice(1) });
const anyMailbox = { mailbox: 'from', allowedMailboxes: mailboxes };

/** The requests to send mail that were logged after `from` requests. */
const sendRequests = (from: number): RequestLogEntry[] =>
  sandbox()
    .requests()
    .slice(from)
    .filter(({ path }) => path.toLowerCase().includes('sendmail'));

/** The most requests that were surely under way at one time: the sandbox answers none before its latency has passed. */
function mostAtOnce(requests: RequestLogEntry[]): number {
  const starts = requests.map(({ at }) => at.getTime());
  return Math.max(
    ...starts.map((time) => starts.filter((start) => start <= time && time < start + latency - 5).length),
  );
}

const pendingCount = ({ transporter }: Mailer) => (transporter as unknown as { pendingCount(): number }).pendingCount();

describe.each(editions)('limits of the pool, $name', (edition) => {
  it('maxConnections holds for all mailboxes together', async () => {
    const { transporter } = openTransport(edition, sandbox(), { ...anyMailbox, maxConnections: 2 });
    await transporter.verify();
    const from = sandbox().requests().length;
    await Promise.all(Array.from({ length: 18 }, (_, i) => transporter.sendMail(mail({ from: mailboxes[i % 3] }))));
    expect(sendRequests(from)).toHaveLength(18);
    expect(mostAtOnce(sendRequests(from))).toBe(2);
  });

  it('without it every mailbox has its own limit', async () => {
    const { transporter } = openTransport(edition, sandbox(), { ...anyMailbox, mailboxConcurrency: 2 });
    await transporter.verify();
    const from = sandbox().requests().length;
    await Promise.all(Array.from({ length: 18 }, (_, i) => transporter.sendMail(mail({ from: mailboxes[i % 3] }))));
    expect(mostAtOnce(sendRequests(from))).toBeGreaterThan(2);
    expect(mostAtOnce(sendRequests(from))).toBeLessThanOrEqual(6);
  });

  it('rateLimit messages at most are sent in rateDelta milliseconds', async () => {
    const { transporter } = openTransport(edition, sandbox(), { rateLimit: 4, rateDelta: 200 });
    const starts: number[] = [];
    const listener = (event: unknown) => starts.push((event as AttemptEvent).startedAt);
    subscribe('nodemailer-graph-transport:send:attempt', listener);
    await Promise.all(Array.from({ length: 10 }, () => transporter.sendMail(mail())));
    unsubscribe('nodemailer-graph-transport:send:attempt', listener);
    starts.sort((a, b) => a - b);
    expect(starts).toHaveLength(10);
    // The clock has whole milliseconds, and a start is counted just before its request is made.
    for (let i = 4; i < 10; i++) expect((starts[i] ?? 0) - (starts[i - 4] ?? 0)).toBeGreaterThanOrEqual(190);
  });

  it('the documented loop fills no queue when maxConnections is small', async () => {
    const { transporter } = openTransport(edition, sandbox(), { maxConnections: 1 });
    let waiting = 0;
    let most = 0;
    let sent = 0;
    await new Promise<void>((resolve, reject) => {
      transporter.on('idle', () => {
        while (transporter.isIdle() && sent + waiting < 12) {
          most = Math.max(most, ++waiting);
          transporter.sendMail(mail()).then(() => {
            waiting--;
            if (++sent === 12) resolve();
          }, reject);
        }
      });
    });
    expect(most).toBeLessThan(10);
  });

  it('pendingCount counts what waits and what is in flight', async () => {
    const { transporter } = openTransport(edition, sandbox());
    expect(pendingCount(transporter)).toBe(0);
    const sends = Array.from({ length: 15 }, () => transporter.sendMail(mail()));
    const failing = failureOf(edition, transporter.sendMail(mail({ to: undefined })));
    await failing;
    expect(pendingCount(transporter)).toBe(15);
    await Promise.all(sends);
    expect(pendingCount(transporter)).toBe(0);
  });

  it('close lets what is in flight end', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await transporter.verify();
    const from = sandbox().requests().length;
    const sends = Array.from({ length: 4 }, () => transporter.sendMail(mail()));
    await until(() => sendRequests(from).length === 4);
    transporter.close();
    await expect(Promise.all(sends)).resolves.toHaveLength(4);
    expect(pendingCount(transporter)).toBe(0);
  });

  it('close({ force: true }) ends what is in flight, and says that its fate is unknown', async () => {
    const { transporter } = openTransport(edition, sandbox());
    await transporter.verify();
    const from = sandbox().requests().length;
    const release = sandbox().fault({ on: 'sendMail', silence: true, times: 4 });
    const sends = Array.from({ length: 8 }, () => transporter.sendMail(mail()));
    const ends = Promise.allSettled(sends);
    await until(() => sendRequests(from).length === 4);
    await new Promise((resolve) => setTimeout(resolve, 50));
    (transporter.close as (options: { force: boolean }) => void)({ force: true });
    const outcomes = (await ends).map((end) => (end.status === 'rejected' ? end.reason : undefined));
    expect(outcomes.filter((error) => error?.outcome === 'unknown')).toHaveLength(4);
    expect(outcomes.filter((error) => error?.outcome === 'not-sent')).toHaveLength(4);
    for (const error of outcomes) {
      expect(error.code).toMatch(error.outcome === 'unknown' ? /^(EABORT|ECONNECTION)$/ : /^ECONNECTION$/);
    }
    release();
  });
});
