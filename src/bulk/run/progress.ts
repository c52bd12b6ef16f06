import type { Clock } from '../../common/timers.js';
import type { BulkProgress, MailboxProgress } from '../common/bulk-results.js';
import type { RunState } from '../journal/fold.js';
import type { Lane, Lanes } from './mailbox-queues.js';
import type { PreparedRun } from './prepare.js';
import { timeLeft } from './time-left.js';
import { totalsMeanwhile } from './totals.js';

export interface ProgressSources {
  state: RunState | undefined;
  /** Rows that were read. */
  read: number;
  /** Messages that this session may still send. */
  most: number;
  prepared: PreparedRun | undefined;
  /** Until when the transport waits, by mailbox and by the clock that nobody sets. */
  pauses: ReadonlyMap<string, number>;
  throttled: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The same by the clock that nobody sets. */
  begun: number;
  clock: Clock;
}

/** Where a run stands. */
export function progressOf({
  state,
  read,
  most,
  prepared,
  pauses,
  throttled,
  startedAt,
  begun,
  clock,
}: ProgressSources): BulkProgress {
  const total = prepared?.total;
  const rows = total ?? read;
  const totals = state
    ? totalsMeanwhile(state, rows)
    : { rows, sent: 0, rejected: 0, skipped: 0, unknown: 0, left: rows };
  const mailboxes = prepared
    ? [...prepared.lanes.all].map((lane) => mailboxProgress(lane, prepared.lanes, pauses, clock))
    : [];
  const rate = sum(mailboxes.map(({ sentLastMinute }) => sentLastMinute));
  const usedToday = sum(mailboxes.map(({ recipientsLastDay }) => recipientsLastDay));
  const { rate: limit = false, perDay = false } = prepared?.settings ?? {};
  const now = clock.elapsed();
  const lanes = [...(prepared?.lanes.all ?? [])];
  const left = Math.min(totals.left, most);
  const share = Math.ceil(left / Math.max(1, lanes.length));
  const byRate = Math.max(0, ...lanes.map(({ pacer }) => pacer.wait(now, share)));
  const pace = { left, mailboxes: mailboxes.length, rate: limit, byRate, perDay, usedToday };
  return {
    ...totals,
    total,
    rate,
    throttled,
    startedAt,
    elapsed: Math.max(0, Math.round(now - begun)),
    timeLeft: timeLeft({ ...pace, speed: prepared?.lanes.speed }),
    mailboxes,
  };
}

function mailboxProgress(lane: Lane, lanes: Lanes, pauses: ReadonlyMap<string, number>, clock: Clock): MailboxProgress {
  const now = clock.elapsed();
  const asked = pauses.get(lane.mailbox) ?? now;
  const pause = asked > now ? { why: 'throttled' as const, until: asked } : lanes.pauseOf(lane);
  // For whoever looks at a clock on the wall.
  const waiting = pause && { for: pause.why, until: Math.round(clock.now() + pause.until - now) };
  return {
    mailbox: lane.mailbox,
    sentLastMinute: lane.pacer.sentLastMinute(now),
    recipientsLastDay: lane.pacer.recipientsLastDay(now),
    ...(waiting && { waiting }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
