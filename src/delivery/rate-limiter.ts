import type { Clock } from '../clock.js';

/**
 * Nodemailer's `rateLimit` and `rateDelta`: at most `limit` starts in any `window` of milliseconds. Sliding, where
 * Nodemailer's pool counts from the first start of a batch, so that two batches cannot meet at the border.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #window: number;
  readonly #clock: Clock;
  /** The last `limit` starts that were made, oldest first. */
  readonly #starts: number[] = [];
  /** Starts that were taken and are still to be made, at any moment from now on. */
  #taken = 0;

  constructor(limit: number, window: number, clock: Clock) {
    this.#limit = limit;
    this.#window = window;
    this.#clock = clock;
  }

  /** Milliseconds until another start may be allowed, at the earliest. */
  get wait(): number {
    const left = this.#limit - this.#taken;
    if (left <= 0) return this.#window;
    const inTheWay = this.#starts.at(-left);
    return inTheWay === undefined ? 0 : Math.max(0, inTheWay + this.#window - this.#clock.now());
  }

  /** Takes a start; `begin` or `cancel` must follow. */
  reserve(): void {
    this.#taken++;
  }

  /** A start that was taken is made now; on a busy process some time may have passed. */
  begin(): void {
    this.#taken--;
    this.#starts.push(this.#clock.now());
    if (this.#starts.length > this.#limit) this.#starts.shift();
  }

  /** A start that was taken will not be made. */
  cancel(): void {
    this.#taken--;
  }
}
