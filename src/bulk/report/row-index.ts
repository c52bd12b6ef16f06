import { JournalError } from '../common/errors.js';
import type { OpenFile } from '../common/file-operations.js';
import { openJournalFile } from '../journal/read-journal.js';
import { decodeLine } from '../journal/record-line.js';
import type { BounceRecord, JournalRecord } from '../journal/records.js';
import type { RowState } from '../journal/row-phase.js';
import { journalFile } from '../journal/run-folder.js';
import { RunState } from '../journal/run-state.js';
import type { RowStatus } from './report-row.js';

/** Where a record is in the journal, in bytes. */
export interface RecordPosition {
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
 * For each row what became of it, and where the journal says so: some 60 bytes a row, however much the journal says. An
 * attempt without an end counts as unknown.
 */
export class RowIndex {
  readonly #state = new RunState();
  readonly #end = new RecordPositions();
  readonly #bounce = new RecordPositions();
  readonly #trace = new RecordPositions();
  readonly #bounceWeight = new GrowingColumn((length) => new Uint8Array(length));
  /** Requests of earlier sends of the row, and of the latest. */
  readonly #earlier = new GrowingColumn((length) => new Uint32Array(length));
  readonly #latest = new GrowingColumn((length) => new Uint32Array(length));
  readonly #firstAttempt = new GrowingColumn((length) => new Float64Array(length));
  /** The highest number of a row that the journal mentions. */
  last = 0;

  add(record: JournalRecord, position: RecordPosition): void {
    this.#state.apply(record);
    if (!('row' in record)) return;
    const { row } = record;
    this.last = Math.max(this.last, row);
    if (record.type === 'bounce') {
      const weight = weightOf(record);
      if (weight <= this.#bounceWeight.get(row)) return;
      this.#bounceWeight.set(row, weight);
      this.#bounce.set(row, position);
      return;
    }
    if (record.type === 'trace') {
      this.#trace.set(row, position);
      return;
    }
    // Of a row that stays unknown when another attempt came to nothing, the earlier record says more.
    if (record.type !== 'returned' || this.statusOf(row) !== 'unknown') this.#end.set(row, position);
    if (record.type === 'attempt') {
      if (this.#firstAttempt.get(row) === 0) this.#firstAttempt.set(row, Date.parse(record.at));
      const { attempt = 1 } = record;
      if (attempt === 1) this.#endSending(row);
      this.#latest.set(row, attempt);
    } else if (record.type !== 'returned') {
      // A record that ends a send says how many requests it took; one that never ended was a request too.
      const { attempts = 0 } = record as { attempts?: number };
      this.#latest.set(row, Math.max(attempts, this.#latest.get(row)));
      this.#endSending(row);
    }
  }

  statusOf(row: number): RowStatus {
    return statuses[this.#state.stateOf(row)];
  }

  /** The last record about the row, other than bounces and what message trace says. */
  endOf(row: number): RecordPosition | undefined {
    return this.#end.get(row);
  }

  /** The bounce that says most: a failure, then an arrival, then a delay. */
  bounceOf(row: number): RecordPosition | undefined {
    return this.#bounce.get(row);
  }

  /** What message trace said last. */
  traceOf(row: number): RecordPosition | undefined {
    return this.#trace.get(row);
  }

  attemptsOf(row: number): number {
    return this.#earlier.get(row) + this.#latest.get(row);
  }

  /** Milliseconds since the epoch. */
  firstAttemptOf(row: number): number | undefined {
    return this.#firstAttempt.get(row) || undefined;
  }

  #endSending(row: number): void {
    this.#earlier.set(row, this.attemptsOf(row));
    this.#latest.set(row, 0);
  }
}

class RecordPositions {
  readonly #offset = new GrowingColumn((length) => new Float64Array(length));
  readonly #length = new GrowingColumn((length) => new Uint32Array(length));

  get(row: number): RecordPosition | undefined {
    const length = this.#length.get(row);
    return length === 0 ? undefined : { offset: this.#offset.get(row), length };
  }

  set(row: number, { offset, length }: RecordPosition): void {
    this.#offset.set(row, offset);
    this.#length.set(row, length);
  }
}

function weightOf({ action = 'failed', hard }: BounceRecord): number {
  if (action === 'failed') return hard ? 4 : 3;
  return action === 'delayed' ? 1 : 2;
}

type Numbers = Float64Array | Uint32Array | Uint8Array;

/** A number for each row of a run, whose number of rows is not known beforehand. */
class GrowingColumn<T extends Numbers> {
  #values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = this.#make(Math.max(row + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[row] = value;
  }
}

const pageSize = 256 * 1024;
const pagesKept = 16;

/**
 * Reads single records of a journal. Rows end nearly in the order in which they stand in the input, so the next record is
 * nearly always on a page that is already there.
 */
export class RecordReader {
  readonly #handle: OpenFile;
  readonly #file: string;
  readonly #pages = new Map<number, Buffer>();

  private constructor(handle: OpenFile, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  static async open(folder: string): Promise<RecordReader> {
    return new RecordReader(await openJournalFile(folder), journalFile(folder));
  }

  async at(position: RecordPosition | undefined): Promise<JournalRecord | undefined> {
    if (position === undefined) return undefined;
    const line = await this.#bytes(position);
    if (line.length === position.length) return decodeLine(line);
    throw new JournalError(`${this.#file} is shorter than it was a moment ago`, { code: 'damaged' });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #bytes({ offset, length }: RecordPosition): Promise<Buffer> {
    const number = Math.floor(offset / pageSize);
    const start = offset - number * pageSize;
    if (start + length > pageSize) return this.#read(offset, length);
    return (await this.#page(number)).subarray(start, start + length);
  }

  async #page(number: number): Promise<Buffer> {
    const page = this.#pages.get(number) ?? (await this.#read(number * pageSize, pageSize));
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > pagesKept && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}
