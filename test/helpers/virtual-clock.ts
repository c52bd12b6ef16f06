import type { Clock } from '../../src/common/clock.js';

/** Lets everything that is ready to go on do so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still until it is told how much time has passed. */
export class VirtualClock implements Clock {
  #elapsed = 1_000_000;
  /** What the clock on the wall says beyond that. */
  #ahead = Date.UTC(2026, 10, 23, 10) - this.#elapsed;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#ahead + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Sets the wall clock, forward or back, as an administrator may. No time passes. */
  set(by: number): void {
    this.#ahead += by;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that would still fire. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: what falls due fires in order, and all that follows from it happens before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settled();
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
      await settled();
    }
    this.#elapsed = end;
    await settled();
  }
}
