import { constants } from 'node:fs';
import { JournalError, messageOf } from '../common/errors.js';
import {
  errorCode,
  type FileFacts,
  type FileOperations,
  type OpenFile,
  removeIfThere,
  syncFolder,
  systemFiles,
  writeAll,
} from '../common/file-operations.js';
import { counted } from '../common/words.js';
import type { RunLock } from './lock.js';
import { readRun } from './read-journal.js';
import { encodeRecord } from './record-line.js';
import type { JournalRecord, RunRecord } from './records.js';
import { journalFile, makeRunFolder, unfinishedJournal, writeFirstRecord } from './run-folder.js';
import type { RunState } from './run-state.js';

/** A journal opened for writing, and what it holds. */
interface OpenedJournal {
  readonly journal: Journal;
  readonly run: RunRecord;
  readonly state: RunState;
  /** Bytes of a torn tail that were cut off. No caller had been told that they were written. */
  readonly cut: number;
}

/** The run's lock, as far as a journal needs it. Without one, no other process may be able to open the run. */
type HeldLock = Pick<RunLock, 'lost' | 'release'>;

/** The journal as it is found when it is opened. */
interface Found {
  identity: FileFacts;
  bytes: number;
  lines: number;
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
 *
 * Nor is anything written once another process has changed the journal or taken the lock: when the file is not under its path
 * any more, is another one, or has not the size that was written here. The open file alone would not show it, since it can still
 * be written after it was deleted, or moved with its folder. It is looked at before each write, so as not to write into another
 * process's journal, and after it, before the record is acted on: a process that takes the run over removes the lock first, and
 * reads the journal then.
 */
export class Journal {
  /** The path of the journal. */
  readonly file: string;
  readonly #opened: OpenFile;
  readonly #files: FileOperations;
  readonly #lock: HeldLock | undefined;
  /** The file under the path when it was opened. */
  readonly #identity: FileFacts;
  /** What is in the file. */
  #size: bigint;
  /** Lines that are in the file, or wait to be. */
  #count: number;
  #lines: string[] = [];
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: JournalError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    file: string,
    opened: OpenFile,
    { identity, bytes, lines }: Found,
    files: FileOperations,
    lock?: HeldLock,
  ) {
    this.file = file;
    this.#opened = opened;
    this.#identity = identity;
    this.#size = BigInt(bytes);
    this.#count = lines;
    this.#files = files;
    this.#lock = lock;
  }

  /**
   * Begins a run. Whenever this is interrupted, there is no journal afterwards or one with its first record whole. Throws
   * {@link JournalError} `'exists'` when there is a journal, `'failed'`.
   */
  static async create(
    folder: string,
    run: RunRecord,
    files: FileOperations = systemFiles,
    lock?: HeldLock,
  ): Promise<Journal> {
    const header = encodeRecord(run, 1);
    await makeRunFolder(folder, files);
    const file = journalFile(folder);
    let opened: OpenFile | undefined;
    try {
      await writeFirstRecord(folder, header, files);
      opened = await openToAppend(file, files);
      const identity = await files.stat(file, { bigint: true });
      return new Journal(file, opened, { identity, bytes: Buffer.byteLength(header), lines: 1 }, files, lock);
    } catch (cause) {
      await opened?.close().catch(() => {});
      if (cause instanceof JournalError) throw cause;
      const message = `The journal ${file} cannot be created, so nothing is sent: ${messageOf(cause)}`;
      throw new JournalError(message, { code: 'failed', cause });
    }
  }

  /**
   * Takes up a run again: reads its journal and cuts off a torn tail. Throws {@link JournalError} `'missing'` when no run was
   * begun there, `'damaged'` with the line number when anything but the tail is wrong, `'failed'`.
   */
  static async open(folder: string, files: FileOperations = systemFiles, lock?: HeldLock): Promise<OpenedJournal> {
    const file = journalFile(folder);
    const { run, state, end, lines, torn } = await readRun(folder, files);
    let opened: OpenFile | undefined;
    let identity: FileFacts;
    try {
      await removeIfThere(unfinishedJournal(folder), files);
      opened = await openToAppend(file, files);
      if (torn > 0) await opened.truncate(end);
      // What the state rests on may so far be in the memory of the system only, and so may the file's name.
      await opened.sync();
      await syncFolder(folder, files);
      identity = await files.stat(file, { bigint: true });
    } catch (cause) {
      await opened?.close().catch(() => {});
      const message = `The journal ${file} cannot be written, so nothing is sent: ${messageOf(cause)}`;
      throw new JournalError(message, { code: 'failed', cause });
    }
    const journal = new Journal(file, opened, { identity, bytes: end, lines }, files, lock);
    return { journal, run, state, cut: torn };
  }

  /** The failure after which nothing is written any more. */
  get failure(): JournalError | undefined {
    return this.#failure;
  }

