/** A request that has begun. */
export interface StartedRequest {
  /** Whether a pause has come since. */
  readonly beforePause: boolean;
  /** It has ended; `accepted` when it was made, and not refused. */
  end(accepted: boolean): void;
}

/**
 * After a pause one request goes; when it has come back and was not refused, two at a time; when one of those has, all.
 * A service that has just said *slow down* would refuse a full burst again, and every refused request counts against
 * its limit as well.
 */
export class SlowStart {
  static readonly #required = 2;
  #limit: number;
  #pauses = 0;
  #successes = SlowStart.#required;
  #inFlight = 0;
  #fromBefore = 0;

  /** @param limit requests in flight when all is well */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Requests in flight when all is well. */
  set fullLimit(limit: number) {
    this.#limit = limit;
  }

  /** Whether all requests may be made. */
  get complete(): boolean {
    return this.#successes >= SlowStart.#required;
  }

  /** Requests in flight as things stand. Those from before the pause take no slot from the first ones after it. */
  get limit(): number {
    return this.complete ? this.#limit : Math.min(this.#limit, this.#fromBefore + this.#successes + 1);
  }

  /** A pause: the next request is the first again, and what is in flight now proves nothing any more. */
  restart(): void {
    this.#pauses++;
    this.#successes = 0;
    this.#fromBefore += this.#inFlight;
    this.#inFlight = 0;
  }

  /** A request begins. */
  start(): StartedRequest {
    const pauses = this.#pauses;
    const beforePause = () => pauses !== this.#pauses;
    this.#inFlight++;
    return {
      get beforePause() {
        return beforePause();
      },
      end: (accepted) => {
        if (beforePause()) {
          this.#fromBefore--;
          return;
        }
        this.#inFlight--;
        if (accepted && !this.complete) this.#successes++;
      },
    };
  }
}
