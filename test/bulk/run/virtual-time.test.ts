import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { BulkOptions } from '../../../src/bulk/index.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { runInChild } from '../../helpers/child.js';
import { LifeClock } from './virtual/life-clock.js';
import { type LongRun, type LongRunReport, mailboxes, template } from './virtual/long-run.js';
import { MailService } from './virtual/mail-service.js';
import { people } from './virtual/people.js';
import { PlannedAnswers } from './virtual/planned-answers.js';
import { play } from './virtual/play.js';
import { SteppingClock } from './virtual/stepping-clock.js';
import { syncFiles } from './virtual/sync-files.js';

const hour = 3_600_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'virtual-time-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function longRun(wishes: Omit<LongRun, 'folder'>): Promise<LongRunReport> {
  const program = `
    import { longRun } from './bulk/run/virtual/long-run.js';
    console.log(JSON.stringify(await longRun(JSON.parse(process.env.DATA))));
  `;
  const data: LongRun = { ...wishes, folder: path.join(folder, 'runs/run') };
  const { stdout, stderr } = await runInChild(program, data, 400_000);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as LongRunReport;
}

/** That every row has one end, the right one, and that no limit was exceeded in any window. */
function expectAllRight({ ended, rows, sent, rejected, unknown, left, seen, faults, timers }: LongRunReport): void {
  expect({ ended, left, timers }).toEqual({ ended: 'complete', left: 0, timers: 0 });
  expect(faults).toEqual({ perMinute: 0, perDay: 0, tooEarly: 0, mostInFlight: 4 });
  expect(seen['sent 1']).toBe(sent);
  expect(seen['rejected 0'] ?? 0).toBe(rejected);
  expect((seen['unknown 0'] ?? 0) + (seen['unknown 1'] ?? 0)).toBe(unknown);
  expect(sent + rejected + unknown).toBe(rows);
}

describe('a run in virtual time', () => {
  test('of 100,000 rows from five mailboxes takes two days, hardly more than it must, in constant memory', async () => {
    const shares = { refused: 0.02, rejected: 0.005, lost: 0.002 };
    const report = await longRun({ rows: 100_000, seed: 1, shares, perDay: 10_000 });
    expectAllRight(report);
    expect(report.refused).toBeGreaterThan(1_000);
    expect(report.took).toBeGreaterThan(24 * hour);
    expect(report.ratio, 'times what an ideal scheduler needs').toBeLessThanOrEqual(1.05);
    expect(report.ratio, 'nor less than the rules leave room for').toBeGreaterThan(0.99);
    expect(report.growth, 'bytes').toBeLessThan(30_000_000);
    console.info(`100,000 rows: ${report.ratio.toFixed(4)} × ideal, heap + ${(report.growth / 1e6).toFixed(1)} MB`);
  }, 420_000);

  test.each([0, 1, 5, 20])(
    'bounded by the minute alone, with %i percent of the requests refused, takes hardly more than it must',
    async (percent) => {
      const shares = { refused: percent / 100, rejected: 0.01, lost: 0.01 };
      const report = await longRun({ rows: 5_000, seed: 2 + percent, shares, perDay: false });
      expectAllRight(report);
      expect(report.ratio, 'times what an ideal scheduler needs').toBeLessThanOrEqual(1.05);
      console.info(`${percent} % refused: ${report.ratio.toFixed(4)} × ideal`);
    },
    60_000,
  );
});

describe('the count of the minute and of the day', () => {
  const rows = 1_500;
  const perDay = 400;
  let clock: SteppingClock;
  let service: MailService;

  beforeEach(() => {
    clock = new SteppingClock();
    const answers = new PlannedAnswers(7, { refused: 0.02, rejected: 0.01, lost: 0.01 });
    service = new MailService(mailboxes, rows, answers, clock, perDay);
  });

  const passing = async (ms: number) => {
    let passed = false;
    clock.after(ms, () => {
      passed = true;
    });
    while (!passed) clock.step();
  };

  const files = () => syncFiles(() => clock.now());

  const options = (more: Partial<BulkOptions>): BulkOptions => ({
    transporter: service,
    recipients: people(rows),
    template,
    from: mailboxes.slice(0, 2),
    perDay,
    maxErrors: false,
    ...more,
  });

  it.each([20_000, 61_000, 600_000, 1_200_000, 14 * hour, 24.2 * hour])(
    'outlives a process that is killed after %d ms',
    async (ms) => {
      const dying = new LifeClock(clock);
      const doomed = path.join(folder, 'before/run');
      const first = new BulkRun(options({ journal: doomed, transporter: dying.mortal(service) }), {
        clock: dying,
        files: files(),
      });
      const end = clock.now() + ms;
      await play(clock, first, () => clock.timers > 0 && clock.now() + clock.untilNext > end);
      dying.end();
      // What the dead process had asked for goes on at the service.
      await passing(5_000);
      const copy = path.join(folder, 'after/run');
      cpSync(path.join(doomed, 'journal.jsonl'), path.join(copy, 'journal.jsonl'), { recursive: true });
      const second = new BulkRun(options({ journal: copy }), { clock, files: files() });
      await play(clock, second);
      const summary = await second.finished;

      expect(summary).toMatchObject({ ended: 'complete', rows, left: 0 });
      expect(service.faults).toMatchObject({ perMinute: 0, perDay: 0, tooEarly: 0 });
      expect(Math.max(...service.delivered)).toBe(1);
    },
    60_000,
  );

  it('holds for a mail that was on its way when the process was killed, and that the service counts later', async () => {
    const counted: number[] = [];
    let until = 40_000;
    const slow = {
      sendMail: () =>
        new Promise((resolve) => {
          clock.after(until, () => counted.push(clock.now()));
          clock.after(50_000, () => resolve({}));
        }),
    };
    const dying = new LifeClock(clock);
    const wishes = { recipients: [...people(2)], from: 'a@contoso.com', rate: 1 };
    const doomed = path.join(folder, 'before/run');
    const environment = { clock: dying, files: files() };
    const first = new BulkRun(options({ ...wishes, journal: doomed, transporter: dying.mortal(slow) }), environment);
    clock.after(35_000, () => dying.end());
    const killed = clock.now() + 35_000;
    await play(clock, first, () => clock.now() === killed);
    const copy = path.join(folder, 'after/run');
    cpSync(path.join(doomed, 'journal.jsonl'), path.join(copy, 'journal.jsonl'), { recursive: true });
    until = 0;
    await passing(10_000);
    const second = new BulkRun(options({ ...wishes, journal: copy, transporter: slow }), { clock, files: files() });
    await play(clock, second);
    expect(await second.finished).toMatchObject({ sent: 1, unknown: 1 });
    const [one = 0, two = 0] = counted;
    expect(two - one).toBeGreaterThanOrEqual(60_000);
  });

  it('is shared with a run beside it that went before', async () => {
    const first = new BulkRun(options({ journal: path.join(folder, 'runs/one'), limit: 700 }), {
      clock,
      files: files(),
    });
    await play(clock, first);
    expect((await first.finished).ended).toBe('limit');
    const rest = [...people(rows)].slice(700);
    const second = new BulkRun(options({ journal: path.join(folder, 'runs/two'), recipients: rest }), {
      clock,
      files: files(),
    });
    await play(clock, second);
    expect(await second.finished).toMatchObject({ ended: 'complete', left: 0 });
    expect(service.faults).toMatchObject({ perMinute: 0, perDay: 0 });
  }, 60_000);
});
