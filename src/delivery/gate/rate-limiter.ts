import type { Clock } from '../../common/clock.js';
import { SlidingWindow } from '../../common/sliding-window.js';

/**
 * Nodemailer's `rateLimit` and `rateDelta`: at most `limit` starts in any `window` of milliseconds. Sliding, where
 * Nodemailer's pool counts from the first start of a batch, so that two batches cannot meet at the border.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #starts: SlidingWindow;

  constructor(limit: number, window: number, clock: Clock) {
    this.#clock = clock;
    this.#starts = new SlidingWindow(limit, window);
  }

  /** Milliseconds until another start may be allowed, at the earliest. */
  get wait(): number {
    return this.#starts.wait(this.#clock.elapsed(), 1);
  }

  /** Takes a start; `begin` or `cancel` must follow. */
  reserve(): void {
    this.#starts.begin(1);
  }

  /** A start that was taken is made now; on a busy process some time may have passed. */
  begin(): void {
    this.#starts.end(this.#clock.elapsed(), 1);
  }

  /** A start that was taken will not be made. */
  cancel(): void {
    this.#starts.cancel(1);
  }
}
