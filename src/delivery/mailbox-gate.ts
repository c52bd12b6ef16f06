import { abortError, onAbort } from '../abort.js';
import type { Clock } from '../clock.js';
import { Turnstile } from './turnstile.js';

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
  go: () => void;
  fail: (reason: unknown) => void;
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
  readonly #resting = new Set<Waiting>();
  readonly #departures: Turnstile;
  #age = 0;
  #admitted = 0;
  #pausedUntil = 0;
  #closed: { reason: () => unknown } | undefined;

  /**
   * @param limit requests in flight
   * @param lookAhead messages that may be composed beyond those in flight
   */
  constructor(limit: number, lookAhead: number, clock: Clock) {
    this.#limit = limit;
    this.#lookAhead = lookAhead;
    this.#clock = clock;
    this.#departures = new Turnstile({ limit, wait: () => this.pausedFor, clock });
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

  /**
   * Waits until a message may be composed. First in, first out.
   * @param signal ends every wait on this passage with `EABORT`
   */
  async admit(signal?: AbortSignal): Promise<Passage> {
    const age = this.#age++;
    if (this.#closed) throw this.#closed.reason();
    if (signal?.aborted) throw abortError(signal);
    if (this.#admitted < this.#limit + this.#lookAhead) this.#admitted++;
    else await this.#queue(signal);
    return {
      depart: (longestWait) => this.#departures.enter({ age, longestWait, signal }),
      arrive: () => this.#departures.leave(),
      rest: (ms) => this.#rest(ms, signal),
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
    this.#departures.advance();
  }

  /** Everything that has no request in flight fails with `reason()`, now and from now on. */
  close(reason: () => unknown): void {
    this.#closed ??= { reason };
    this.#departures.close(reason);
    for (const waiting of [...this.#entering.splice(0), ...this.#resting]) waiting.fail(reason());
  }

  #queue(signal: AbortSignal | undefined): Promise<void> {
    return waitFor(signal, (waiting) => {
      this.#entering.push(waiting);
      return () => {
        const index = this.#entering.indexOf(waiting);
        if (index >= 0) this.#entering.splice(index, 1);
      };
    });
  }

  #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed.reason());
    return waitFor(signal, (waiting) => {
      const cancel = this.#clock.after(ms, waiting.go);
      this.#resting.add(waiting);
      return () => {
        this.#resting.delete(waiting);
        cancel();
      };
    });
  }
}

/**
 * A wait that ends by `go`, `fail` or the signal.
 * @param begin puts it where it waits; gives what takes it away from there
 */
function waitFor(signal: AbortSignal | undefined, begin: (waiting: Waiting) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const end = () => {
      release();
      remove();
    };
    const waiting: Waiting = {
      go: () => {
        end();
        resolve();
      },
      fail: (reason) => {
        end();
        reject(reason);
      },
    };
    const release = onAbort(signal, () => waiting.fail(abortError(signal)));
    const remove = begin(waiting);
  });
}
