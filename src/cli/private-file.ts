import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Puts a file in its place whole or not at all, for the account that runs this alone. Without waiting, so that what asked for it
 * is answered only when it is on disk.
 * @throws what the file system says
 */
export function writePrivateFile(file: string, text: string): void {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(handle, text);
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
