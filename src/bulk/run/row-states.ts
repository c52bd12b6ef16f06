import type { JournalError } from '../common/errors.js';
import type { Journal } from '../journal/journal.js';
import type { JournalRecord } from '../journal/records.js';
import type { RunState } from '../journal/run-state.js';

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

  /** Set when the disk failed, or somebody else changed the journal: nothing is written any more. */
  get failure(): JournalError | undefined {
    return this.#journal?.failure;
  }

  /**
   * Resolves when it is on the disk.
   * @throws JournalError {@link failure}
   */
  async append(record: JournalRecord): Promise<void> {
    this.state.apply(record);
    try {
      await this.#journal?.append(record);
    } catch (error) {
      // A mail whose attempt could not be recorded is not let go.
      if (record.type === 'attempt') {
        const { row, key, at } = record;
        this.state.apply({ type: 'returned', row, key, at });
      }
      throw error;
    }
  }

  /**
   * Before a mail leaves of which nothing new is recorded.
   * @throws JournalError {@link failure} when the journal or the run's lock is somebody else's by now
   */
  async check(): Promise<void> {
    await this.#journal?.check();
  }

  /** What may get lost in a crash; it goes to the disk with the next record that may not. */
  note(record: JournalRecord): void {
    this.state.apply(record);
    this.#journal?.note(record);
  }
}
