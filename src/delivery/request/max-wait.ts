import { onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import { GraphMailError } from '../../common/errors.js';
import type { MessagePatience } from '../../options/settings.js';
import { notSentEither, onlyReads, readLater } from './request-errors.js';
import type { Command, RetryLimits } from './types.js';

/** The longest delay that a timer of Node accepts, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Whether a wait would take a message beyond maxWait. Such a wait is not begun: what the service says, in Retry-After or with
 * a pause of the mailbox, is obeyed in full or the message fails at once.
 */
export function exceedsMaxWait({ maxWait }: RetryLimits, waited: number, wait: number): boolean {
  return waited + wait > maxWait;
}

/** How often one message may be tried again and how long it may wait, and how long it has waited. */
export class WaitLimit {
  readonly limits: RetryLimits;
  /** Milliseconds. */
  waited = 0;
  readonly #clock: Clock;
  /** Whether the time at the gate counts. True if the message has a `maxWait` of its own. */
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

  /** @throws GraphMailError where the mailbox is paused for longer than the message may wait */
  checkPause(pause: number, mailbox: string, command: Command): void {
    if (pause > this.longestPause) throw longPause(pause, mailbox, command);
  }

  /** Counts a wait that was decided on. A pause of the mailbox is waited for at the gate. */
  count(ms: number, atGate: boolean): void {
    if (!(atGate && this.#gateCounts)) this.waited += ms;
  }

  /**
   * Waits at the gate as long as the message may.
   * @param wait ends with its signal
   * @param gate what it waits at, and for which request
   * @throws GraphMailError when it takes too long
   */
  async atGate<T>(
    wait: (signal: AbortSignal | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
    gate: { pausedFor: () => number; mailbox: string; command: Command },
  ): Promise<T> {
    if (!this.#gateCounts) return wait(signal);
    const begun = this.#clock.elapsed();
    const ending = new AbortController();
    const release = onAbort(signal, () => ending.abort(signal?.reason));
    if (signal?.aborted) ending.abort(signal.reason);
    const cancel = this.#clock.after(Math.min(this.longestPause, longestTimer), () =>
      ending.abort(waitedTooLong(this.limits.maxWait, gate.pausedFor(), gate.mailbox, gate.command)),
    );
    try {
      return await wait(ending.signal);
    } finally {
      cancel();
      release();
      this.waited += this.#clock.elapsed() - begun;
    }
  }
}

/**
 * A pause that is longer than maxWait fails the messages that come now, instead of keeping them for that long.
 * @param pause milliseconds
 */
export function longPause(pause: number, mailbox: string, command: Command, doubtful = false): GraphMailError {
  const text = `Graph wants no requests for ${mailbox} for another ${Math.ceil(pause / 1000)} s, which is longer than maxWait`;
  const reading = onlyReads(command);
  return new GraphMailError(doubtful ? text : `${text}${reading ? '.' : notSentEither}`, {
    code: 'EGRAPH',
    command,
    retryAfter: pause,
    hint: reading ? readLater : 'Send later, or give the option maxWait a longer time.',
  });
}

/** The message waited for its turn as long as it may. */
function waitedTooLong(maxWait: number, pause: number, mailbox: string, command: Command): GraphMailError {
  return new GraphMailError(
    `It was not the message's turn at ${mailbox} within the ${maxWait} ms of its maxWait${notSentEither}`,
    {
      code: 'EGRAPH',
      command,
      retryAfter: pause > 0 ? pause : undefined,
      hint: 'Send later, or give graph.maxWait of the message a longer time.',
    },
  );
}
