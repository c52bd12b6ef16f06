import path from 'node:path';
import { JournalError, messageOf } from '../common/errors.js';
import {
  errorCode,
  type FileOperations,
  removeIfThere,
  syncFolder,
  systemFiles,
  writeAll,
} from '../common/file-operations.js';

/** Where the journal of a run is. */
export function journalFile(folder: string): string {
  return path.join(folder, 'journal.jsonl');
}

/** What a journal is written as before it is complete. Left over by a crash, it is of no use. */
export function unfinishedJournal(folder: string): string {
  return path.join(folder, 'journal.jsonl.new');
}

/** Makes the run folder, which only its owner may look into, and all folders above it. Does nothing when it is there. */
export async function makeRunFolder(folder: string, files: FileOperations = systemFiles): Promise<void> {
  try {
    await files.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new JournalError(`The run folder ${folder} cannot be made: ${messageOf(cause)}`, { code: 'failed', cause });
  }
}

/**
 * Makes the way to a folder durable, from the root down. Also where nothing was just made: a process that was killed may
 * have made folders without getting as far as this, and a journal is no good in a folder that vanishes.
 */
async function syncParents(folder: string, files: FileOperations): Promise<void> {
  const parent = path.dirname(path.resolve(folder));
  if (parent !== path.dirname(parent)) await syncParents(parent, files);
  await syncFolder(parent, files);
}

/**
 * Puts a journal with its first record into a folder, so that a crash or a loss of power at any moment leaves no journal or
 * one that is whole. Throws {@link JournalError} `'exists'` when there is a journal, else what the file system says.
 */
export async function writeFirstRecord(folder: string, line: string, files: FileOperations): Promise<void> {
  const file = journalFile(folder);
  const unfinished = unfinishedJournal(folder);
  if (await isThere(file, files)) {
    throw new JournalError(`There is a run in ${folder} already: resume it, or choose another folder`, {
      code: 'exists',
    });
  }
  try {
    await syncParents(folder, files);
    await removeIfThere(unfinished, files);
    await writeSynced(unfinished, line, files);
    await files.rename(unfinished, file);
    await syncFolder(folder, files);
  } catch (error) {
    await removeIfThere(unfinished, files).catch(() => {});
    throw error;
  }
}

async function isThere(file: string, files: FileOperations): Promise<boolean> {
  try {
    await files.stat(file, { bigint: true });
    return true;
  } catch (error) {
    // Only this says so: renaming over a journal that could not be looked at would forget who was sent to.
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function writeSynced(file: string, line: string, files: FileOperations): Promise<void> {
  const opened = await files.open(file, 'wx', 0o600);
  try {
    await writeAll(opened, Buffer.from(line));
    await opened.sync();
  } finally {
    await opened.close();
  }
}
