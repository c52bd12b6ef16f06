import type { BulkTotals } from '../common/bulk-results.js';
import { JournalError } from '../common/errors.js';
import type { FileOperations } from '../common/file-operations.js';
import { readRun } from '../journal/read-journal.js';
import type { RunState } from '../journal/run-state.js';
import type { RowStates } from './open-run.js';

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
  { state, failure }: RowStates,
  rows: number,
  folder: string | undefined,
  files?: FileOperations,
): Promise<BulkTotals> {
  const totals = totalsOf(state, rows);
  // What is in a journal that another process has changed, or writes now, is not what this process did.
  if (failure && failure.code !== 'failed') return totals;
  const written = folder === undefined ? state : await readState(folder, files).catch(missingAfter(failure));
  if (!written) return totals;
  const onDisk = { ...totalsOf(written, rows), left: countLeft(written, rows) };
  // What could not be written any more did not happen, as far as the next session will know.
  if (failure) return onDisk;
  if (printTotals(totals) === printTotals(onDisk) && sumOf(onDisk) === rows) return totals;
  throw new Error(
    `The numbers of the run do not add up: it counted ${printTotals(totals)}, the journal says ${printTotals(onDisk)}`,
  );
}

/** `200 rows = 190 sent + 4 rejected + 3 skipped + 1 unknown + 2 left` */
export function printTotals({ rows, sent, rejected, skipped, unknown, left }: BulkTotals): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'} = ${sent} sent + ${rejected} rejected + ${skipped} skipped + ${unknown} unknown + ${left} left`;
}

/** The number of the last row that a journal speaks of. */
export function rowsKnown(state: RunState): number {
  const { seen } = state.tally;
  let row = 0;
  for (let found = 0; found < seen; row++) if (state.keyMatches(row + 1, noKey) !== undefined) found++;
  return row;
}

const noKey = '0'.repeat(16);

async function readState(folder: string, files: FileOperations | undefined): Promise<RunState> {
  return (await readRun(folder, files)).state;
}

/** After a failure the journal may be gone: then this process knows best. */
function missingAfter(failure: Error | undefined): (error: unknown) => undefined {
  return (error) => {
    if (failure && error instanceof JournalError && error.code === 'missing') return undefined;
    throw error;
  };
}

function sumOf({ sent, rejected, skipped, unknown, left }: BulkTotals): number {
  return sent + rejected + skipped + unknown + left;
}

function countLeft(state: RunState, rows: number): number {
  let left = 0;
  for (let row = 1; row <= rows; row++) if (state.stateOf(row) === 'left') left++;
  return left;
}
