import { JournalError, messageOf } from '../common/errors.js';
import { errorCode, type FileOperations, removeIfThere, systemFiles } from '../common/file-operations.js';
import { formatDuration } from '../common/words.js';
import { type HighestLock, highestLock, linkComplete, lockPath, parseHolder, readText, tidy } from './lock-files.js';
import {
  type LockHolder,
  type LockOwner,
  type Machine,
  thisMachine,
  type Whereabouts,
  whereIs,
} from './lock-holder.js';
import { lastRecordTime } from './read-journal.js';
import type { SessionRecord } from './records.js';
import { makeRunFolder } from './run-folder.js';

/** The right to write to a run's journal. */
export interface RunLock {
  /** The process it was taken from because a user said that it had ended. */
  readonly takenFrom: LockOwner | undefined;
  /** Why it is this process's no more, or undefined while it is. Rejects when that cannot be read. */
  lost(): Promise<JournalError | undefined>;
  /**
   * Gives it back. Never rejects: a lock that cannot be given back is taken over once this process has ended. As `'damaged'`, it
   * stays under that name, so that no process goes on with the run before a user has looked at its journal.
   */
  release(as?: 'damaged'): Promise<void>;
}

interface LockOptions {
  files?: FileOperations | undefined;
  machine?: Machine | undefined;
  /** A user says that the process that holds the lock has ended: believed where nothing is known, never against what is known. */
  takeOver?: boolean | undefined;
}

const mostTries = 100;

/** What is in the files of the locks that this process holds: not every system says more of a process than its pid. */
const heldHere = new Set<string>();

/**
 * Takes the lock of a run, and makes its folder when there is none. A lock whose holder is gone is taken over. Throws
 * {@link JournalError} `'locked'` with the process that holds it, `'damaged'`, `'failed'`.
 *
 * Every lock is a file with a number of its own, and the highest number counts. A process that finds that the highest is free (given
 * back, or its holder gone) links a complete file to the next number, which exactly one can. Numbers never go down, since the
 * highest file is never removed: a process that looked long ago and takes a number that meanwhile was used and tidied away sees a
 * higher one beside its own, and has lost.
 *
 * A holder that was taken for gone and is not finds its file removed, and sends nothing from then on ({@link RunLock.lost}). The
 * file is removed before the journal is read here; the holder looks for it after it has written an attempt and before it lets
 * the mail go. So either the attempt is seen here, or the mail stays there.
 */
