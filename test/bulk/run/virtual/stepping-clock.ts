import type { Clock } from '../../../../src/common/clock.js';

interface Timer {
  at: number;
  callback: () => void;
}

/** A virtual clock that goes from one timer to the next. */
export class SteppingClock implements Clock {
  #elapsed = 1_000_000;
  /** What the clock on the wall says beyond that. */
  #ahead: number;
  /** The next one last. */
  readonly #timers: Timer[] = [];

  constructor(now = Date.UTC(2026, 10, 23, 10)) {
    this.#ahead = now - this.#elapsed;
  }

  now(): number {
    return this.#ahead + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Somebody sets the clock on the wall, forward or back. No time passes. */
  set(by: number): void {
    this.#ahead += by;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + ms, callback };
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
    return (this.#timers.at(-1)?.at ?? Number.POSITIVE_INFINITY) - this.#elapsed;
  }

  /** Lets time pass to the next timer, and that fire. */
  step(): void {
    const timer = this.#timers.pop();
    if (!timer) return;
    this.#elapsed = Math.max(this.#elapsed, timer.at);
    timer.callback();
  }
}
