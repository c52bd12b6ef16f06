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

interface Flight {
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
  const lanes = [...mailboxes].map(([mailbox, sizes]) => ({
    mailbox,
    waiting: sizes.map((bytes) => ({ bytes, attempts: 0 })).reverse(),
    flights: [] as Flight[],
    ended: [] as { bytes: number; until: number }[],
    /** Bytes of all flights and all that have ended in these five minutes. */
    used: 0,
    requests: 0,
    pausedUntil: 0,
    pauses: 0,
    proofs: 2,
  }));
  type Lane = (typeof lanes)[number];
  const starts: number[] = [];
  let now = 0;

  /** When the lane's next request may start, as things stand. */
  const earliest = (lane: Lane): number => {
    const message = lane.waiting.at(-1);
    if (!message || lane.flights.length >= limit) return Number.POSITIVE_INFINITY;
    const fresh = lane.flights.filter(({ pauses }) => pauses === lane.pauses).length;
    if (lane.proofs < 2 && fresh > lane.proofs) return Number.POSITIVE_INFINITY;
    let time = Math.max(now, lane.pausedUntil);
    let used = lane.used + message.bytes;
    for (const { bytes, until } of lane.ended) {
      if (used <= uploadBudget) break;
      used -= bytes;
      time = Math.max(time, until);
    }
    if (used > uploadBudget) return Number.POSITIVE_INFINITY;
    if (!bounds) return time;
    if (lanes.reduce((sum, { flights }) => sum + flights.length, 0) >= bounds.connections)
      return Number.POSITIVE_INFINITY;
    return Math.max(time, (starts[starts.length - bounds.starts] ?? Number.NEGATIVE_INFINITY) + bounds.window);
  };

  const start = (lane: Lane) => {
    const { bytes, attempts } = lane.waiting.pop() ?? { bytes: 0, attempts: 0 };
    const index = lane.requests++;
    const { duration } = plan.answer(lane.mailbox, index);
    lane.flights.push({ end: now + duration, bytes, attempts: attempts + 1, pauses: lane.pauses, index });
    lane.used += bytes;
    starts.push(now);
  };

  const land = (lane: Lane, flight: Flight) => {
    const { kind, pause } = plan.answer(lane.mailbox, flight.index);
    lane.flights.splice(lane.flights.indexOf(flight), 1);
    lane.ended.push({ bytes: flight.bytes, until: now + fiveMinutes });
    if (kind !== 'refused') {
      if (flight.pauses === lane.pauses) lane.proofs++;
      return;
    }
    lane.pausedUntil = Math.max(lane.pausedUntil, now + (pause || backoff(flight.attempts)));
    lane.pauses++;
    lane.proofs = 0;
    lane.waiting.push({ bytes: flight.bytes, attempts: flight.attempts });
  };

  for (;;) {
    for (const lane of lanes) {
      while ((lane.ended[0]?.until ?? Number.POSITIVE_INFINITY) <= now) lane.used -= lane.ended.shift()?.bytes ?? 0;
    }
    // Whoever has most left to do goes first.
    const inNeed = lanes.toSorted((a, b) => b.waiting.length - a.waiting.length);
    for (const lane of inNeed) while (earliest(lane) <= now) start(lane);
    const next = Math.min(...lanes.flatMap((lane) => [earliest(lane), ...lane.flights.map(({ end }) => end)]));
    if (next === Number.POSITIVE_INFINITY) return now;
    now = next;
    for (const lane of lanes) for (const flight of lane.flights.filter(({ end }) => end <= now)) land(lane, flight);
  }
}
