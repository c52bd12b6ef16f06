import { setImmediate, timersAreFake } from './timers.js';

/** Waits for turns of the event loop; between two of them it has looked at every connection. */
export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = () => (left-- > 0 ? setImmediate(next) : resolve());
    next();
  });
}

/** Calls back on its own, so that what it throws goes to nobody else: also when fake timers would never call anybody. */
export function detached(callback: () => void): void {
  if (timersAreFake()) Promise.resolve().then(callback);
  else setImmediate(callback);
}

let calm: Promise<void> | undefined;

/**
 * Waits until what is ready has been dealt with: requests that can leave, answers that have come. All who wait at a time do
 * it together, which makes it cheaper than not to wait.
 */
export function whenCalm(): Promise<void> {
  calm ??= turns(3).then(() => {
    calm = undefined;
  });
  return calm;
}

let last: Promise<void> = Promise.resolve();

/**
 * Waits for one's turn to keep the thread busy for a while: those who do go one after the other, and between two of them
 * what is ready can go on.
 */
export function inTurn(): Promise<void> {
  last = last.then(() => turns(3));
  return last;
}
