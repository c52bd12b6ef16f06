import { JournalError, messageOf } from '../common/errors.js';
import { errorCode, type FileOperations, type OpenFile, systemFiles } from '../common/file-operations.js';
import { damaged, type JournalEnd, type JournalEntry, notBegun, readBatches } from './read-batches.js';
import { decodeLine } from './record-line.js';
import type { JournalRecord, RunRecord } from './records.js';
import { journalFile } from './run-folder.js';
import { RunState } from './run-state.js';

export type { JournalEntry };

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
