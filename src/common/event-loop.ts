import { setImmediate, timersAreFake } from './timers.js';

/** Waits for turns of the event loop; between two of them every connection is polled. */
export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = () => (left-- > 0 ? setImmediate(next) : resolve());
    next();
  });
}

/** Turns in which connections are certainly polled. A busy Deno polls them in every 61st turn only. */
const turnsPerPoll = 'deno' in process.versions ? 200 : 2;

/** Polls after which an endless stream of bytes is not waited for any longer. */
const mostPolls = 100;

/**
 * Waits until what has arrived by now was read. A process that was stopped or busy for long finds its timers due before it
 * polls its connections, so a timeout waits for this before it gives up.
 * @param received how many bytes were read; as long as they become more, there may be more to read
 */
export async function arrivalsRead(received: () => number = () => 0): Promise<void> {
  let before = received();
  for (let poll = 0; poll < mostPolls; poll++) {
    await turns(turnsPerPoll);
    const now = received();
    if (now === before) return;
    before = now;
  }
}

/** Calls back from an empty stack, so that no caller gets what it throws; also under fake timers, which would never call back. */
export function detached(callback: () => void): void {
  if (timersAreFake()) Promise.resolve().then(callback);
  else setImmediate(callback);
}

let idle: Promise<void> | undefined;

/**
 * Waits until what is ready was handled: requests that can leave, answers that have arrived. All callers of the same moment
 * share one wait, which makes it cheaper than not to wait.
 */
export function whenIdle(): Promise<void> {
  idle ??= turns(3).then(() => {
    idle = undefined;
  });
  return idle;
}

let last: Promise<void> = Promise.resolve();

/**
 * Waits for a turn to keep the thread busy for a while: callers run one after the other, and what is ready runs between two
 * of them.
 */
export function inTurn(): Promise<void> {
  last = last.then(() => turns(3));
  return last;
}
