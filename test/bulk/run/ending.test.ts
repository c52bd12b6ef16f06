import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BulkOptions, BulkSummary } from '../../../src/bulk/index.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { GraphMailError } from '../../../src/common/errors.js';
import { people } from './virtual/people.js';
import { play } from './virtual/play.js';
import { SteppingClock } from './virtual/stepping-clock.js';
import { syncFiles } from './virtual/sync-files.js';

const minute = 60_000;
const hour = 3_600_000;

let folder: string;
let clock: SteppingClock;
let begun: number;
/** Addresses of the mails that were given to the transporter. */
let given: string[];
let answer: (signal: AbortSignal) => Promise<unknown>;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ending-'));
  clock = new SteppingClock();
  begun = clock.now();
  given = [];
  answer = () => passing(1_000);
});
afterEach(() => rmSync(folder, { recursive: true }));

const passing = (ms: number) => new Promise((resolve) => clock.after(ms, () => resolve({})));

const transporter = {
  sendMail: ({ to, signal }: { to: { address: string }; signal: AbortSignal }) => {
    given.push(to.address);
    return answer(signal);
  },
};

function start(more: Partial<BulkOptions> = {}, onWrite?: (text: string) => void): BulkRun {
  const options = {
    transporter,
    recipients: people(1_000),
    template: { subject: 'Hello', text: 'Dear {{name}}' },
    from: 'news@contoso.com',
    journal: path.join(folder, 'run'),
    ...more,
  };
  return new BulkRun(options, { clock, files: syncFiles(() => clock.now(), onWrite) });
}

/** Lets `ms` pass since the beginning, then does something, and tells how long the run took to end after that. */
async function endedAfter(run: BulkRun, ms: number, what: () => void): Promise<BulkSummary & { took: number }> {
  let called = false;
  clock.after(begun + ms - clock.now(), () => {
    called = true;
    what();
  });
  await play(clock, run, () => called);
  const at = clock.now();
  await play(clock, run);
  const summary = await run.finished;
  return { ...summary, took: summary.finishedAt - at };
}

