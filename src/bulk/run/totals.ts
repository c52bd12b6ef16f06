import type { BulkTotals } from '../bulk-results.js';
import type { FileOperations } from '../journal/file-operations.js';
import { RunState } from '../journal/fold.js';
import { readRecords } from '../journal/reading.js';

/** The states of the first `rows` rows. */
export function totalsOf(state: RunState, rows: number): BulkTotals {
  const { sent, rejected, skipped, unknown } = state.tally;
  return { rows, sent, rejected, skipped, unknown, left: rows - sent - rejected - skipped - unknown };
}

/** The same while mails are on their way: those are left, so far. Afterwards they would be unknown. */
export function totalsMeanwhile(state: RunState, rows: number): BulkTotals {
  const totals = totalsOf(state, rows);
  const { inFlight } = state.tally;
  return { ...totals, unknown: totals.unknown - inFlight, left: totals.left + inFlight };
}

/**
 * The same, checked: what is left is counted row by row, and where there is a journal, it is read again from the disk and
 * must say the same.
 * @throws Error when the numbers do not add up
 */
export async function checkedTotals(
  state: RunState,
  rows: number,
  folder: string | undefined,
  files?: FileOperations,
): Promise<BulkTotals> {
  const totals = totalsOf(state, rows);
  const written = folder === undefined ? state : await readState(folder, files);
  const onDisk = { ...totalsOf(written, rows), left: countLeft(written, rows) };
  if (printTotals(totals) === printTotals(onDisk) && sumOf(onDisk) === rows) return totals;
  throw new Error(
    `The numbers of the run do not add up: it counted ${printTotals(totals)}, the journal says ${printTotals(onDisk)}`,
  );
}

/** `200 rows = 190 sent + 4 rejected + 3 skipped + 1 unknown + 2 left` */
export function printTotals({ rows, sent, rejected, skipped, unknown, left }: BulkTotals): string {
  return `${rows} rows = ${sent} sent + ${rejected} rejected + ${skipped} skipped + ${unknown} unknown + ${left} left`;
}

function sumOf({ sent, rejected, skipped, unknown, left }: BulkTotals): number {
  return sent + rejected + skipped + unknown + left;
}

function countLeft(state: RunState, rows: number): number {
  let left = 0;
  for (let row = 1; row <= rows; row++) if (state.stateOf(row) === 'left') left++;
  return left;
}

async function readState(folder: string, files: FileOperations | undefined): Promise<RunState> {
  const state = new RunState();
  for await (const { record } of readRecords(folder, files)) state.apply(record);
  return state;
}
