import type { Clock } from '../clock.js';

/**
 * Nodemailer's `rateLimit` and `rateDelta`: at most `limit` starts in any `window` of milliseconds. Sliding, where
 * Nodemailer's pool counts from the first start of a batch, so that two batches cannot meet at the border.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #window: number;
  readonly #clock: Clock;
  /** Times of the last `limit` starts, a ring. */
  readonly #starts: number[] = [];
  #oldest = 0;

  constructor(limit: number, window: number, clock: Clock) {
    this.#limit = limit;
    this.#window = window;
    this.#clock = clock;
  }

  /** Milliseconds until another start is allowed. */
  get wait(): number {
    if (this.#starts.length < this.#limit) return 0;
    return Math.max(0, (this.#starts[this.#oldest] ?? 0) + this.#window - this.#clock.now());
  }

  /** Counts a start. */
  start(): void {
    if (this.#starts.length < this.#limit) {
      this.#starts.push(this.#clock.now());
      return;
    }
    this.#starts[this.#oldest] = this.#clock.now();
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }
}
