import type { PlannedAnswers } from './planned-answers.js';

const minute = 60_000;
const day = 86_400_000;

export interface IdealWork {
  answers: PlannedAnswers;
  rows: number;
  mailboxes: number;
  perMinute: number;
  perDay: number;
  /** Requests in flight for each mailbox. */
  concurrency: number;
}

interface InFlight {
  end: number;
  retryAfter: number;
}

interface IdealQueue {
  index: number;
  requests: number;
  inFlight: InFlight[];
  heldUntil: number;
  /** When the service counted what it took, in order. */
  counted: number[];
}

/**
 * Milliseconds that a perfect scheduler needs: it knows when the service counts each mail, and starts each the moment that this
 * falls out of the way of the limits.
 */
export function idealBulkDuration({ answers, rows, mailboxes, perMinute, perDay, concurrency }: IdealWork): number {
  const queues: IdealQueue[] = Array.from({ length: mailboxes }, (_, index) => ({
    index,
    requests: 0,
    inFlight: [],
    heldUntil: 0,
    counted: [],
  }));
  let waiting = rows;
  let now = 0;

  const earliest = (queue: IdealQueue): number => {
    if (queue.inFlight.length >= concurrency) return Number.POSITIVE_INFINITY;
    const { counted, stored } = answers.answer(queue.index, queue.requests);
    let time = Math.max(now, queue.heldUntil);
    if (stored) {
      time = Math.max(time, (queue.counted.at(-perMinute) ?? Number.NEGATIVE_INFINITY) + minute - counted);
      time = Math.max(time, (queue.counted.at(-perDay) ?? Number.NEGATIVE_INFINITY) + day - counted);
    }
    return time;
  };

  const start = (queue: IdealQueue) => {
    const { kind, duration, counted, retryAfter, stored } = answers.answer(queue.index, queue.requests++);
    waiting--;
    queue.inFlight.push({ end: now + duration, retryAfter: kind === 'refused' ? retryAfter : -1 });
    if (!stored) return;
    const at = now + counted;
    let index = queue.counted.length;
    while (index > 0 && (queue.counted[index - 1] ?? 0) > at) index--;
    queue.counted.splice(index, 0, at);
  };

  const finish = (queue: IdealQueue, { retryAfter }: InFlight) => {
    if (retryAfter < 0) return;
    waiting++;
    queue.heldUntil = Math.max(queue.heldUntil, now + retryAfter);
  };

  for (;;) {
    for (const queue of queues) while (waiting > 0 && earliest(queue) <= now) start(queue);
    const starts = waiting > 0 ? queues.map(earliest) : [];
    const ends = queues.flatMap(({ inFlight }) => inFlight.map(({ end }) => end));
    const next = Math.min(...starts, ...ends);
    if (next === Number.POSITIVE_INFINITY) return now;
    now = next;
    for (const queue of queues) {
      const ended = queue.inFlight.filter(({ end }) => end <= now);
      queue.inFlight = queue.inFlight.filter(({ end }) => end > now);
      for (const request of ended) finish(queue, request);
    }
  }
}
