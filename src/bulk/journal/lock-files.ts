import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { errorCode, type FileOperations, removeIfThere, writeAll } from './file-operations.js';
import type { LockHolder } from './lock-holder.js';

// lock.3 is held; lock.3.released was given back; lock.new-… is one in the making.
const lockName = /^lock\.(\d+)(\.released)?$/;
const unfinishedName = /^lock\.new-/;

export function lockPath(folder: string, number: number): string {
  return path.join(folder, `lock.${number}`);
}

/** The highest number in use; 0 for none. */
export async function highestLock(
  folder: string,
  files: FileOperations,
): Promise<{ number: number; released: boolean }> {
  let highest = { number: 0, released: false };
  for (const name of await files.readdir(folder)) {
    const [, digits, released] = lockName.exec(name) ?? [];
    const number = Number(digits ?? 0);
    if (number < highest.number || number === 0) continue;
    highest = { number, released: released !== undefined || (highest.released && number === highest.number) };
  }
  return highest;
}

/**
 * Puts a file there that is complete from the first moment: an empty one, of a process that was killed before it had said who
 * it was, could not be told from one that is just being written.
 */
export async function linkComplete(file: string, here: LockHolder, files: FileOperations): Promise<boolean> {
  const folder = path.dirname(file);
  const unfinished = path.join(folder, `lock.new-${process.pid}-${randomBytes(6).toString('hex')}`);
  const opened = await files.open(unfinished, 'wx', 0o600);
  try {
    try {
      await writeAll(opened, Buffer.from(`${JSON.stringify(here)}\n`));
      await opened.sync();
    } finally {
      await opened.close();
    }
    await files.link(unfinished, file);
    return true;
  } catch (error) {
    // Somebody else took the number, or took the lock and tidied.
    if (['EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await removeIfThere(unfinished, files).catch(() => {});
  }
}

/** Only the holder does it. One who is about to take the lock may lose its file by that, and starts over. */
export async function tidy(folder: string, own: number, files: FileOperations): Promise<void> {
  for (const name of await files.readdir(folder)) {
    const [, digits] = lockName.exec(name) ?? [];
    const isOld = digits !== undefined && Number(digits) < own;
    if (isOld || unfinishedName.test(name)) await removeIfThere(path.join(folder, name), files);
  }
}

/** Who holds it; undefined when the file is gone, `'unreadable'` when it does not say. */
export async function readHolder(file: string, files: FileOperations): Promise<LockHolder | 'unreadable' | undefined> {
  const text = await readText(file, files);
  return text === undefined ? undefined : (parseHolder(text) ?? 'unreadable');
}

async function readText(file: string, files: FileOperations): Promise<string | undefined> {
  let opened: Awaited<ReturnType<FileOperations['open']>> | undefined;
  try {
    opened = await files.open(file, 'r');
    const buffer = Buffer.alloc(4096);
    const { bytesRead } = await opened.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    await opened?.close();
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as LockHolder;
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}
