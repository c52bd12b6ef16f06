import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

/**
 * Node's timers as they were when this module was loaded: a test that fakes the global ones later does not stop a send that
 * is in flight, nor any after it. Nothing else in the transport may use the global ones.
 */
export let { setTimeout, clearTimeout, setImmediate, setInterval, clearInterval } = timers;

/** Milliseconds since an arbitrary moment; not affected when the system clock is set. */
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

/** The error for a program that was loaded under fake timers. */
export const fakeTimers = {
  message: 'nodemailer-graph-transport was loaded while fake timers were in place, and cannot wait for anything.',
  hint: 'Import it before the timers are faked (a static import does), or restore them before the call; what is imported first may be used under fake timers.',
};

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
