import type { BulkRun } from '../../../../src/bulk/send-bulk.js';
import type { SteppingClock } from './stepping-clock.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lets virtual time pass until a run has ended, or `until` says so; none before it is open, since that takes real time. */
export async function play(clock: SteppingClock, run: BulkRun, until: () => boolean = () => false): Promise<void> {
  let going = true;
  const ended = () => {
    going = false;
  };
  run.finished.then(ended, ended);
  while (going && !until()) {
    // As a timer's callback would find it: all that follows from the one before has happened.
    await turn();
    await turn();
    if (run.id !== undefined) clock.step();
  }
}
