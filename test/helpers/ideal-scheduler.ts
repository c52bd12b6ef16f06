import type { ThrottlingPlan } from './throttling-plan.js';
import type { TransportBounds } from './throttling-service.js';

/** What there is to do, and what bounds it. */
export interface Work {
  plan: ThrottlingPlan;
  /** The bytes of each mailbox's messages. */
  mailboxes: ReadonlyMap<string, readonly number[]>;
  /** Requests in flight for each mailbox. */
  limit: number;
  /** Bytes for each mailbox in five minutes. */
  uploadBudget: number;
  bounds?: TransportBounds | undefined;
  /** Milliseconds that a message pauses after so many attempts when it is not told for how long. */
  backoff: (attempts: number) => number;
}

interface RunningRequest {
  end: number;
  bytes: number;
  attempts: number;
  pauses: number;
  index: number;
}

const fiveMinutes = 300_000;

/**
 * Milliseconds that somebody who sees everything at once would need for all of it, who starts every request the moment that
 * the rules allow it: none in a pause; after one first one, then two, then all; bytes counted until five minutes after the end
 * of their request.
 */
export function idealDuration({ plan, mailboxes, limit, uploadBudget, bounds, backoff }: Work): number {
  const queues = [...mailboxes].map(([mailbox, sizes]) => ({
    mailbox,
    waiting: sizes.map((bytes) => ({ bytes, attempts: 0 })).reverse(),
    running: [] as RunningRequest[],
    ended: [] as { bytes: number; until: number }[],
    /** Bytes of all that are running and all that have ended in these five minutes. */
    used: 0,
    requests: 0,
    pausedUntil: 0,
    pauses: 0,
    proofs: 2,
  }));
  type Queue = (typeof queues)[number];
  const starts: number[] = [];
  let now = 0;

  /** When the queue's next request may start, as things stand. */
  const earliest = (queue: Queue): number => {
    const message = queue.waiting.at(-1);
    if (!message || queue.running.length >= limit) return Number.POSITIVE_INFINITY;
    const fresh = queue.running.filter(({ pauses }) => pauses === queue.pauses).length;
    if (queue.proofs < 2 && fresh > queue.proofs) return Number.POSITIVE_INFINITY;
    let time = Math.max(now, queue.pausedUntil);
    let used = queue.used + message.bytes;
    for (const { bytes, until } of queue.ended) {
      if (used <= uploadBudget) break;
      used -= bytes;
      time = Math.max(time, until);
    }
    if (used > uploadBudget) return Number.POSITIVE_INFINITY;
    if (!bounds) return time;
    if (queues.reduce((sum, { running }) => sum + running.length, 0) >= bounds.connections)
      return Number.POSITIVE_INFINITY;
    return Math.max(time, (starts[starts.length - bounds.starts] ?? Number.NEGATIVE_INFINITY) + bounds.window);
  };

  const start = (queue: Queue) => {
    const { bytes, attempts } = queue.waiting.pop() ?? { bytes: 0, attempts: 0 };
    const index = queue.requests++;
    const { duration } = plan.answer(queue.mailbox, index);
    queue.running.push({ end: now + duration, bytes, attempts: attempts + 1, pauses: queue.pauses, index });
    queue.used += bytes;
    starts.push(now);
  };

  const finish = (queue: Queue, request: RunningRequest) => {
    const { kind, pause } = plan.answer(queue.mailbox, request.index);
    queue.running.splice(queue.running.indexOf(request), 1);
    queue.ended.push({ bytes: request.bytes, until: now + fiveMinutes });
    if (kind !== 'refused') {
      if (request.pauses === queue.pauses) queue.proofs++;
      return;
    }
    queue.pausedUntil = Math.max(queue.pausedUntil, now + (pause || backoff(request.attempts)));
    queue.pauses++;
    queue.proofs = 0;
    queue.waiting.push({ bytes: request.bytes, attempts: request.attempts });
  };

  for (;;) {
    for (const queue of queues) {
      while ((queue.ended[0]?.until ?? Number.POSITIVE_INFINITY) <= now) queue.used -= queue.ended.shift()?.bytes ?? 0;
    }
    // Whoever has most left to do goes first.
    const inNeed = queues.toSorted((a, b) => b.waiting.length - a.waiting.length);
    for (const queue of inNeed) while (earliest(queue) <= now) start(queue);
    const next = Math.min(...queues.flatMap((queue) => [earliest(queue), ...queue.running.map(({ end }) => end)]));
    if (next === Number.POSITIVE_INFINITY) return now;
    now = next;
    for (const queue of queues)
      for (const request of queue.running.filter(({ end }) => end <= now)) finish(queue, request);
  }
}
