import type { Clock } from '../../common/clock.js';
import { SlidingWindow } from '../../common/sliding-window.js';

/**
 * The bytes that may go to one mailbox in any five minutes. Graph allows 150 MB of POST, PUT and PATCH for each
 * application and mailbox (learn.microsoft.com/graph/throttling-limits, Outlook service limits), and does not say at which
 * moment of a request it counts. So a request counts in every window that it overlaps: from its start until five
 * minutes after its end. (fact throttle-4)
 */
export class UploadBudget {
  /** Milliseconds. */
  static readonly window = 300_000;
  readonly #clock: Clock;
  readonly #bytes: SlidingWindow;

  /** @param limit bytes in any window */
  constructor(limit: number, clock: Clock) {
    this.#clock = clock;
    this.#bytes = new SlidingWindow(limit, UploadBudget.window);
  }

  /** Bytes in any window. */
  set limit(bytes: number) {
    this.#bytes.limit = bytes;
  }

  /** Whether nothing in the window is to be remembered. */
  get empty(): boolean {
    return this.#bytes.isEmpty(this.#clock.elapsed());
  }

  /**
   * Milliseconds until a request of at most `bytes` may be made, at the earliest. A request without a body never waits; one that
   * is larger than the whole budget goes alone in its window.
   */
  wait(bytes: number): number {
    return bytes <= 0 ? 0 : this.#bytes.wait(this.#clock.elapsed(), bytes);
  }

  /**
   * A request begins that carries at most `bytes`.
   * @returns to be called once when it has ended, with the bytes that it really carried
   */
  reserve(bytes: number): (carried: number) => void {
    this.#bytes.begin(bytes);
    return (carried) => this.#bytes.end(this.#clock.elapsed(), bytes, carried);
  }
}
