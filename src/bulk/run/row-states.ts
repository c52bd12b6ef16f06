import type { JournalError } from '../errors.js';
import type { RunState } from '../journal/fold.js';
import type { Journal } from '../journal/journal.js';
import type { JournalRecord } from '../journal/records.js';

/**
 * What is known of every row, in memory and, where the run has a journal, on the disk. First here: what cannot be must never
 * get to the disk, where it would be damage.
 */
export class RowStates {
  readonly state: RunState;
  readonly #journal: Journal | undefined;

  constructor(state: RunState, journal: Journal | undefined) {
    this.state = state;
    this.#journal = journal;
  }

  /** Set when the disk failed: nothing is written any more. */
  get failure(): JournalError | undefined {
    return this.#journal?.failure;
  }

  /**
   * Resolves when it is on the disk.
   * @throws JournalError `'failed'`
   */
  async append(record: JournalRecord): Promise<void> {
    this.state.apply(record);
    await this.#journal?.append(record);
  }

  /** What may get lost in a crash; it goes to the disk with the next record that may not. */
  note(record: JournalRecord): void {
    this.state.apply(record);
    this.#journal?.note(record);
  }
}
