import path from 'node:path';
import { BulkInputError, JournalError } from '../common/errors.js';
import type { FileOperations } from '../common/file-operations.js';
import { Journal } from '../journal/journal.js';
import { lockRun, type RunLock } from '../journal/lock.js';
import type { LockOwner, Machine } from '../journal/lock-holder.js';
import type { JournalRecord, RunRecord } from '../journal/records.js';
import { RunState } from '../journal/run-state.js';
import type { RunIdentity } from './run-input.js';

export interface OpenRun {
  id: string;
  states: RowStates;
  folder: string | undefined;
  /** Whether an earlier session began it. */
  continued: boolean;
  /** The process its lock was taken from because a user said that it had ended. */
  takenFrom: LockOwner | undefined;
  /** Must be called at the end. */
  close(): Promise<void>;
}

interface OpeningOptions {
  /** `true`: it must be there; `false`: it must not. */
  resume?: boolean | undefined;
  takeOver?: boolean | undefined;
  /** When, as `Date.toISOString()` writes it. */
  at: string;
  files?: FileOperations | undefined;
  machine?: Machine | undefined;
}

/**
 * Opens the journal of a run, or begins one.
 * @throws JournalError
 */
export async function openRun(
  { id, record }: RunIdentity,
  wanted: string | undefined,
  { resume, takeOver, at, files, machine }: OpeningOptions,
): Promise<OpenRun> {
  if (wanted === undefined) {
    for (const [name, value] of Object.entries({ resume, takeOver })) {
      if (value) throw new BulkInputError(`${name}: true needs the folder of a run in \`journal\``);
    }
    return {
      id,
      states: new RowStates(new RunState(), undefined),
      folder: undefined,
      continued: false,
      takenFrom: undefined,
      close: async () => {},
    };
  }
  const folder = path.resolve(wanted);
  const lock = await lockRun(folder, { files, machine, takeOver });
  try {
    const earlier = await openEarlier(folder, files, lock);
    if (!earlier && resume) throw new JournalError(`There is no run in ${folder}`, { code: 'missing' });
    if (earlier && resume === false) {
      await earlier.journal.close();
      throw new JournalError(`This run was begun before, in ${folder}: go on with it instead`, { code: 'exists' });
    }
    if (earlier) {
      const { journal, run, state } = earlier;
      const changed = whatChanged(run, record);
      if (changed) {
        await journal.close();
        throw new JournalError(
          `${changed} since the run in ${folder} was begun: nothing was sent. Undo the change, or begin a new run in another folder, with the rows alone that have had no mail`,
          { code: 'changed' },
        );
      }
      return open(run.id, folder, journal, state, true, lock);
    }
    const run: RunRecord = { ...record, at };
    const journal = await Journal.create(folder, run, files, lock);
    const state = new RunState();
    state.apply(run);
    return open(id, folder, journal, state, false, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openEarlier(folder: string, files: FileOperations | undefined, lock: RunLock) {
  try {
    return await Journal.open(folder, files, lock);
  } catch (error) {
    // Only where there is none: one that is there, and does not even say what was begun, is for a user to look at.
    if (error instanceof JournalError && error.code === 'missing' && error.cause !== undefined) return undefined;
    throw error;
  }
}

function open(
  id: string,
  folder: string,
  journal: Journal,
  state: RunState,
  continued: boolean,
  lock: RunLock,
): OpenRun {
  return {
    id,
    states: new RowStates(state, journal),
    folder,
    continued,
    takenFrom: lock.takenFrom,
    close: async () => {
      try {
        await journal.close();
      } finally {
        await lock.release();
      }
    },
  };
}

function whatChanged(run: RunRecord, now: Omit<RunRecord, 'at'>): string | undefined {
  const parts: string[] = [];
  if (run.recipients.sha256 !== now.recipients.sha256) parts.push('The recipients have changed');
  if (run.template.sha256 !== now.template.sha256) parts.push('The template has changed');
  if (run.optionsSha256 !== now.optionsSha256) parts.push('The options of the mails have changed');
  return parts.length === 0 ? undefined : parts.join('; ');
}

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

  /** Set when the disk failed, or another process changed the journal: nothing is written any more. */
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
      // A mail whose attempt could not be recorded is not sent.
      if (record.type === 'attempt') {
        const { row, key, at } = record;
        this.state.apply({ type: 'returned', row, key, at });
      }
      throw error;
    }
  }

  /**
   * Before a mail leaves of which nothing new is recorded.
   * @throws JournalError {@link failure} when the journal or the run's lock is another process's by now
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
