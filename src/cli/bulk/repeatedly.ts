import type { Clock } from '../../common/timers.js';

/** Calls back every `interval` ms; the returned function ends that. */
export function repeatedly(clock: Clock, interval: number, callback: () => void): () => void {
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(interval, () => {
      again();
      callback();
    });
  };
  again();
  return () => cancel();
}
