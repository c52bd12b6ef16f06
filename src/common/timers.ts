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
