import { abortError, onAbort } from '../abort.js';
import type { Clock } from '../clock.js';

/** How a turnstile lets requests through. */
export interface TurnstileRules {
  /** Requests inside at a time. */
  limit: number;
  /** Milliseconds until another may enter, as things stand. */
  wait: () => number;
  /** Told of each one that enters. */
  entered?: () => void;
  clock: Clock;
}

/** Who waits, and what they wait for at most. */
export interface Waiter {
  /** Lower goes first. */
  age: number;
  /** Milliseconds; a wait longer than that is not waited for. */
  longestWait?: number | undefined;
  signal?: AbortSignal | undefined;
}

interface Waiting {
  age: number;
  longestWait: number;
  settle: (entered: boolean) => void;
  fail: (reason: unknown) => void;
}

/** Lets requests through in order of age, so many at a time, and none before its time. */
export class Turnstile {
  readonly #rules: TurnstileRules;
  #waiting: Waiting[] = [];
  #inside = 0;
  #cancelTimer: (() => void) | undefined;
  #closed: { reason: () => unknown } | undefined;

  constructor(rules: TurnstileRules) {
    this.#rules = rules;
  }

  /** Requests that wait to enter. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Requests that have entered and not left. */
  get inside(): number {
    return this.#inside;
  }

  /** Waits until a request may be made; `false` when the wait would be too long. */
  enter({ age, longestWait = Number.POSITIVE_INFINITY, signal }: Waiter): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed.reason());
      if (signal?.aborted) return reject(abortError(signal));
      const release = onAbort(signal, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(abortError(signal));
        this.advance();
      });
      const waiting: Waiting = {
        age,
        longestWait,
        settle: (entered) => {
          release();
          resolve(entered);
        },
        fail: (reason) => {
          release();
          reject(reason);
        },
      };
      const index = this.#waiting.findIndex((other) => other.age > age);
      this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, waiting);
      this.advance();
    });
  }

  /** A request that had entered has ended. */
  leave(): void {
    this.#inside--;
    this.advance();
  }

  /** Looks again, now that something may have changed. */
  advance(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (;;) {
      const wait = this.#rules.wait();
      const tooLong = this.#waiting.filter(({ longestWait }) => longestWait < wait);
      if (tooLong.length > 0) this.#waiting = this.#waiting.filter(({ longestWait }) => longestWait >= wait);
      for (const { settle } of tooLong) settle(false);
      if (this.#waiting.length === 0) return;
      if (wait > 0) {
        this.#cancelTimer = this.#rules.clock.after(Math.min(wait, 2 ** 31 - 1), () => this.advance());
        return;
      }
      if (this.#inside >= this.#rules.limit) return;
      this.#inside++;
      this.#rules.entered?.();
      this.#waiting.shift()?.settle(true);
    }
  }

  /** Everything that waits fails with `reason()`, now and from now on. */
  close(reason: () => unknown): void {
    this.#closed ??= { reason };
    this.#cancelTimer?.();
    for (const { fail } of this.#waiting.splice(0)) fail(reason());
  }
}
