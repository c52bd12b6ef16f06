/** What bounds the attempts for one message. */
export interface RetryLimits {
  /** Attempts after the first. */
  maxRetries: number;
  /** Milliseconds of waiting in total. */
  maxWait: number;
}

/** Where a message stands when an attempt has failed. */
export interface RetryState {
  /** Attempts made. */
  attempts: number;
  /** Milliseconds waited so far. */
  waited: number;
}

/** Milliseconds: the exponential wait starts here and doubles. */
const firstDelay = 1_000;
const longestDelay = 60_000;

/**
 * Milliseconds to wait where nobody says how long: exponential with full jitter.
 * @param attempts made so far
 * @param random in [0, 1)
 */
export function backoff(attempts: number, random: number): number {
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
  return state.waited + delay > limits.maxWait ? undefined : delay;
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
  return state.waited + delay > limits.maxWait ? undefined : delay;
}
