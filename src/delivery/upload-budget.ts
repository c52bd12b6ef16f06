import type { Clock } from '../clock.js';

/**
 * The bytes that may go to one mailbox in any five minutes. Graph allows 150 MB of POST, PUT and PATCH for each
 * application and mailbox (learn.microsoft.com/graph/throttling-limits, Outlook service limits), and does not say at which
 * moment of a request it counts. So a request counts in every window that it overlaps: from its departure until five
 * minutes after its end.
 */
export class UploadBudget {
  /** Milliseconds. */
  static readonly window = 300_000;
  #limit: number;
  readonly #clock: Clock;
  /** Requests that have ended, oldest first. */
  readonly #ended: { bytes: number; until: number }[] = [];
  /** Bytes of those, and of all in flight. */
  #used = 0;
  #inFlight = 0;

  /** @param limit bytes in any window */
  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Bytes in any window. */
  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** Whether nothing in the window is to be remembered. */
  get empty(): boolean {
    this.#forget();
    return this.#ended.length === 0 && this.#inFlight === 0;
  }

  /**
   * Milliseconds until a request of at most `bytes` may go; infinite when only the end of one in flight can tell. A request
   * without a body never waits; one that is larger than the whole budget goes alone in its window.
   */
  wait(bytes: number): number {
    if (bytes <= 0) return 0;
    this.#forget();
    let missing = Math.min(bytes, this.#limit) - (this.#limit - this.#used);
    if (missing <= 0) return 0;
    for (const request of this.#ended) {
      missing -= request.bytes;
      if (missing <= 0) return request.until - this.#clock.now();
    }
    return Number.POSITIVE_INFINITY;
  }

  /**
   * A request departs that carries at most `bytes`.
   * @returns to be called once when it has ended, with the bytes that it really carried
   */
  reserve(bytes: number): (carried: number) => void {
    this.#used += bytes;
    this.#inFlight++;
    return (carried) => {
      this.#inFlight--;
      this.#used += carried - bytes;
      if (carried > 0) this.#ended.push({ bytes: carried, until: this.#clock.now() + UploadBudget.window });
    };
  }

  #forget(): void {
    const now = this.#clock.now();
    let count = 0;
    for (const { bytes, until } of this.#ended) {
      if (until > now) break;
      this.#used -= bytes;
      count++;
    }
    if (count > 0) this.#ended.splice(0, count);
  }
}
