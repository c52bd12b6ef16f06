import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

/** Node's timers as they were when this module was loaded: tests that use fake ones still get answers. */
export let { setTimeout, clearTimeout, setImmediate } = timers;

/** Milliseconds since any moment; goes on evenly when the clock is set. */
export const elapsed: () => number = performance.now.bind(performance);

/**
 * Takes the real timers if a test had faked them before this module was loaded, and has restored them since.
 * @throws Error while they are fake
 */
export function wantRealTimers(): void {
  if (!isFake(setTimeout) && !isFake(setImmediate)) return;
  ({ setTimeout, clearTimeout, setImmediate } = timers);
  if (!isFake(setTimeout) && !isFake(setImmediate)) return;
  throw new Error(
    'startSandbox: the sandbox was loaded while fake timers were in place. Import it before the timers are faked, or restore them before the call.',
  );
}

/** Those of Jest, Vitest and Sinon carry their clock; those of node:test are bound to it. */
function isFake(timer: (...args: never[]) => unknown): boolean {
  return Object.hasOwn(timer, 'clock') || timer.name.startsWith('bound ');
}
