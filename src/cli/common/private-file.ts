import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** {@link writeWholeFile}, for the account that runs this alone. */
export function writePrivateFile(file: string, text: string): void {
  writeWholeFile(file, text, 0o600);
}

/**
 * Puts a file in its place whole or not at all. Without waiting, so that what asked for it is answered only when it is on disk.
 * @throws what the file system says
 */
export function writeWholeFile(file: string, text: string, mode: number): void {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', mode);
    try {
      // Not writeSync, which writes as much as there is space for and says so in its result alone.
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
