import type { EventEmitter } from 'node:events';
import { clearInterval, setInterval } from '../../common/timers.js';

/** Ctrl-C or a request to terminate. */
export interface Interruption {
  /** Resolves when the signal arrives. */
  readonly happened: Promise<void>;
  /** Stops listening, so that the process may end by itself. */
  release(): void;
}

type Signals = Pick<EventEmitter, 'on' | 'off'>;

/** Listens for an interruption; a second one ends the process the usual way. */
export function onInterruption(signals: Signals = process): Interruption {
  let release = () => {};
  const happened = new Promise<void>((resolve) => {
    release = onInterruptions([resolve], signals);
  });
  // A signal handler alone keeps no process alive.
  const awake = setInterval(() => {}, 2 ** 30);
  const end = () => {
    clearInterval(awake);
    release();
  };
  happened.then(end);
  return { happened, release: end };
}

/**
 * Runs one of `stages` at each interruption, in order; the one after the last ends the process the usual way. The returned
 * function stops listening.
 */
export function onInterruptions(stages: readonly (() => void)[], signals: Signals = process): () => void {
  let next = 0;
  const release = () => {
    signals.off('SIGINT', interrupted);
    signals.off('SIGTERM', interrupted);
  };
  const interrupted = () => {
    const stage = stages[next++];
    if (next >= stages.length) release();
    stage?.();
  };
  signals.on('SIGINT', interrupted);
  signals.on('SIGTERM', interrupted);
  return release;
}
