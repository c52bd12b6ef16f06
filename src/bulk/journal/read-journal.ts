import { JournalError, messageOf } from '../common/errors.js';
import { errorCode, type FileOperations, type OpenFile, systemFiles } from '../common/file-operations.js';
import { decodeLine, type ReadRecord, readLine } from './record-line.js';
import type { JournalRecord, RunRecord } from './records.js';
import { journalFile } from './run-folder.js';
import { RunState } from './run-state.js';

/** A journal read to its end. */
export interface RunReading extends JournalEnd {
  readonly run: RunRecord;
  readonly state: RunState;
}

/**
 * Every record of a run's journal, in order and in constant memory. Nothing is changed, so a run may be going on: what it is
 * writing this moment is left out.
 *
 * Throws {@link JournalError} `'missing'` when no run was begun there, `'damaged'` with the line number, `'failed'`.
 */
export async function* readRecords(folder: string, files: FileOperations = systemFiles): AsyncGenerator<JournalEntry> {
  const file = await openJournalFile(folder, files);
  try {
    for await (const batch of readBatches(file, folder)) yield* batch;
  } finally {
    await file.close();
  }
}

/** What a run has come to, for a status or a report. Throws as {@link readRecords} does, and changes as little. */
export async function readRun(folder: string, files: FileOperations = systemFiles): Promise<RunReading> {
  const file = await openJournalFile(folder, files);
  try {
    return await fold(file, folder);
  } finally {
    await file.close();
  }
}

/** When the last record was written (ms since the epoch), by the end of the journal alone; undefined where that cannot be read. */
export async function lastRecordTime(folder: string, files: FileOperations): Promise<number | undefined> {
  try {
    const file = await files.open(journalFile(folder), 'r');
    try {
      const { size } = await file.stat({ bigint: true });
      const bytes = Buffer.alloc(tailSize);
      const start = Math.max(0, Number(size) - tailSize);
      const { bytesRead } = await file.read(bytes, 0, tailSize, start);
      for (const line of bytes.toString('utf8', 0, bytesRead).split('\n').reverse()) {
        const record = recordOf(line);
        if (record) return Date.parse(record.at);
      }
    } finally {
      await file.close();
    }
  } catch {
    // Only for a message about something else.
  }
  return undefined;
}

/** Longer than the longest record, but for that of a run. */
const tailSize = 64 * 1024;

function recordOf(line: string): JournalRecord | undefined {
  try {
    return decodeLine(line);
  } catch {
    return undefined;
  }
}

/** Opens a journal for reading. Throws {@link JournalError} `'missing'` or `'failed'`. */
export async function openJournalFile(folder: string, files: FileOperations = systemFiles): Promise<OpenFile> {
  const name = journalFile(folder);
  try {
    return await files.open(name, 'r');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause) ?? '')) {
      throw new JournalError(`There is no run in ${folder}: it holds no journal.jsonl`, { code: 'missing', cause });
    }
    throw new JournalError(`The journal ${name} cannot be opened: ${messageOf(cause)}`, { code: 'failed', cause });
  }
}

async function fold(file: OpenFile, folder: string): Promise<RunReading> {
  const state = new RunState();
  const batches = readBatches(file, folder);
  let run: RunRecord | undefined;
  for (;;) {
    const { value, done } = await batches.next();
    if (done) {
      if (!run) throw notBegun(folder);
      return { run, state, ...value };
    }
    for (const { record, line } of value) {
      if (record.type === 'run') run = record;
      try {
        state.apply(record);
      } catch (error) {
        throw damaged(folder, line, messageOf(error));
      }
    }
  }
}

/** A record and where it stands. */
interface JournalEntry {
  readonly record: JournalRecord;
  /** From 1; the run's own record is on the first. */
  readonly line: number;
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** In bytes, without the line feed. */
  readonly length: number;
}

/** Where a journal ends. */
interface JournalEnd {
  /** Bytes of complete records. */
  readonly end: number;
  /** How many there are. */
  readonly lines: number;
  /** Bytes after them: the tail of a write that did not come to its end, or has not yet. */
  readonly torn: number;
}

