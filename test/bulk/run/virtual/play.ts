import type { SteppingClock } from './stepping-clock.js';

// As a timer's callback would find it: all that follows from the one before has happened.
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lets virtual time pass until `work` has ended, or until `until` says so; none while the work is busy with the disk. */
export async function play(
  clock: SteppingClock,
  work: Promise<unknown>,
  until: () => boolean = () => false,
): Promise<void> {
  let going = true;
  const ended = () => {
    going = false;
  };
  work.then(ended, ended);
  while (going && !until()) {
    await turn();
    await turn();
    clock.step();
  }
}
