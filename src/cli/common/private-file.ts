import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** {@link writeWholeFile}, readable by the account that runs this alone. */
export function writePrivateFile(file: string, text: string): void {
  writeWholeFile(file, text, 0o600);
}

/**
 * Replaces a file as a whole or not at all. Synchronous, so that the caller is answered only when it is on disk.
 * @throws what the file system says
 */
export function writeWholeFile(file: string, text: string, mode: number): void {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', mode);
    try {
      // Not writeSync, which may write less than all and says so in its result only.
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
