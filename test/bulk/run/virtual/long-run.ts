import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BulkRun } from '../../../../src/bulk/bulk-run.js';
import { type BulkOptions, printTotals } from '../../../../src/bulk/index.js';
import { idealBulkDuration } from './ideal-bulk-duration.js';
import { MailService } from './mail-service.js';
import { PlannedAnswers, type Shares } from './planned-answers.js';
import { play } from './play.js';
import { SteppingClock } from './stepping-clock.js';
import { syncFiles } from './sync-files.js';

export interface LongRun {
  rows: number;
  folder: string;
  seed: number;
  shares: Shares;
  /** Whether somebody reads the results. */
  read: boolean;
}

const mailboxes = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@contoso.com`);

export function* people(rows: number): Generator<object> {
  for (let row = 1; row <= rows; row++)
    yield { email: `p${row}@example.com`, name: `Person ${row}`, plan: 'x'.repeat(40) };
}

/** Sends it all in virtual time, and tells what came of it, measured. */
export async function longRun({ rows, folder, seed, shares, read }: LongRun) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const clock = new SteppingClock();
  const answers = new PlannedAnswers(seed, shares);
  const service = new MailService(mailboxes, rows, answers, clock);
  const options: BulkOptions = {
    transporter: service,
    recipients: people(rows),
    template: { subject: 'Hello {{name}}', html: '<p>Dear {{name}}, {{plan}}</p>', text: 'Dear {{name}}, {{plan}}' },
    from: mailboxes,
    journal: folder,
    maxErrors: false,
  };
  const before = heap();
  const samples: number[] = [];
  const run = new BulkRun(options, { clock, files: syncFiles(() => clock.now()) });
  const ended = new Map<string, number>();
  const reading = (async () => {
    if (!read) return;
    for await (const { row, status } of run) {
      const times = service.delivered[row.number] ?? 0;
      const right = status === 'sent' ? times === 1 : status === 'unknown' ? times <= 1 : times === 0;
      const what = right ? status : `${status}, delivered ${times} times`;
      ended.set(what, (ended.get(what) ?? 0) + 1);
    }
  })();
  const start = performance.now();
  let next = 10_000;
  await play(clock, run, () => {
    if (run.progress.sent >= next) {
      next += 10_000;
      samples.push(heap() - before);
    }
    return false;
  });
  const summary = await run.finished;
  await reading;
  const realSeconds = (performance.now() - start) / 1000;
  const took = summary.finishedAt - summary.startedAt;
  const ideal = idealBulkDuration({ answers, rows, mailboxes: 5, perMinute: 30, perDay: 10_000, concurrency: 4 });
  return {
    totals: printTotals(summary),
    ended: summary.ended,
    results: Object.fromEntries(ended),
    faults: service.faults,
    refused: service.refused,
    throttled: summary.throttled,
    hours: took / 3.6e6,
    idealHours: ideal / 3.6e6,
    ratio: took / ideal,
    growth: samples.map((b) => +(b / 1e6).toFixed(1)),
    timers: clock.timers,
    realSeconds,
  };
}
