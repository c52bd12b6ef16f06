import { exceedsMaxWait } from './max-wait.js';
import type { Outcome } from './outcome.js';
import type { RetryLimits } from './types.js';

/** Where a message stands when an attempt has failed. */
interface RetryState {
  /** Attempts made. */
  attempts: number;
  /** Milliseconds waited so far. */
  waited: number;
}

/** Where an operation stands when its request has ended. */
export interface OperationState extends RetryState {
  /** Whether the token was renewed because of a refusal. */
  renewed: boolean;
}

/** What is to be done when a request has ended. */
export type RetryDecision =
  | { action: 'continue' }
  /** Another request, after a pause of the whole mailbox (`pause`), a delay of this message alone, or with a new token. */
  | { action: 'retry'; after: 'pause' | 'delay' | 'new-token'; delay: number; pause?: number | undefined }
  | { action: 'fail'; permanent: boolean; retryAfter?: number | undefined; pause?: number | undefined };

/**
 * Decides what follows from an outcome.
 * @param random in [0, 1)
 */
export function decideRetry(
  outcome: Outcome,
  state: OperationState,
  limits: RetryLimits,
  random: number,
): RetryDecision {
  if (outcome.kind === 'sent' || outcome.kind === 'done') return { action: 'continue' };
  if (outcome.kind === 'unknown') {
    const delay = outcome.repeat ? repeatDelay(limits, state, random) : undefined;
    return delay === undefined ? { action: 'fail', permanent: false } : { action: 'retry', after: 'delay', delay };
  }
  if (outcome.retry === 'never' || (outcome.retry === 'new-token' && state.renewed))
    return { action: 'fail', permanent: true };
  if (outcome.retry === 'new-token') return { action: 'retry', after: 'new-token', delay: 0 };
  const { retryAfter, throttled } = outcome;
  const delay = nextDelay(limits, state, retryAfter, random);
  // The others wait as well, whether or not this message does.
  const pause = throttled ? retryAfter || (delay ?? backoff(state.attempts, random)) : undefined;
  if (delay === undefined) return { action: 'fail', permanent: false, retryAfter, pause };
  return { action: 'retry', after: throttled ? 'pause' : 'delay', delay, pause };
}

/** Milliseconds: the exponential wait starts here and doubles. */
const firstDelay = 1_000;
const longestDelay = 60_000;

/**
 * Milliseconds to wait where the service does not say how long: exponential with full jitter.
 * @param attempts made so far
 * @param random in [0, 1)
 */
function backoff(attempts: number, random: number): number {
  return Math.ceil(random * Math.min(longestDelay, firstDelay * 2 ** (attempts - 1)));
}

/**
 * Milliseconds to wait before the next attempt, or `undefined` when there must be none. What the service says is obeyed
 * in full or not at all; otherwise, and where it says no time at all, exponential with full jitter.
 * @param random in [0, 1)
 */
export function nextDelay(
  limits: RetryLimits,
  state: RetryState,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  if (state.attempts > limits.maxRetries) return undefined;
  const delay = retryAfter || backoff(state.attempts, random);
  return exceedsMaxWait(limits, state.waited, delay) ? undefined : delay;
}

/**
 * Milliseconds to wait before a request that may have had its effect is made again, or `undefined` when it must not be.
 * Never short, as what it asked for may still be under way.
 * @param random in [0, 1)
 */
export function repeatDelay(limits: RetryLimits, state: RetryState, random: number): number | undefined {
  if (state.attempts > limits.maxRetries) return undefined;
  const longest = Math.min(longestDelay, firstDelay * 2 ** state.attempts);
  const delay = Math.ceil(longest / 2 + (random * longest) / 2);
  return exceedsMaxWait(limits, state.waited, delay) ? undefined : delay;
}

/**
 * What all messages of one transport may spend together on retries after failures of the network, so that an outage is
 * met by a few messages that wait while all others fail at once instead of queueing up behind them. Numbers as in the AWS
 * SDKs' standard retry mode. Waits that the service itself asked for cost nothing.
 */
export class RetryBudget {
  static readonly capacity = 500;
  static readonly cost = 14;
  #tokens = RetryBudget.capacity;

  /** Takes the cost of one retry; `false` when there is not enough left. */
  spend(): boolean {
    if (this.#tokens < RetryBudget.cost) return false;
    this.#tokens -= RetryBudget.cost;
    return true;
  }

  /** A message got through: what the outage cost is given back. */
  refund(): void {
    this.#tokens = Math.min(RetryBudget.capacity, this.#tokens + RetryBudget.cost);
  }
}
