import { lstat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../common/make-folder.js';
import { UsageError } from '../common/exit-codes.js';
import type { SetupFile } from './common/answers.js';

const OTHER_FOLDER = `  For other packets, give another folder: --out <folder>.
  For the next certificate of this one: --rotate.`;

/**
 * Refuses when a file to be written exists already, before anything is written.
 * @throws UsageError that says what is there
 */
export async function refuseExisting(folder: string, paths: readonly string[], cure = OTHER_FOLDER): Promise<void> {
  const found: string[] = [];
  for (const one of paths) if (await exists(path.join(folder, one))) found.push(one);
  if (found.length === 0) return;
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  throw new UsageError(
    `${folder} has ${found.slice(0, 3).join(', ')}${more} already.\n` +
      '  Nothing was written, and nothing there was changed.\n' +
      cure,
  );
}

/**
 * Writes new files, and overwrites nothing, not even a file that was created in the meantime. Folders with secrets are readable
 * for their owner alone.
 */
export async function writeFiles(folder: string, files: readonly SetupFile[]): Promise<void> {
  const secretFolders = new Set(files.filter(({ secret }) => secret).map((file) => path.posix.dirname(file.path)));
  for (const { path: name, text, secret = false, executable = false } of files) {
    const file = path.join(folder, name);
    const mode = secretFolders.has(path.posix.dirname(name)) ? 0o700 : 0o777;
    try {
      await makeFolder(folder);
      await makeFolder(path.dirname(file), mode);
      await writeFile(file, text, { flag: 'wx', mode: secret ? 0o600 : executable ? 0o755 : 0o644 });
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const why = code === 'EEXIST' ? 'there is something of that name; it was left as it is' : message;
      throw new Error(`${file} was not written: ${why}. Give another folder with --out.`, { cause });
    }
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    // A dangling link counts as an existing file.
    await lstat(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
