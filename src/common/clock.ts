import { clearTimeout, elapsed, setTimeout } from './timers.js';

/** Time, as the gate and the retry loop need it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch: only for what is told, stored, or compared with a time that another clock told. */
  now(): number;
  /** Milliseconds since any moment; goes on evenly when somebody sets the clock. */
  elapsed(): number;
  /** Calls back once after `ms`; the returned function takes that back. */
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
