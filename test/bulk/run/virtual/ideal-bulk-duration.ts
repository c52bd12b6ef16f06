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

interface Flight {
  end: number;
  retryAfter: number;
}

interface IdealLane {
  index: number;
  requests: number;
  flights: Flight[];
  heldUntil: number;
  /** When the service counted what it took, in order. */
  counted: number[];
}

/**
 * Milliseconds that somebody would need who knows when the service counts each mail, and starts each the moment that this
 * falls out of the way of the limits.
 */
export function idealBulkDuration({ answers, rows, mailboxes, perMinute, perDay, concurrency }: IdealWork): number {
  const lanes: IdealLane[] = Array.from({ length: mailboxes }, (_, index) => ({
    index,
    requests: 0,
    flights: [],
    heldUntil: 0,
    counted: [],
  }));
  let waiting = rows;
  let now = 0;

  const earliest = (lane: IdealLane): number => {
    if (lane.flights.length >= concurrency) return Number.POSITIVE_INFINITY;
    const { counted, stored } = answers.answer(lane.index, lane.requests);
    let time = Math.max(now, lane.heldUntil);
    if (stored) {
      time = Math.max(time, (lane.counted.at(-perMinute) ?? Number.NEGATIVE_INFINITY) + minute - counted);
      time = Math.max(time, (lane.counted.at(-perDay) ?? Number.NEGATIVE_INFINITY) + day - counted);
    }
    return time;
  };

  const start = (lane: IdealLane) => {
    const { kind, duration, counted, retryAfter, stored } = answers.answer(lane.index, lane.requests++);
    waiting--;
    lane.flights.push({ end: now + duration, retryAfter: kind === 'refused' ? retryAfter : -1 });
    if (!stored) return;
    const at = now + counted;
    let place = lane.counted.length;
    while (place > 0 && (lane.counted[place - 1] ?? 0) > at) place--;
    lane.counted.splice(place, 0, at);
  };

  const land = (lane: IdealLane, { retryAfter }: Flight) => {
    if (retryAfter < 0) return;
    waiting++;
    lane.heldUntil = Math.max(lane.heldUntil, now + retryAfter);
  };

  for (;;) {
    for (const lane of lanes) while (waiting > 0 && earliest(lane) <= now) start(lane);
    const starts = waiting > 0 ? lanes.map(earliest) : [];
    const ends = lanes.flatMap(({ flights }) => flights.map(({ end }) => end));
    const next = Math.min(...starts, ...ends);
    if (next === Number.POSITIVE_INFINITY) return now;
    now = next;
    for (const lane of lanes) {
      const landed = lane.flights.filter(({ end }) => end <= now);
      lane.flights = lane.flights.filter(({ end }) => end > now);
      for (const flight of landed) land(lane, flight);
    }
  }
}
