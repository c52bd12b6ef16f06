import type { Clock } from '../clock.js';

/** One message's way through the gate. Every method is called in this order; `leave` always, and once. */
export interface Passage {
  /**
   * Waits until a request may be made. After a failed attempt it may be called again, and is served before younger ones.
   * @param longestPause milliseconds; a pause longer than that is not waited for
   * @returns whether a request may be made; `false` for too long a pause
   */
  depart(longestPause?: number): Promise<boolean>;
  /** The request has ended. */
  arrive(): void;
  /** Waits `ms` between two attempts, with nothing in flight. */
  rest(ms: number): Promise<void>;
  /** The message is done, one way or the other. */
  leave(): void;
}

interface Waiting {
  age: number;
  go(): void;
  fail(reason: unknown): void;
}

interface Departing extends Waiting {
  longestPause: number;
  giveUp(): void;
}

/**
 * The gate in front of one mailbox. At most `limit` requests are in flight; only a few messages more than that are
 * admitted to be composed, so what waits costs no memory; a pause holds everything.
 */
export class MailboxGate {
  readonly #limit: number;
  readonly #lookAhead: number;
  readonly #clock: Clock;
  readonly #entering: Waiting[] = [];
  #departing: Departing[] = [];
  readonly #resting = new Set<Waiting>();
  #age = 0;
  #admitted = 0;
  #inFlight = 0;
  #pausedUntil = 0;
  #cancelTimer: (() => void) | undefined;
  #closed: { reason: () => unknown } | undefined;

  /**
   * @param limit requests in flight
   * @param lookAhead messages that may be composed beyond those in flight
   */
  constructor(limit: number, lookAhead: number, clock: Clock) {
    this.#limit = limit;
    this.#lookAhead = lookAhead;
    this.#clock = clock;
  }

  /** Messages waiting to be admitted. */
  get queued(): number {
    return this.#entering.length;
  }

  /** Milliseconds until requests may be made again. */
  get pausedFor(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Whether nobody is inside or waiting, and no pause is left to remember. */
  get unused(): boolean {
    return this.#admitted === 0 && this.#entering.length === 0 && this.pausedFor === 0;
  }

  /** Waits until a message may be composed. First in, first out. */
  async admit(): Promise<Passage> {
    const age = this.#age++;
    if (this.#closed) throw this.#closed.reason();
    if (this.#admitted < this.#limit + this.#lookAhead) this.#admitted++;
    else await new Promise<void>((go, fail) => this.#entering.push({ age, go, fail }));
    return {
      depart: (longestPause = Number.POSITIVE_INFINITY) => this.#depart(age, longestPause),
      arrive: () => {
        this.#inFlight--;
        this.#letDepart();
      },
      rest: (ms) => this.#rest(age, ms),
      leave: () => {
        const next = this.#closed ? undefined : this.#entering.shift();
        if (next) next.go();
        else this.#admitted--;
      },
    };
  }

  /** No request before `until` (ms since the epoch). A shorter pause never ends a longer one. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    this.#letDepart();
  }

  /** Everything that has no request in flight fails with `reason()`, now and from now on. */
  close(reason: () => unknown): void {
    this.#closed ??= { reason };
    this.#cancelTimer?.();
    for (const waiting of [...this.#entering.splice(0), ...this.#departing.splice(0), ...this.#resting])
      waiting.fail(reason());
  }

  #rest(age: number, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed.reason());
      const end = () => {
        this.#resting.delete(waiting);
        cancel();
      };
      const waiting: Waiting = {
        age,
        go: resolve,
        fail: (reason) => {
          end();
          reject(reason);
        },
      };
      const cancel = this.#clock.after(ms, () => {
        end();
        resolve();
      });
      this.#resting.add(waiting);
    });
  }

  #depart(age: number, longestPause: number): Promise<boolean> {
    return new Promise((resolve, fail) => {
      if (this.#closed) return fail(this.#closed.reason());
      const index = this.#departing.findIndex((other) => other.age > age);
      const waiting = { age, longestPause, go: () => resolve(true), giveUp: () => resolve(false), fail };
      this.#departing.splice(index < 0 ? this.#departing.length : index, 0, waiting);
      this.#letDepart();
    });
  }

  #letDepart(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const wait = this.pausedFor;
    for (const waiting of this.#departing) if (waiting.longestPause < wait) waiting.giveUp();
    this.#departing = this.#departing.filter(({ longestPause }) => longestPause >= wait);
    if (this.#departing.length === 0) return;
    if (wait > 0) {
      this.#cancelTimer = this.#clock.after(Math.min(wait, 2 ** 31 - 1), () => this.#letDepart());
      return;
    }
    while (this.#inFlight < this.#limit) {
      const next = this.#departing.shift();
      if (!next) return;
      this.#inFlight++;
      next.go();
    }
  }
}
