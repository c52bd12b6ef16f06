import type { Clock } from '../../../../src/clock.js';

interface Timer {
  at: number;
  callback: () => void;
}

/** A virtual clock that goes from one timer to the next. */
export class SteppingClock implements Clock {
  #now: number;
  /** The next one last. */
  readonly #timers: Timer[] = [];

  constructor(now = Date.UTC(2026, 10, 23, 10)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) <= timer.at) place--;
    this.#timers.splice(place, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Milliseconds to the next timer. */
  get untilNext(): number {
    return (this.#timers.at(-1)?.at ?? Number.POSITIVE_INFINITY) - this.#now;
  }

  /** Lets time pass to the next timer, and that fire. */
  step(): void {
    const timer = this.#timers.pop();
    if (!timer) return;
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
  }
}
