import { onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import type { GraphMailError } from '../../common/errors.js';
import type { MessagePatience } from '../../options/settings.js';
import type { RetryLimits } from './retry-delay.js';

/** The longest that a timer of Node can take. */
const longestTimer = 2 ** 31 - 1;

/** How often one message may be tried again and how long it may wait, and how long it has waited. */
export class Patience {
  readonly limits: RetryLimits;
  /** Milliseconds. */
  waited = 0;
  readonly #clock: Clock;
  /** Whether the time at the gate counts. It does where the message itself says how long it may wait. */
  readonly #gateCounts: boolean;

  /** @param own what the message says for itself */
  constructor(clock: Clock, limits: RetryLimits, own: MessagePatience = {}) {
    const { maxRetries = limits.maxRetries, maxWait = limits.maxWait } = own;
    this.limits = { maxRetries, maxWait };
    this.#clock = clock;
    this.#gateCounts = own.maxWait !== undefined;
  }

  /** Milliseconds; a longer pause of the mailbox is not waited for. */
  get longestPause(): number {
    const { maxWait } = this.limits;
    return this.#gateCounts ? Math.max(0, maxWait - this.waited) : maxWait;
  }

  /** Counts a wait that was decided on. A pause of the mailbox is waited for at the gate. */
  spend(ms: number, atGate: boolean): void {
    if (!(atGate && this.#gateCounts)) this.waited += ms;
  }

  /**
   * Waits at the gate as long as the message may.
   * @param wait ends with its signal
   * @param late what it fails with when it takes too long
   */
  async atGate<T>(
    wait: (signal: AbortSignal | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
    late: () => GraphMailError,
  ): Promise<T> {
    if (!this.#gateCounts) return wait(signal);
    const begun = this.#clock.elapsed();
    const ending = new AbortController();
    const release = onAbort(signal, () => ending.abort(signal?.reason));
    if (signal?.aborted) ending.abort(signal.reason);
    const cancel = this.#clock.after(Math.min(this.longestPause, longestTimer), () => ending.abort(late()));
    try {
      return await wait(ending.signal);
    } finally {
      cancel();
      release();
      this.waited += this.#clock.elapsed() - begun;
    }
  }
}
