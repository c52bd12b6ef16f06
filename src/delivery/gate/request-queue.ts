import { abortError, onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/timers.js';

/** How a turnstile lets requests through. */
export interface TurnstileRules<W extends Waiter = Waiter> {
  /** Requests inside at a time; asked anew for each. */
  limit: () => number;
  /** Milliseconds until anything may enter at all. Whoever would not wait that long is turned away. */
  pause?: () => number;
  /** Milliseconds until this one may enter, as things stand; infinite when only another's leaving can tell. */
  wait?: (waiter: W) => number;
  /** Whether this one takes nothing that another waits for, and so may pass it. */
  free?: (waiter: W) => boolean;
  /** Told of each one that enters. */
  entered?: (waiter: W) => void;
  clock: Clock;
}

/** Who waits, and what they wait for at most. */
export interface Waiter {
  /** Lower goes first. */
  age: number;
  /** Bytes that the request carries at most. */
  bytes?: number | undefined;
  /** Whether the request submits a message. */
  submission?: boolean | undefined;
  /** Milliseconds; a pause longer than that is not waited for. */
  longestWait?: number | undefined;
  signal?: AbortSignal | undefined;
}

interface Waiting<W> {
  waiter: W;
  settle: (entered: boolean) => void;
  fail: (reason: unknown) => void;
}

/** The longest that a timer of Node can take. */
const longestTimer = 2 ** 31 - 1;

/**
 * Lets requests through in order of age, so many at a time, and none before its time. The oldest holds up all behind it
 * that want what it waits for, or small requests would starve a large one.
 */
export class Turnstile<W extends Waiter = Waiter> {
  readonly #rules: TurnstileRules<W>;
  #waiting: Waiting<W>[] = [];
  #inside = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(rules: TurnstileRules<W>) {
    this.#rules = rules;
  }

  /** Requests that wait to enter. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether one of those waits to enter. */
  awaitedBy(those: (waiter: W) => boolean): boolean {
    return this.#waiting.some(({ waiter }) => those(waiter));
  }

  /** Requests that have entered and not left. */
  get inside(): number {
    return this.#inside;
  }

  /** Whether this one would enter at once. */
  opensFor(waiter: W): boolean {
    const { limit, pause, wait, free } = this.#rules;
    if (this.#inside >= limit() || (pause?.() ?? 0) > 0) return false;
    return free?.(waiter) || (this.#waiting.length === 0 && (wait?.(waiter) ?? 0) === 0);
  }

  /** Waits until a request may be made; `false` when the pause is longer than it would wait. */
  enter(waiter: W): Promise<boolean> {
    const { age, signal } = waiter;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const release = onAbort(signal, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        waiting.fail(abortError(signal));
        this.advance();
      });
      const waiting: Waiting<W> = {
        waiter,
        settle: (entered) => {
          release();
          resolve(entered);
        },
        fail: (reason) => {
          release();
          reject(reason);
        },
      };
      const index = this.#waiting.findIndex((other) => other.waiter.age > age);
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
    const { limit, pause, wait, free, entered, clock } = this.#rules;
    for (;;) {
      const paused = pause?.() ?? 0;
      if (paused > 0) this.#turnAway(paused);
      const [oldest] = this.#waiting;
      if (!oldest) return;
      const delay = Math.max(paused, wait?.(oldest.waiter) ?? 0);
      if (delay > 0 && delay !== Number.POSITIVE_INFINITY) {
        this.#cancelTimer?.();
        this.#cancelTimer = clock.after(Math.min(delay, longestTimer), () => this.advance());
      }
      const next = delay === 0 ? oldest : paused > 0 ? undefined : this.#waiting.find(({ waiter }) => free?.(waiter));
      if (!next || this.#inside >= limit()) return;
      this.#inside++;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      entered?.(next.waiter);
      next.settle(true);
    }
  }

  #turnAway(paused: number): void {
    const patient = ({ waiter: { longestWait } }: Waiting<W>) => longestWait === undefined || longestWait >= paused;
    const turnedAway = this.#waiting.filter((waiting) => !patient(waiting));
    this.#waiting = this.#waiting.filter(patient);
    for (const { settle } of turnedAway) settle(false);
  }
}
