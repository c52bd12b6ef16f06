import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { errorCode, type FileOperations, removeIfThere, writeAll } from '../common/file-operations.js';
import type { LockHolder } from './lock-holder.js';

// lock.3 is held; lock.3.released was given back; lock.3.damaged was left by a process whose journal another one had changed;
// lock.new-… is one in the making.
const lockName = /^lock\.(\d+)(?:\.(released|damaged))?$/;
const unfinishedName = /^lock\.new-/;

export interface HighestLock {
  /** 0 for none. */
  readonly number: number;
  readonly state: 'held' | 'released' | 'damaged';
}

export function lockPath(folder: string, { number, state }: HighestLock): string {
  return path.join(folder, `lock.${number}${state === 'held' ? '' : `.${state}`}`);
}

/** The highest number in use. */
export async function highestLock(folder: string, files: FileOperations): Promise<HighestLock> {
  let highest: HighestLock = { number: 0, state: 'released' };
  for (const name of await files.readdir(folder)) {
    const [, digits, state = 'held'] = lockName.exec(name) ?? [];
    const number = Number(digits ?? 0);
    if (number === 0 || number < highest.number) continue;
    if (number === highest.number && highest.state !== 'held') continue;
    highest = { number, state: state as HighestLock['state'] };
  }
  return highest;
}

/**
 * Puts a file there that is complete from the first moment: an empty one, of a process that was killed before it had said who
 * it was, could not be told from one that is just being written.
 * @returns what is in it, or undefined when another process took the number
 */
export async function linkComplete(file: string, here: LockHolder, files: FileOperations): Promise<string | undefined> {
  const folder = path.dirname(file);
  const id = randomBytes(6).toString('hex');
  const unfinished = path.join(folder, `lock.new-${process.pid}-${id}`);
  const opened = await files.open(unfinished, 'wx', 0o600);
  let text = '';
  try {
    try {
      const { ino } = await opened.stat({ bigint: true });
      text = `${JSON.stringify({ ...here, inode: String(ino), id })}\n`;
      await writeAll(opened, Buffer.from(text));
      await opened.sync();
    } finally {
      await opened.close();
    }
    await files.link(unfinished, file);
    return text;
  } catch (error) {
    // Another process took the number, or took the lock and tidied up. Or a file server was asked twice, and answers for the
    // second time that it is there (NFS resends what it has no answer to).
    const code = errorCode(error);
    if (code === 'EEXIST') return (await readText(file, files)) === text ? text : undefined;
    if (code === 'ENOENT') return undefined;
    throw error;
  } finally {
    await removeIfThere(unfinished, files).catch(() => {});
  }
}

/** Only the holder does it. A process that is about to take the lock may lose its file by that, and starts over. */
export async function tidy(folder: string, own: number, files: FileOperations): Promise<void> {
  for (const name of await files.readdir(folder)) {
    const [, digits] = lockName.exec(name) ?? [];
    const isOld = digits !== undefined && Number(digits) < own;
    if (isOld || unfinishedName.test(name)) await removeIfThere(path.join(folder, name), files);
  }
}

/** What is in a lock's file, read anew each time; undefined when it is gone. */
export async function readText(file: string, files: FileOperations): Promise<string | undefined> {
  let opened: Awaited<ReturnType<FileOperations['open']>> | undefined;
  try {
    opened = await files.open(file, 'r');
    const buffer = Buffer.allocUnsafe(2048);
    const { bytesRead } = await opened.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    await opened?.close();
  }
}

/** Undefined for what does not say who holds it. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as LockHolder;
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}
