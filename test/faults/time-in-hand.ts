import timers from 'node:timers';

/**
 * Time as the transport sees it, in the hand of a test: a request's timeout strikes when the test says so, and waits can
 * be made short. Nothing then depends on how fast a machine is. Holds for the test file that imports this
 * before the transport.
 */
const realTimeout = globalThis.setTimeout;
const realNow = Date.now;
const realElapsed = performance.now.bind(performance);

/** Milliseconds: no wait is as long, so what is has been taken by {@link takeTimeout}. */
const firstTimeout = 1_000_000_000;
const strikes = new Map<number, () => void>();
let taken = 0;
let factor = 1;

// The transport takes Node's timers when it is loaded, so this is imported before it.
timers.setTimeout = globalThis.setTimeout = Object.assign((callback: () => void, ms = 0, ...args: []) => {
  const held = ms >= firstTimeout;
  if (held) strikes.set(ms, callback);
  return realTimeout(callback, held ? ms : ms / factor, ...args);
}, realTimeout) as typeof setTimeout;
performance.now = () => realElapsed() * factor;

/** From now on, time passes so many times as fast. */
export function hurry(times: number): void {
  const start = realNow();
  factor = times;
  Date.now = () => start + (realNow() - start) * times;
}

export interface TimeoutInHand {
  /** For the transport's option of that name; milliseconds that never pass. */
  timeout: number;
  /** As if they had passed, for the request that is under way. */
  strike(): void;
}

export function takeTimeout(): TimeoutInHand {
  const timeout = firstTimeout + taken++;
  return { timeout, strike: () => strikes.get(timeout)?.() };
}
