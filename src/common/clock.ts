import { clearTimeout, elapsed, setTimeout } from './timers.js';

/** Time, as the mailbox gate and the retry loop need it; tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch: only for times that are shown, stored, or compared with those of another machine. */
  now(): number;
  /** Milliseconds since an arbitrary moment; not affected when the system clock is set. */
  elapsed(): number;
  /** Calls back once after `ms`; the returned function cancels that. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
