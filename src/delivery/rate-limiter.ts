import type { Clock } from '../clock.js';

/**
 * Nodemailer's `rateLimit` and `rateDelta`: at most `limit` starts in any `window` of milliseconds. Sliding, where
 * Nodemailer's pool counts from the first start of a batch, so that two batches cannot meet at the border.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #window: number;
  readonly #clock: Clock;
  /** The last `limit` starts, oldest first. */
  readonly #starts: { at: number; begun: boolean }[] = [];

  constructor(limit: number, window: number, clock: Clock) {
    this.#limit = limit;
    this.#window = window;
    this.#clock = clock;
  }

  /** Milliseconds until another start is allowed. */
  get wait(): number {
    const [oldest] = this.#starts;
    if (!oldest || this.#starts.length < this.#limit) return 0;
    return Math.max(0, oldest.at + this.#window - this.#clock.now());
  }

  /** Takes a start. */
  reserve(): void {
    this.#starts.push({ at: this.#clock.now(), begun: false });
    if (this.#starts.length > this.#limit) this.#starts.shift();
  }

  /** A start that was taken is made now; on a busy process some time may have passed. */
  begin(): void {
    const start = this.#starts.find(({ begun }) => !begun);
    if (!start) return;
    start.at = this.#clock.now();
    start.begun = true;
  }
}
