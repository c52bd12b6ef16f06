import { setImmediate, timersAreFake } from './timers.js';

/** Waits for turns of the event loop; between two of them it has looked at every connection. */
export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = () => (left-- > 0 ? setImmediate(next) : resolve());
    next();
  });
}

/** Turns in which connections are surely looked at. Deno's event loop does so in every 61st turn only, when it is busy. */
const oneLook = 'deno' in process.versions ? 200 : 2;

/** Looks after which what comes without end is not waited for. */
const mostLooks = 100;

/**
 * Waits until what has arrived by now was read. A process that was stopped, or busy, for long finds its timers due before
 * it looks at its connections, so that whoever gives up by a timer looks first.
 * @param received how many bytes were read; as long as they become more, there may be more to read
 */
export async function arrivalsRead(received: () => number = () => 0): Promise<void> {
  let before = received();
  for (let look = 0; look < mostLooks; look++) {
    await turns(oneLook);
    const now = received();
    if (now === before) return;
    before = now;
  }
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