const chunkSize = 64 * 1024;
const lineFeed = 0x0a;

/**
 * The records of a file, a few hundred at a time. Only the end may be torn. Records are synchronised in the order in which
 * they are written, and nothing is written after one that failed; so what a crash or a loss of power can have left half
 * written is one last line, cut short, or with bytes in it that never reached the disk (NUL, mostly). No caller was told that
 * it was written. A bad line with anything after it is something else, and it may be a sent mail: no guess is made.
 */
async function* readBatches(file: OpenFile, folder: string): AsyncGenerator<JournalEntry[], JournalEnd> {
  const chunk = Buffer.allocUnsafe(chunkSize);
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let end = 0;
  let size = 0;
  let bad: number | undefined;
  let numbered = false;
  for (;;) {
    const bytesRead = await readChunk(file, chunk, size, folder);
    if (bytesRead === 0) break;
    size += bytesRead;
    const fresh = chunk.subarray(0, bytesRead);
    const bytes = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    const entries: JournalEntry[] = [];
    let start = 0;
    let problem: string | undefined;
    for (let feed = bytes.indexOf(lineFeed); feed !== -1; feed = bytes.indexOf(lineFeed, start)) {
      if (bad !== undefined) break;
      line++;
      const read = understand(bytes.subarray(start, feed), line, numbered);
      if (typeof read === 'string') {
        problem = read;
        break;
      }
      if (read) {
        numbered ||= read.line !== undefined;
        entries.push({ record: read.record, line, offset: end, length: feed - start });
        end += feed + 1 - start;
      } else bad = line;
      start = feed + 1;
    }
    if (bad !== undefined && start < bytes.length) problem = 'its checksum does not fit';
    yield entries;
    if (problem !== undefined) throw damaged(folder, bad ?? line, problem);
    rest = Buffer.from(bytes.subarray(start)); // the chunk is about to be read into again
  }
  if (end === 0) throw notBegun(folder);
  return { end, lines: bad === undefined ? line : bad - 1, torn: size - end };
}

async function readChunk(file: OpenFile, chunk: Buffer, position: number, folder: string): Promise<number> {
  try {
    return (await file.read(chunk, 0, chunk.length, position)).bytesRead;
  } catch (cause) {
    const message = `The journal ${journalFile(folder)} cannot be read: ${messageOf(cause)}`;
    throw new JournalError(message, { code: 'failed', cause });
  }
}

/**
 * The record of a complete line, what is wrong with it, or undefined when its checksum does not fit.
 * @param numbered whether a line before it has a number: then all that follow were written with theirs
 */
function understand(bytes: Buffer, line: number, numbered: boolean): ReadRecord | string | undefined {
  try {
    const read = readLine(bytes);
    if (!read) return undefined;
    if ((read.record.type === 'run') !== (line === 1)) {
      return line === 1 ? 'it does not say what the run was begun with' : 'a second run begins there';
    }
    const misplaced = read.line === undefined ? numbered : read.line !== line;
    return misplaced ? whyMisplaced(read.line, line) : read;
  } catch (error) {
    return messageOf(error);
  }
}

function whyMisplaced(written: number | undefined, line: number): string {
  if (written === undefined) return 'it has no number, though lines before it have: another program wrote it';
  return written < line
    ? `it was written as line ${written}: a record stands twice, or two processes have written this journal`
    : `it was written as line ${written}: lines before it are missing`;
}

function damaged(folder: string, line: number, problem: string): JournalError {
  const message =
    `${journalFile(folder)}, line ${line}: ${problem}. Nothing is sent on the strength of a damaged journal: ` +
    'restore it from a backup, or find out from Sent Items who got the mail';
  return new JournalError(message, { code: 'damaged' });
}

export function notBegun(folder: string): JournalError {
  const message =
    `The journal ${journalFile(folder)} does not hold even its first record, so nothing was sent under it: ` +
    'delete the folder and start the run anew';
  return new JournalError(message, { code: 'missing' });
}