export async function lockRun(folder: string, options: LockOptions = {}): Promise<RunLock> {
  const { files = systemFiles, machine = thisMachine, takeOver = false } = options;
  await makeRunFolder(folder, files);
  try {
    for (let tries = 0; tries < mostTries; tries++) {
      const lock = await tryLock(folder, { files, machine, takeOver });
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

/** Which process has the lock of a run, and whether it is running; undefined when none has it. */
async function whoHolds(
  folder: string,
  { files = systemFiles, machine = thisMachine }: Pick<LockOptions, 'files' | 'machine'> = {},
): Promise<HeldLock | undefined> {
  const highest = await highestLock(folder, files);
  return highest.state === 'held' ? lookAt(lockPath(folder, highest), folder, { files, machine }) : undefined;
}

/** Why a run cannot be taken up at the moment: a process that is seen to run has it. Undefined where none does. */
export async function refuseHeld(folder: string): Promise<JournalError | undefined> {
  const held = await whoHolds(folder).catch(() => undefined);
  return held?.where === 'running' ? inProgress(held) : undefined;
}

interface HeldLock {
  /** Undefined where its file does not say. */
  holder: LockHolder | undefined;
  where: Whereabouts;
}

interface Means {
  files: FileOperations;
  machine: Machine;
}

/** Undefined when another process changed the lock meanwhile. */
async function tryLock(folder: string, means: Means & { takeOver: boolean }): Promise<RunLock | undefined> {
  const { files, machine, takeOver } = means;
  const highest = await highestLock(folder, files);
  const before = lockPath(folder, highest);
  if (highest.state === 'damaged') throw leftDamaged(folder, before);
  let takenFrom: LockOwner | undefined;
  if (highest.state === 'held') {
    const held = await lookAt(before, folder, means);
    if (!held) return undefined;
    const { holder, where } = held;
    if (where === 'running' || (where === 'elsewhere' && !takeOver)) throw await lockedBy(held, before, folder, files);
    if (where === 'elsewhere') takenFrom = holder ? { pid: holder.pid, host: holder.host } : {};
  }
  const mine: HighestLock = { number: highest.number + 1, state: 'held' };
  const file = lockPath(folder, mine);
  const disk = await diskOf(folder, files);
  const text = await linkComplete(
    file,
    {
      ...(await machine.self()),
      at: new Date().toISOString(),
      ...(disk !== undefined && { disk }),
      ...(takenFrom && { takenFrom }),
    },
    files,
  );
  if (text === undefined) return undefined;
  const now = await highestLock(folder, files);
  if (now.number !== mine.number || now.state !== 'held') {
    await removeIfThere(file, files);
    return undefined;
  }
  if (highest.state === 'held') {
    // If its holder is alive after all, it must be able to learn that the run is not its own any more.
    await removeIfThere(before, files).catch(async (error: unknown) => {
      await removeIfThere(file, files);
      throw error;
    });
  }
  await tidy(folder, mine.number, files).catch(() => {});
  heldHere.add(text);
  return {
    takenFrom,
    lost: async () => ((await readText(file, files)) === text ? undefined : lostTo(folder, files)),
    release: async (as) => {
      try {
        // What is there under this name may be another's by now.
        if ((await readText(file, files)) !== text) return;
        await files.rename(file, lockPath(folder, { ...mine, state: as ?? 'released' }));
        heldHere.delete(text);
      } catch {
        // The lock of a process that has ended is taken over.
      }
    },
  };
}

/** The holder of a lock by its file; undefined when the file is gone. */
async function lookAt(file: string, folder: string, { files, machine }: Means): Promise<HeldLock | undefined> {
  const text = await readText(file, files);
  if (text === undefined) return undefined;
  const holder = parseHolder(text);
  if (!holder) return { holder, where: 'elsewhere' };
  if (heldHere.has(text)) return { holder, where: 'running' };
  const [here, process, disk, inode] = await Promise.all([
    machine.self(),
    machine.processAt(holder.pid),
    diskOf(folder, files),
    files.stat(file, { bigint: true }).then(
      ({ ino }) => String(ino),
      () => undefined,
    ),
  ]);
  return { holder, where: whereIs(holder, { here, process, disk, inode }) };
}

async function diskOf(folder: string, files: FileOperations): Promise<number | undefined> {
  try {
    // Signed where the system's own number is.
    return (await files.statfs(folder)).type >>> 0;
  } catch {
    return undefined;
  }
}

async function lockedBy(
  { holder, where }: HeldLock,
  file: string,
  folder: string,
  files: FileOperations,
): Promise<JournalError> {
  const { pid, host, at } = holder ?? {};
  if (where === 'running') return inProgress({ holder });
  const who = holder ? `process ${pid} on ${host}` : `somebody (${file} does not say who)`;
  const since = at === undefined ? '' : ` since ${timeAndAge(Date.parse(at))}`;
  const last = timeAndAge(await lastRecordTime(folder, files));
  return locked(
    `${who} has it open${since}, and whether that still runs cannot be seen from here: it may be on another machine or in another ` +
      `container. The last record of its journal is from ${last}. If you know that it has ended, take the run over: ` +
      '"bulk resume --take-over", or takeOver: true in a program',
  );
}

function inProgress({ holder }: Pick<HeldLock, 'holder'>): JournalError {
  const { pid, host, at } = holder ?? {};
  const since = at === undefined ? '' : ` since ${timeAndAge(Date.parse(at))}`;
  return new JournalError(
    pid === process.pid
      ? `The run is in progress: this very process (${pid}) has had it open${since}`
      : `The run is in progress: process ${pid} on ${host} has had it open${since}. Wait for its end, or stop it`,
    { code: 'locked' },
  );
}

/** A user who is asked whether a process has ended must know whether it was at work a moment ago. */
function timeAndAge(time: number | undefined): string {
  if (time === undefined || Number.isNaN(time)) return 'a time that cannot be read';
  const age = Date.now() - time;
  // The clocks of two machines differ.
  return `${new Date(time).toISOString()} (${age < 0 ? 'in the future, by the clock here' : `${formatDuration(age)} ago`})`;
}

async function lostTo(folder: string, files: FileOperations): Promise<JournalError> {
  const highest = await highestLock(folder, files).catch(() => undefined);
  const text = highest?.number ? await readText(lockPath(folder, highest), files).catch(() => undefined) : undefined;
  const holder = text === undefined ? undefined : parseHolder(text);
  const what = holder
    ? `Process ${holder.pid} on ${holder.host} has taken over the run in ${folder} while it went on here`
    : `The lock of the run in ${folder} was removed while it went on, so that another process may have taken it up`;
  return new JournalError(
    `${what}. Nothing more is sent from here. The journal has no end of the mails that were on their way: they count as unknown, ` +
      'and whoever goes on with the run holds or settles them',
    { code: 'locked' },
  );
}

function leftDamaged(folder: string, file: string): JournalError {
  return new JournalError(
    `The journal in ${folder} was changed by somebody else while the run went on, so it may not say who got the mail. Restore it, ` +
      `or find out from Sent Items who did. When it is right, delete ${file} and resume the run`,
    { code: 'damaged' },
  );
}

function locked(problem: string): JournalError {
  return new JournalError(`The run cannot be taken up: ${problem}`, { code: 'locked' });
}

/** Whether a process is working at a run, by the last session that its journal has and by its lock. */
export interface RunActivity {
  /**
   * `'in-progress'`: a process is working at it. `'interrupted'`: the last one ended without having written why. `'elsewhere'`: whether
   * that one still runs cannot be seen from here. `'ended'`: it wrote why.
   */
  state: 'in-progress' | 'interrupted' | 'elsewhere' | 'ended';
  /** Why the last session ended. */
  ended?: string;
  pid?: number;
  host?: string;
  /** When that process began, as `Date.toISOString()` writes it. */
  since?: string;
}

export async function activityOf(session: SessionRecord | undefined, folder: string): Promise<RunActivity> {
  if (session?.event === 'end') return { state: 'ended', ...(session.ended !== undefined && { ended: session.ended }) };
  const held = await whoHolds(folder).catch(() => undefined);
  const { pid, host, at: since } = session ?? held?.holder ?? {};
  const process = { ...(pid !== undefined && { pid, host }), ...(since !== undefined && { since }) } as RunActivity;
  const isItsOwn = held?.holder === undefined || (held.holder.pid === pid && held.holder.host === host);
  // It gave its lock back, or another process has it, which does something else with the run.
  if (!held || !isItsOwn || held.where === 'gone') return { ...process, state: 'interrupted' };
  return { ...process, state: held.where === 'running' ? 'in-progress' : 'elsewhere' };
}
