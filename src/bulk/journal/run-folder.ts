import path from 'node:path';
import { JournalError, messageOf } from '../common/errors.js';
import { type FileOperations, syncFolder, systemFiles } from '../common/file-operations.js';

/** Where the journal of a run is. */
export function journalFile(folder: string): string {
  return path.join(folder, 'journal.jsonl');
}

/** What a journal is written as before it is complete. Left over by a crash, it is of no use to anybody. */
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
export async function syncParents(folder: string, files: FileOperations): Promise<void> {
  const parent = path.dirname(path.resolve(folder));
  if (parent !== path.dirname(parent)) await syncParents(parent, files);
  await syncFolder(parent, files);
}