  /**
   * Writes a record; resolves when it is on the disk. All that is appended while a write is under way goes with the next
   * one. Rejects with {@link failure}: the record may be there or not, and nothing may be built on it.
   */
  append(record: JournalRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal) {
        reject(refusal);
        return;
      }
      this.#push(record);
      this.#wait({ resolve, reject });
    });
  }

  /** Resolves when the journal and the lock are still this process's; rejects with {@link failure}. Before a mail without a record. */
  check(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal) reject(refusal);
      else this.#wait({ resolve, reject });
    });
  }

  /** Writes a record along with the next append, or when the journal is closed. A crash may lose it, as a failure does. */
  note(record: JournalRecord): void {
    if (!this.#refusal()) this.#push(record);
  }

  /** Writes what is left to be written and closes the file. Rejects when notes could not be written. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #push(record: JournalRecord): void {
    this.#lines.push(encodeRecord(record, this.#count + 1));
    this.#count++;
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#writing ??= this.#writeWaiting();
  }

  #refusal(): JournalError | undefined {
    if (this.#failure) return this.#failure;
    return this.#closed && new JournalError(`The journal ${this.file} is closed already`, { code: 'failed' });
  }

  async #writeWaiting(): Promise<void> {
    await undefined; // so that what is appended in the same tick goes together
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
    if (this.#failure) return;
    const failure = await this.#tryToWrite(lines);
    this.#failure = failure;
    // A user who resumes it unawares would send by a journal that may not say who got the mail.
    if (failure?.code === 'damaged') await this.#lock?.release('damaged');
  }

  async #tryToWrite(lines: readonly string[]): Promise<JournalError | undefined> {
    try {
      const change = await this.#foreignChange();
      if (change || lines.length === 0) return change;
      const bytes = Buffer.from(lines.join(''));
      await writeAll(this.#opened, bytes);
      await this.#opened.datasync();
      this.#size += BigInt(bytes.length);
      return await this.#foreignChange();
    } catch (cause) {
      const message =
        `Writing the journal ${this.file} failed: ${messageOf(cause)}. Nothing more is sent, since it could not be recorded. ` +
        'Make sure that the disk works and has room, then resume the run';
      return new JournalError(message, { code: 'failed', cause });
    }
  }

  /** What another process did to the journal or the lock while the run went on. */
  async #foreignChange(): Promise<JournalError | undefined> {
    const [path, opened, lost] = await Promise.all([
      this.#files.stat(this.file, { bigint: true }).catch(undefinedIfGone),
      this.#opened.stat({ bigint: true }),
      this.#lock?.lost(),
    ]);
    if (!path && opened.nlink === 0n) return changed(`${this.file} was deleted`, 'deleted');
    if (!path) return changed(`${this.file} was moved or renamed, or its folder was`, 'moved');
    if (path.dev !== this.#identity.dev || path.ino !== this.#identity.ino) {
      return changed(`${this.file} was replaced by another file`, 'changed');
    }
    // A process that has taken the run over may write, and cut off a torn tail.
    if (lost) return lost;
    // Of the open file: a file server may tell an older size under the path.
    if (opened.size < this.#size)
      return changed(`${this.file} shrank from ${this.#size} to ${opened.size} bytes`, 'changed');
    if (opened.size === this.#size) return undefined;
    return changed(
      `${this.file} was written to by somebody else (${counted(Number(opened.size - this.#size), 'byte')})`,
      'changed',
    );
  }

  async #finish(): Promise<void> {
    await this.#writing;
    const before = this.#failure;
    if (this.#lines.length > 0) await this.#writeLines();
    // All of it was synchronised: closing has nothing left to lose.
    await this.#opened.close().catch(() => {});
    if (this.#failure && this.#failure !== before) throw this.#failure;
  }
}

// Not 'a': that would create a file which is not there.
function openToAppend(file: string, files: FileOperations): Promise<OpenFile> {
  return files.open(file, constants.O_WRONLY | constants.O_APPEND);
}

function undefinedIfGone(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
  throw error;
}

const whatToDo = {
  deleted:
    'Nothing more is sent, since it could not be recorded. What was sent in this run is recorded nowhere now: do not begin it anew ' +
    'before Sent Items has shown who got the mail',
  moved:
    'Nothing more is sent, since whoever looks for it there would not know. Where it is now, the journal is whole but for the ' +
    'ends of the mails that were on their way, which count as unknown: resume the run there once this process has ended',
  changed:
    'Nothing more is sent, since the journal may not say any more who got the mail. Make sure that nothing else writes to the ' +
    'folder, and restore the journal, or find out from Sent Items who got the mail, before the run is resumed',
};

function changed(what: string, kind: keyof typeof whatToDo): JournalError {
  const code = kind === 'changed' ? 'damaged' : 'failed';
  return new JournalError(`The journal ${what} while the run went on. ${whatToDo[kind]}`, { code });
}
