import { constants } from 'node:fs';
import { JournalError, messageOf } from '../errors.js';
import {
  type FileOperations,
  type OpenFile,
  removeIfThere,
  syncFolder,
  systemFiles,
  writeAll,
} from './file-operations.js';
import { writeFirstRecord } from './first-record.js';
import type { RunState } from './fold.js';
import { readRun } from './reading.js';
import { encodeRecord, type JournalRecord, type RunRecord } from './records.js';
import { journalFile, makeRunFolder, unfinishedJournal } from './run-folder.js';

/** A journal opened for writing, and what it holds. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly run: RunRecord;
  readonly state: RunState;
  /** Bytes of a torn tail that were cut off. Nobody had been told that they were written. */
  readonly cut: number;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: JournalError) => void;
}

/**
 * The journal of a run, for the one process that has the run's lock (`lockRun`).
 *
 * A record is on the disk before {@link append} resolves. After the first write or fsync that fails nothing is written any
 * more: more after half a line would be damage, and an fsync after a failed one may succeed without having written what the
 * failed one lost (the Linux kernel reports such an error once).
 */
export class Journal {
  /** The path of the journal. */
  readonly file: string;
  readonly #opened: OpenFile;
  #lines: string[] = [];
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: JournalError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(file: string, opened: OpenFile) {
    this.file = file;
    this.#opened = opened;
  }

  /**
   * Begins a run. Whenever this is interrupted, there is no journal afterwards or one with its first record whole. Throws
   * {@link JournalError} `'exists'` when there is a journal, `'failed'`.
   */
  static async create(folder: string, run: RunRecord, files: FileOperations = systemFiles): Promise<Journal> {
    const header = encodeRecord(run);
    await makeRunFolder(folder, files);
    const file = journalFile(folder);
    try {
      await writeFirstRecord(folder, header, files);
      return new Journal(file, await openToAppend(file, files));
    } catch (cause) {
      if (cause instanceof JournalError) throw cause;
      const message = `The journal ${file} cannot be created, so nothing is sent: ${messageOf(cause)}`;
      throw new JournalError(message, { code: 'failed', cause });
    }
  }

  /**
   * Takes up a run again: reads its journal and cuts off a torn tail. Throws {@link JournalError} `'missing'` when no run was
   * begun there, `'damaged'` with the line number when anything but the tail is wrong, `'failed'`.
   */
  static async open(folder: string, files: FileOperations = systemFiles): Promise<OpenedJournal> {
    const file = journalFile(folder);
    const { run, state, end, torn } = await readRun(folder, files);
    let opened: OpenFile | undefined;
    try {
      await removeIfThere(unfinishedJournal(folder), files);
      opened = await openToAppend(file, files);
      if (torn > 0) await opened.truncate(end);
      // What the state rests on may so far be in the memory of the system only, and so may the file's name.
      await opened.sync();
      await syncFolder(folder, files);
    } catch (cause) {
      await opened?.close().catch(() => {});
      const message = `The journal ${file} cannot be written, so nothing is sent: ${messageOf(cause)}`;
      throw new JournalError(message, { code: 'failed', cause });
    }
    return { journal: new Journal(file, opened), run, state, cut: torn };
  }

  /** The failure after which nothing is written any more. */
  get failure(): JournalError | undefined {
    return this.#failure;
  }

  /**
   * Writes a record; resolves when it is on the disk. All that is appended while a write is under way goes with the next
   * one. Rejects with a {@link JournalError} `'failed'`: the record may be there or not, and nothing may be built on it.
   */
  append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal) {
        reject(refusal);
        return;
      }
      this.#lines.push(encodeRecord(record));
      this.#waiting.push({ resolve, reject });
      this.#writing ??= this.#writeWaiting();
    });
  }

  /** Writes a record along with the next append, or when the journal is closed. A crash may lose it, as a failure does. */
  note(record: JournalRecord): void {
    if (!this.#refusal()) this.#lines.push(encodeRecord(record));
  }

  /** Writes what is left to be written and closes the file. Rejects when notes could not be written. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #refusal(): JournalError | undefined {
    if (this.#failure) return this.#failure;
    return this.#closed && new JournalError(`The journal ${this.file} is closed already`, { code: 'failed' });
  }

  async #writeWaiting(): Promise<void> {
    await undefined; // so that what is appended in the same breath goes together
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#writeLines();
      for (const { resolve, reject } of waiting) {
        if (this.#failure) reject(this.#failure);
        else resolve();
      }
    }
    this.#writing = undefined;
  }

  async #writeLines(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#failure || lines.length === 0) return;
    try {
      await writeAll(this.#opened, Buffer.from(lines.join('')));
      await this.#opened.datasync();
      if ((await this.#opened.stat?.())?.nlink === 0) {
        const message =
          `The journal ${this.file} was deleted while the run went on. Nothing more is sent, since it could not be recorded. ` +
          'What was sent in this run is recorded nowhere now: do not begin it anew before Sent Items has shown who got the mail';
        this.#failure = new JournalError(message, { code: 'failed' });
      }
    } catch (cause) {
      const message =
        `Writing the journal ${this.file} failed: ${messageOf(cause)}. Nothing more is sent, since it could not be recorded. ` +
        'Make sure that the disk works and has room, then resume the run';
      this.#failure = new JournalError(message, { code: 'failed', cause });
    }
  }

  async #finish(): Promise<void> {
    await this.#writing;
    const before = this.#failure;
    await this.#writeLines();
    // All of it was synchronised: closing has nothing left to lose.
    await this.#opened.close().catch(() => {});
    if (this.#failure && this.#failure !== before) throw this.#failure;
  }
}

// Not 'a': that would create a file which is not there.
function openToAppend(file: string, files: FileOperations): Promise<OpenFile> {
  return files.open(file, constants.O_WRONLY | constants.O_APPEND);
}
