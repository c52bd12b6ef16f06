import { JournalError } from '../common/errors.js';
import { errorCode, type FileOperations, removeIfThere, syncFolder, writeAll } from '../common/file-operations.js';
import { journalFile, syncParents, unfinishedJournal } from './run-folder.js';

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
