import { encodeRecord } from '../../../src/bulk/journal/record-line.js';
import { RunState } from '../../../src/bulk/journal/run-state.js';
import { eventfulRun } from './journal-environment.js';

export const folder = '/run';
export const file = '/run/journal.jsonl';
export const rows = 200;
export const records = eventfulRun(rows);
export const lines = records.map((record) => Buffer.from(encodeRecord(record)));
export const whole = Buffer.concat(lines);
/** Where each line begins, and where the last one ends. */
export const borders = [0];
for (const line of lines) borders.push((borders.at(-1) ?? 0) + line.length);
export const header = borders[1] ?? 0;

/** Of the first `count` records. */
export const stateAfter = (count: number): RunState => {
  const state = new RunState();
  for (const record of records.slice(0, count)) state.apply(record);
  return state;
};
/** How many lines are complete in so many bytes. */
export const linesBefore = (length: number) => borders.filter((border) => border <= length).length - 1;
