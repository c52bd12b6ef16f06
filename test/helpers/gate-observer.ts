import { expect } from 'vitest';
import type { Clock } from '../../src/common/clock.js';

const fiveMinutes = 300_000;

/** One request, as it was seen. */
export interface SeenRequest {
  start: number;
  end: number;
  carried: number;
  /** Pauses that there had been when it began. */
  pauses: number;
}

/** What goes to one mailbox, watched: says when something goes that should not. Knows nothing of the gate. */
export class GateObserver {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #all: SeenRequest[] = [];
  readonly #inFlight = new Set<SeenRequest>();
  #pausedUntil = 0;
  #pauses = 0;
  #proofs = 2;

  /** @param limit requests in flight */
  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** A request begins. */
  begins(): SeenRequest {
    const start = this.#clock.now();
    if (start < this.#pausedUntil) expect.fail('a request in a pause');
    const request = { start, end: Number.POSITIVE_INFINITY, carried: 0, pauses: this.#pauses };
    this.#all.push(request);
    this.#inFlight.add(request);
    if (this.#inFlight.size > this.#limit) expect.fail(`${this.#inFlight.size} requests in flight`);
    if (this.#proofs < 2) {
      const sincePause = [...this.#inFlight].filter(({ pauses }) => pauses === this.#pauses).length;
      if (sincePause > this.#proofs + 1) expect.fail(`${sincePause} requests at a time so soon after a pause`);
    }
    return request;
  }

  /** The service asks for a pause. */
  pausesUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time);
    this.#pauses++;
    this.#proofs = 0;
  }

  /** A request ends. */
  ends(request: SeenRequest, carried: number, accepted: boolean): void {
    this.#inFlight.delete(request);
    Object.assign(request, { end: this.#clock.now(), carried });
    if (accepted && request.pauses === this.#pauses) this.#proofs++;
  }

  /** A window that holds the most ends as some request begins: it counts all that began by then, and ended in it or later. */
  mostBytesInFiveMinutes(): number {
    const byEnd = this.#all.toSorted((a, b) => a.end - b.end);
    let [most, begun, gone, next] = [0, 0, 0, 0];
    for (const { start, carried } of this.#all) {
      begun += carried;
      for (let old = byEnd[next]; old && old.end <= start - fiveMinutes; old = byEnd[++next]) gone += old.carried;
      most = Math.max(most, begun - gone);
    }
    return most;
  }
}
