import { JournalError, messageOf } from '../errors.js';
import { errorCode, type FileOperations, removeIfThere, systemFiles } from './file-operations.js';
import { highestLock, linkComplete, lockPath, readHolder, tidy } from './lock-files.js';
import { type LockHolder, thisProcess, whereIs } from './lock-holder.js';
import { makeRunFolder } from './run-folder.js';

/** The right to write to a run's journal. */
export interface RunLock {
  /** Gives it back. Never rejects: a lock that cannot be given back is taken over once this process has ended. */
  release(): Promise<void>;
}

const mostTries = 100;

/**
 * Takes the lock of a run, and makes its folder when there is none. A lock whose holder is gone is taken over. Throws
 * {@link JournalError} `'locked'` with the process that holds it, `'failed'`.
 *
 * Every lock is a file with a number of its own, and the highest number counts. One who finds that the highest is free (given
 * back, or its holder gone) links a complete file to the next number, which exactly one can. Numbers never go down, since the
 * highest file is never removed: one who looked long ago and takes a number that meanwhile was used and tidied away sees a
 * higher one beside its own, and has lost.
 */
export async function lockRun(folder: string, files: FileOperations = systemFiles): Promise<RunLock> {
  await makeRunFolder(folder, files);
  try {
    const here = await thisProcess();
    for (let tries = 0; tries < mostTries; tries++) {
      const lock = await tryLock(folder, here, files);
      if (lock) return lock;
    }
  } catch (cause) {
    if (cause instanceof JournalError) throw cause;
    const noLinks = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(errorCode(cause) ?? '');
    const advice = noLinks ? '. It must be on a file system with hard links: choose another place for it' : '';
    const message = `The run folder ${folder} cannot be locked, so nothing is sent: ${messageOf(cause)}${advice}`;
    throw new JournalError(message, { code: 'failed', cause });
  }
  throw new JournalError(`Too many processes try to take up the run in ${folder}: try again`, { code: 'locked' });
}

/** Undefined when somebody else moved meanwhile. */
async function tryLock(folder: string, here: LockHolder, files: FileOperations): Promise<RunLock | undefined> {
  const highest = await highestLock(folder, files);
  if (highest.number > 0 && !highest.released) {
    const isFree = await checkGone(lockPath(folder, highest.number), here, files);
    if (!isFree) return undefined;
  }
  const number = highest.number + 1;
  const mine = lockPath(folder, number);
  if (!(await linkComplete(mine, here, files))) return undefined;
  const now = await highestLock(folder, files);
  if (now.number !== number || now.released) {
    await removeIfThere(mine, files);
    return undefined;
  }
  await tidy(folder, number, files).catch(() => {});
  return { release: () => files.rename(mine, `${mine}.released`).catch(() => {}) };
}

/** Whether the holder of a lock file is gone; false when the file is. Throws `'locked'` when the holder is not gone. */
async function checkGone(file: string, here: LockHolder, files: FileOperations): Promise<boolean> {
  const holder = await readHolder(file, files);
  if (!holder) return false;
  if (holder === 'unreadable') {
    throw locked(`its lock cannot be read. If no other process is sending it, delete ${file} and try again`);
  }
  const { pid, host } = holder;
  switch (await whereIs(holder, here)) {
    case 'gone':
      return true;
    case 'running':
      throw locked(
        pid === process.pid
          ? `this very process (${pid}) has it open`
          : `process ${pid} on ${host} has it open. Wait for its end, or stop it`,
      );
    case 'elsewhere':
      throw locked(
        `process ${pid} on ${host === here.host ? `${host}, in another container,` : host} has it open, and whether that is ` +
          `still running cannot be seen from here. If it is not, delete ${file} and try again`,
      );
  }
}

function locked(problem: string): JournalError {
  return new JournalError(`The run cannot be taken up: ${problem}`, { code: 'locked' });
}
