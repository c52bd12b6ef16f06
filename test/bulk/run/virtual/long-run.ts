import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BulkRun } from '../../../../src/bulk/send-bulk.js';
import { idealBulkDuration } from './ideal-bulk-duration.js';
import { MailService, type ServiceFaults } from './mail-service.js';
import { people } from './people.js';
import { PlannedAnswers, type Shares } from './planned-answers.js';
import { play } from './play.js';
import { SteppingClock } from './stepping-clock.js';
import { syncFiles } from './sync-files.js';

export const mailboxes = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@contoso.com`);

export const template = {
  subject: 'Hello {{name}}',
  html: '<p>Dear {{name}},</p><p>{{note}}</p>',
  text: 'Dear {{name}},\n\n{{note}}\n',
};

export interface LongRun {
  rows: number;
  folder: string;
  seed: number;
  shares: Shares;
  perDay: number | false;
}

export interface LongRunReport {
  ended: string;
  rows: number;
  sent: number;
  rejected: number;
  unknown: number;
  left: number;
  /** Rows by what was said of them and how often their mail went out, as `sent 1`. */
  seen: Record<string, number>;
  faults: ServiceFaults;
  /** How often the service refused for coming too fast. */
  refused: number;
  /** Milliseconds, and times what an ideal scheduler needs. */
  took: number;
  ratio: number;
  /** Bytes that the heap had grown by, at the most. */
  growth: number;
  timers: number;
}

/** Sends to many in virtual time, and tells what came of it. To be run in a process of its own: it measures memory. */
export async function longRun({ rows, folder, seed, shares, perDay }: LongRun): Promise<LongRunReport> {
  const clock = new SteppingClock();
  const answers = new PlannedAnswers(seed, shares);
  const service = new MailService(mailboxes, rows, answers, clock);
  const heap = heapMeter();
  const recipients = people(rows);
  const options = { transporter: service, recipients, template, from: mailboxes, journal: folder, perDay };
  const run = new BulkRun({ ...options, maxErrors: false }, { clock, files: syncFiles(() => clock.now()) });
  const seen: Record<string, number> = {};
  let ends = 0;
  const reading = (async () => {
    for await (const { row, status } of run) {
      const what = `${status} ${service.delivered[row.number]}`;
      seen[what] = (seen[what] ?? 0) + 1;
      if (++ends % 10_000 === 0) heap.measure();
    }
  })();
  await play(clock, run);
  await reading;
  const { ended, sent, rejected, unknown, left, startedAt, finishedAt } = await run.finished;
  heap.measure();
  const took = finishedAt - startedAt;
  const work = { answers, rows, mailboxes: mailboxes.length, perMinute: 30, concurrency: 4 };
  const ideal = idealBulkDuration({ ...work, perDay: perDay === false ? Number.MAX_SAFE_INTEGER : perDay });
  const { faults, refused } = service;
  const totals = { rows, sent, rejected, unknown, left };
  return {
    ended,
    ...totals,
    seen,
    faults,
    refused,
    took,
    ratio: took / ideal,
    growth: heap.growth,
    timers: clock.timers,
  };
}

/** Measures what is alive, beyond what was at the beginning. */
function heapMeter() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = 0;
  return {
    measure: () => {
      most = Math.max(most, used() - before);
    },
    get growth() {
      return most;
    },
  };
}
