import { RunState } from '../journal/fold.js';
import type { BounceRecord, JournalRecord } from '../journal/records.js';
import type { RowState } from '../journal/row-phase.js';
import { GrowingColumn } from './growing-column.js';
import type { RowStatus } from './report-row.js';

/** Where a record stands in the journal, in bytes. */
export interface Place {
  offset: number;
  length: number;
}

const statuses: Readonly<Record<RowState, RowStatus>> = {
  left: 'left',
  open: 'unknown',
  sent: 'sent',
  'rejected-row': 'rejected',
  'rejected-send': 'rejected',
  skipped: 'skipped',
  unknown: 'unknown',
};

/**
 * For each row what became of it, and where the journal says so: some 50 bytes a row, however much the journal says. An
 * attempt without an end counts as unknown.
 */
export class RowIndex {
  readonly #state = new RunState();
  readonly #end = new Places();
  readonly #bounce = new Places();
  readonly #bounceWeight = new GrowingColumn((length) => new Uint8Array(length));
  readonly #attempts = new GrowingColumn((length) => new Uint32Array(length));
  readonly #open = new GrowingColumn((length) => new Uint8Array(length));
  readonly #firstAttempt = new GrowingColumn((length) => new Float64Array(length));
  /** The highest number of a row that the journal mentions. */
  last = 0;

  add(record: JournalRecord, place: Place): void {
    this.#state.apply(record);
    if (!('row' in record)) return;
    const { row } = record;
    this.last = Math.max(this.last, row);
    if (record.type === 'bounce') {
      const weight = weightOf(record);
      if (weight <= this.#bounceWeight.get(row)) return;
      this.#bounceWeight.set(row, weight);
      this.#bounce.set(row, place);
      return;
    }
    // Of a row that stays unknown when another attempt came to nothing, the earlier record says more.
    if (record.type !== 'returned' || this.statusOf(row) !== 'unknown') this.#end.set(row, place);
    if (record.type === 'attempt') {
      if (this.#firstAttempt.get(row) === 0) this.#firstAttempt.set(row, Date.parse(record.at));
      // One that never ended was an attempt too.
      if (this.#open.get(row) === 1) this.#count(row, 1);
      this.#open.set(row, 1);
    } else {
      this.#count(row, 'attempts' in record && record.attempts !== undefined ? record.attempts : this.#open.get(row));
      this.#open.set(row, 0);
    }
  }

  statusOf(row: number): RowStatus {
    return statuses[this.#state.stateOf(row)];
  }

  /** The last record about the row, other than bounces. */
  endOf(row: number): Place | undefined {
    return this.#end.get(row);
  }

  /** The bounce that says most: a failure, then an arrival, then a delay. */
  bounceOf(row: number): Place | undefined {
    return this.#bounce.get(row);
  }

  attemptsOf(row: number): number {
    return this.#attempts.get(row) + this.#open.get(row);
  }

  /** Milliseconds since the epoch. */
  firstAttemptOf(row: number): number | undefined {
    return this.#firstAttempt.get(row) || undefined;
  }

  #count(row: number, attempts: number): void {
    this.#attempts.set(row, this.#attempts.get(row) + attempts);
  }
}

class Places {
  readonly #offset = new GrowingColumn((length) => new Float64Array(length));
  readonly #length = new GrowingColumn((length) => new Uint32Array(length));

  get(row: number): Place | undefined {
    const length = this.#length.get(row);
    return length === 0 ? undefined : { offset: this.#offset.get(row), length };
  }

  set(row: number, { offset, length }: Place): void {
    this.#offset.set(row, offset);
    this.#length.set(row, length);
  }
}

function weightOf({ action = 'failed', hard }: BounceRecord): number {
  if (action === 'failed') return hard ? 4 : 3;
  return action === 'delayed' ? 1 : 2;
}
