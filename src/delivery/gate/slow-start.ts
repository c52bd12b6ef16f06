/** A request that has left. */
export interface Departed {
  /** Whether a pause has come since. */
  readonly overtaken: boolean;
  /** It has ended; `accepted` when it was made, and not refused. */
  arrive(accepted: boolean): void;
}

/**
 * After a pause one request goes; when it has come back and was not refused, two at a time; when one of those has, all.
 * A service that has just said *slow down* would meet a full burst with another refusal, and every refused request
 * counts against its limit as well.
 */
export class GentleResume {
  static readonly #enough = 2;
  #limit: number;
  #pauses = 0;
  #proofs = GentleResume.#enough;
  #inFlight = 0;
  #stragglers = 0;

  /** @param limit requests in flight when all is well */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Requests in flight when all is well. */
  set full(limit: number) {
    this.#limit = limit;
  }

  /** Whether all may go. */
  get complete(): boolean {
    return this.#proofs >= GentleResume.#enough;
  }

  /** Requests in flight as things stand. Those left over from before the pause take no place from the first ones after it. */
  get limit(): number {
    return this.complete ? this.#limit : Math.min(this.#limit, this.#stragglers + this.#proofs + 1);
  }

  /** A pause: the next request is the first again, and what is in flight now proves nothing any more. */
  restart(): void {
    this.#pauses++;
    this.#proofs = 0;
    this.#stragglers += this.#inFlight;
    this.#inFlight = 0;
  }

  /** A request leaves. */
  depart(): Departed {
    const pauses = this.#pauses;
    const overtaken = () => pauses !== this.#pauses;
    this.#inFlight++;
    return {
      get overtaken() {
        return overtaken();
      },
      arrive: (accepted) => {
        if (overtaken()) {
          this.#stragglers--;
          return;
        }
        this.#inFlight--;
        if (accepted && !this.complete) this.#proofs++;
      },
    };
  }
}
