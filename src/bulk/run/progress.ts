import type { Clock } from '../../common/clock.js';
import type { BulkProgress, MailboxProgress } from '../common/bulk-results.js';
import type { RunState } from '../journal/run-state.js';
import type { MailboxQueue, MailboxQueues } from './mailbox-queues.js';
import type { PreparedRun } from './prepare.js';
import { totalsMeanwhile } from './totals.js';

interface ProgressSources {
  state: RunState | undefined;
  /** Rows that were read. */
  read: number;
  /** Messages that this session may still send. */
  most: number;
  prepared: PreparedRun | undefined;
  /** Until when the transport waits, by mailbox and by the monotonic clock. */
  pauses: ReadonlyMap<string, number>;
  throttled: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The same by the monotonic clock. */
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
    ? [...prepared.queues.all].map((queue) => mailboxProgress(queue, prepared.queues, pauses, clock))
    : [];
  const rate = sum(mailboxes.map(({ sentLastMinute }) => sentLastMinute));
  const usedToday = sum(mailboxes.map(({ recipientsLastDay }) => recipientsLastDay));
  const { rate: limit = false, perDay = false } = prepared?.settings ?? {};
  const now = clock.elapsed();
  const queues = [...(prepared?.queues.all ?? [])];
  const left = Math.min(totals.left, most);
  const share = Math.ceil(left / Math.max(1, queues.length));
  const byRate = Math.max(0, ...queues.map(({ pacer }) => pacer.wait(now, share)));
  const pace = { left, mailboxes: mailboxes.length, rate: limit, byRate, perDay, usedToday };
  return {
    ...totals,
    total,
    rate,
    throttled,
    startedAt,
    elapsed: Math.max(0, Math.round(now - begun)),
    timeLeft: timeLeft({ ...pace, speed: prepared?.queues.speed }),
    mailboxes,
  };
}

function mailboxProgress(
  queue: MailboxQueue,
  queues: MailboxQueues,
  pauses: ReadonlyMap<string, number>,
  clock: Clock,
): MailboxProgress {
  const now = clock.elapsed();
  const asked = pauses.get(queue.mailbox) ?? now;
  const pause = asked > now ? { why: 'throttled' as const, until: asked } : queues.pauseOf(queue);
  // For users, by the time of day.
  const waiting = pause && { for: pause.why, until: Math.round(clock.now() + pause.until - now) };
  return {
    mailbox: queue.mailbox,
    sentLastMinute: queue.pacer.sentLastMinute(now),
    recipientsLastDay: queue.pacer.recipientsLastDay(now),
    ...(waiting && { waiting }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** @internal */
export interface PaceSeen {
  left: number;
  /** Mailboxes that share the work. */
  mailboxes: number;
  /** Mails a minute and mailbox. */
  rate: number | false;
  /** Milliseconds until the last may go by that limit, counting what went before. */
  byRate: number;
  /** Recipients in 24 hours and mailbox, and how many of these are used up, over all mailboxes. */
  perDay: number | false;
  usedToday: number;
  /** Mails a minute that the service has taken so far, over all mailboxes. */
  speed: number | undefined;
}

const minute = 60_000;

const day = 86_400_000;

/**
 * Milliseconds that the rest will take as things stand; `undefined` while nothing is known.
 * @internal
 */
export function timeLeft({ left, mailboxes, rate, byRate, perDay, usedToday, speed }: PaceSeen): number | undefined {
  if (left === 0) return 0;
  if (rate === false && speed === undefined) return undefined;
  const bySpeed = speed === undefined ? 0 : (left / speed) * minute;
  const sending = Math.max(byRate, bySpeed);
  if (perDay === false) return sending;
  const allowance = perDay * Math.max(1, mailboxes);
  const beyondToday = left - Math.max(0, allowance - usedToday);
  if (beyondToday <= 0) return sending;
  const fullDays = Math.ceil(beyondToday / allowance);
  const onLastDay = beyondToday - (fullDays - 1) * allowance;
  const perMinute = Math.min(
    rate === false ? Number.POSITIVE_INFINITY : rate * Math.max(1, mailboxes),
    speed ?? Number.POSITIVE_INFINITY,
  );
  return Math.max(sending, fullDays * day + (onLastDay / perMinute) * minute);
}