describe('stop()', () => {
  it.each<{ wait: string; options: Partial<BulkOptions>; sent: number; at: number }>([
    { wait: 'the minute', options: { rate: 10 }, sent: 10, at: 30_000 },
    { wait: 'the day', options: { perDay: 10 }, sent: 10, at: 5 * hour },
  ])('ends the wait for $wait at once', async ({ options, sent, at }) => {
    const run = start(options);
    const summary = await endedAfter(run, at, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', sent, unknown: 0, took: 0 });
    expect(clock.timers).toBe(0);
  });

  it('ends the wait for what the service asked for at once, and the next session keeps that wait', async () => {
    answer = async () => {
      throw new GraphMailError('Slow down', { code: 'EGRAPH', responseCode: 429, retryAfter: 2 * hour });
    };
    const run = start({ concurrency: 1 });
    const summary = await endedAfter(run, 10 * minute, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', sent: 0, unknown: 0, took: 0 });
    expect(given).toEqual(['p1@example.com']);

    answer = () => passing(1_000);
    const next = start({ limit: 1 });
    await play(clock, next);
    expect(await next.finished).toMatchObject({ ended: 'limit', sent: 1 });
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2 * hour);
    expect(clock.now() - begun).toBeLessThan(2 * hour + 5_000);
  });

  it('ends the wait for recipients that never come', async () => {
    async function* hanging() {
      yield* people(3);
      await new Promise(() => {});
    }
    const run = start({ recipients: hanging() });
    const summary = await endedAfter(run, hour, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', rows: 3, sent: 3, took: 0 });
  });

  it('ends the wait for a reader of the results who does not go on', async () => {
    const run = start({ rate: false, recipients: people(3_000) });
    const reader = run[Symbol.asyncIterator]();
    void reader.next();
    const summary = await endedAfter(run, 10 * hour, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', took: 0 });
    expect(summary.sent).toBeLessThan(3_000);
  });

  it('ends the wait for a template function that never gives a mail', async () => {
    const template = ({ email }: Readonly<Record<string, unknown>>) =>
      email === 'p3@example.com' ? new Promise<object>(() => {}) : { subject: 'Hello', text: 'Hello' };
    const run = start({ template });
    const summary = await endedAfter(run, hour, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', sent: 2, left: 1, took: 0 });
  });

  it('lets what is in flight come to its end', async () => {
    answer = () => passing(20_000);
    const run = start();
    const summary = await endedAfter(run, 5_000, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', sent: 4, unknown: 0, took: 15_000 });
    expect(given).toHaveLength(4);
  });

  it('before anything was read sends nothing', async () => {
    const run = start();
    run.stop();
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'stopped', rows: 0, sent: 0 });
    expect(given).toEqual([]);
  });

  it('lets others wait for another mailbox no longer either', async () => {
    const template = () => ({ subject: 'Hello', text: 'Hello', from: 'a@contoso.com' });
    const run = start({ from: [], template, perDay: 5 });
    const summary = await endedAfter(run, hour, () => run.stop());
    expect(summary).toMatchObject({ ended: 'stopped', sent: 5, unknown: 0, took: 0 });
    expect(clock.timers).toBe(0);
  });
});

describe('abort()', () => {
  const aborting = (error: () => Error) => (signal: AbortSignal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(error())));

  it('leaves what the transport says was not sent', async () => {
    answer = aborting(() => new GraphMailError('Aborted', { code: 'EABORT', outcome: 'not-sent' }));
    const run = start();
    const summary = await endedAfter(run, 5_000, () => run.abort());
    expect(summary).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0, rejected: 0, took: 0 });
  });

  it('calls unknown what may have been sent', async () => {
    answer = aborting(() => new GraphMailError('Aborted', { code: 'EABORT', outcome: 'unknown' }));
    const run = start();
    const summary = await endedAfter(run, 5_000, () => run.abort());
    expect(summary).toMatchObject({ ended: 'aborted', sent: 0, unknown: 4, took: 0 });
  });

  it('calls unknown what another transport was called off from in the middle', async () => {
    answer = aborting(() => Object.assign(new Error('Message sending aborted'), { code: 'EABORT' }));
    const run = start();
    const summary = await endedAfter(run, 5_000, () => run.abort());
    expect(summary).toMatchObject({ ended: 'aborted', unknown: 4, took: 0 });
  });

  it('after stop() ends what stop() waits for', async () => {
    answer = aborting(() => new GraphMailError('Aborted', { code: 'EABORT', outcome: 'unknown' }));
    const run = start();
    run.stop();
    clock.after(hour, () => run.abort());
    await play(clock, run);
    expect((await run.finished).ended).toBe('stopped');
  });

  it('is what the signal does', async () => {
    const controller = new AbortController();
    answer = aborting(() => new GraphMailError('Aborted', { code: 'EABORT', outcome: 'not-sent' }));
    const run = start({ signal: controller.signal });
    const summary = await endedAfter(run, 5_000, () => controller.abort());
    expect(summary).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0, took: 0 });
  });

  it('by a signal that was aborted before sends nothing', async () => {
    const run = start({ signal: AbortSignal.abort(), recipients: people(5) });
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0 });
    expect(given).toEqual([]);
  });

  it('while the recipients are read through begins no run', async () => {
    const run = start({ recipients: { csv: 'email,name\na@example.com,A\n' }, signal: AbortSignal.abort() });
    await expect(run.finished).rejects.toThrow('The run was aborted');
    expect(existsSync(path.join(folder, 'run'))).toBe(false);
  });

  it('does not hand over a mail when it comes while the suppression list is asked', async () => {
    const run = start({ suppress: () => Boolean(run.abort()) });
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0 });
    expect(given).toEqual([]);
  });

  it('does not hand over a mail when it comes while the attempt is written', async () => {
    const run = start({}, (text) => text.includes('"type":"attempt"') && run.abort());
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0 });
    expect(given).toEqual([]);
  });
});
