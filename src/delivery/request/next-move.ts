import type { Outcome } from './outcome.js';
import { backoff, nextDelay, type RetryLimits, type RetryState, repeatDelay } from './retry.js';

/** What is to be done when a request has ended. */
export type NextMove =
  | { move: 'go-on' }
  /** Another request, after a pause of the whole mailbox (`pause`), a rest of this message alone, or with a new token. */
  | { move: 'again'; after: 'pause' | 'rest' | 'new-token'; delay: number; pause?: number | undefined }
  | { move: 'fail'; permanent: boolean; retryAfter?: number | undefined; pause?: number | undefined };

/** Where a step stands when its request has ended. */
export interface StepState extends RetryState {
  /** Whether the token was renewed because of a refusal. */
  renewed: boolean;
}

/**
 * Decides what follows from an outcome.
 * @param random in [0, 1)
 */
export function nextMove(outcome: Outcome, state: StepState, limits: RetryLimits, random: number): NextMove {
  if (outcome.kind === 'sent' || outcome.kind === 'done') return { move: 'go-on' };
  if (outcome.kind === 'unknown') {
    const delay = outcome.repeat ? repeatDelay(limits, state, random) : undefined;
    return delay === undefined ? { move: 'fail', permanent: false } : { move: 'again', after: 'rest', delay };
  }
  if (outcome.retry === 'never' || (outcome.retry === 'new-token' && state.renewed))
    return { move: 'fail', permanent: true };
  if (outcome.retry === 'new-token') return { move: 'again', after: 'new-token', delay: 0 };
  const { retryAfter, throttled } = outcome;
  const delay = nextDelay(limits, state, retryAfter, random);
  // The others wait as well, whether or not this message does.
  const pause = throttled ? retryAfter || (delay ?? backoff(state.attempts, random)) : undefined;
  if (delay === undefined) return { move: 'fail', permanent: false, retryAfter, pause };
  return { move: 'again', after: throttled ? 'pause' : 'rest', delay, pause };
}
