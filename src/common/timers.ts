import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

/**
 * Node's timers as they were when this module was loaded: a test that fakes the global ones later does not stop a send that
 * is under way, nor any after it. Nothing else in the transport may use the global ones.
 */
export let { setTimeout, clearTimeout, setImmediate, setInterval, clearInterval } = timers;

/** Milliseconds since any moment; goes on evenly when somebody sets the clock. */
export const elapsed: () => number = performance.now.bind(performance);

/**
 * Whether the timers are fake, because a test had replaced them before this module was loaded. Once it has restored them,
 * the real ones are taken.
 */
export function timersAreFake(): boolean {
  if (!isFake(setTimeout) && !isFake(setImmediate)) return false;
  ({ setTimeout, clearTimeout, setImmediate, setInterval, clearInterval } = timers);
  return isFake(setTimeout) || isFake(setImmediate);
}

/** Whether it was replaced for a test: by Jest, Vitest and Sinon, whose timers carry their clock, or by node:test, whose are bound. */
export function isFake(timer: (...args: never[]) => unknown): boolean {
  return Object.hasOwn(timer, 'clock') || timer.name.startsWith('bound ');
}

/** What to tell somebody whose program was loaded under fake timers. */
export const fakeTimers = {
  message: 'nodemailer-graph-transport was loaded while fake timers were in place, and cannot wait for anything.',
  hint: 'Import it before the timers are faked (a static import does), or restore them before the call; what is imported first may be used under fake timers.',
};

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
