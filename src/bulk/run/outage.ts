/** Milliseconds before the first and the longest before any further try while the network fails. */
const firstPause = 30_000;
const longestPause = 300_000;

/**
 * How long to go on while the network fails. At the very first mail not at all: a user is watching, and there is
 * something to correct. In the middle of a run for a while.
 */
export class Outage {
  readonly #patience: number;
  #worked = false;
  #since: number | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #pause = firstPause;

  /** @param patience milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  worked(): void {
    this.#worked = true;
    this.#since = undefined;
    this.#pause = firstPause;
  }

  /** When to try again, or `undefined` to give up. @param now by the monotonic clock */
  failed(now: number): number | undefined {
    if (!this.#worked) return undefined;
    this.#since ??= now;
    if (now - this.#since >= this.#patience) return undefined;
    // Requests that were in flight together fail together, and are one failure.
    if (now >= this.#pausedUntil) {
      this.#pausedUntil = now + this.#pause;
      this.#pause = Math.min(2 * this.#pause, longestPause);
    }
    return this.#pausedUntil;
  }
}
