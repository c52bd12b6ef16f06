import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCode } from '../common/file-operations.js';

/**
 * A process, told apart from every other one that has had its pid.
 * @internal
 */
export interface ProcessFacts {
  pid: number;
  host: string;
  /** When the process started, in the kernel's own count, where that can be read. */
  started?: string;
  /** The kernel's boot id. Changes whenever the machine starts. */
  boot?: string;
  /**
   * The PID namespace, since containers of one host each count their processes anew; and the time namespace, by which the
   * kernel shifts the start times that it tells.
   */
  space?: string;
}

/** What the holder of a run's lock says of itself in the lock's file. */
export interface LockHolder extends ProcessFacts {
  /** When it took the lock, as `Date.toISOString()` writes it. */
  at?: string;
  /** The kind of file system that it saw the run's folder on, as statfs(2) gives it. */
  disk?: number;
  /** The inode of the lock's file: in a copy of the folder it is another. */
  inode?: string;
  /** The process it took the lock from because a user said that it had ended. */
  takenFrom?: LockOwner;
}

/** The process that had a lock; without pid and host where its file did not say. */
export interface LockOwner {
  pid?: number;
  host?: string;
}

/** `'elsewhere'`: it may be running where this process cannot look, or too little is known to tell. */
export type Whereabouts = 'running' | 'gone' | 'elsewhere';

/** What a process can learn of itself and of the other processes; tests bring their own. */
export interface Machine {
  self(): Promise<ProcessFacts>;
  /** What runs under a pid, `'none'`, or undefined where that cannot be seen. */
  processAt(pid: number): Promise<{ state: string; started: string } | 'none' | undefined>;
}

/**
 * File systems that one machine at a time can hold, by their f_type in statfs(2): ext2, ext3 and ext4, XFS, Btrfs, F2FS, ZFS,
 * bcachefs. Every other kind may be shared, or hide one that is: NFS, SMB, FUSE, 9p, Ceph, overlay. So may every kind that is
 * not known, as on macOS and Windows, where the type says nothing. Not tmpfs: no lock in it outlives its machine.
 */
const heldByOneMachine = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0xca451a4e]);

/** What a process that looks for the holder of a lock can see. */
export interface HolderView {
  here: ProcessFacts;
  /** What runs under the holder's pid here, as {@link Machine.processAt} says. */
  process: { state: string; started: string } | 'none' | undefined;
  /** The kind of file system that the lock's file is seen on here, and its inode. */
  disk: number | undefined;
  inode: string | undefined;
}

/**
 * Where the holder of a lock is. Its end is concluded in two cases. Under the same boot id and in the same PID namespace: by its
 * pid and the time when it started. Under another boot id: where it and this process both see the folder on a disk that one
 * machine at a time can hold, so that the other boot has lost it. (A process on a file server must not take a client of
 * it for gone: the client saw the folder over the network.)
 *
 * In all other cases nothing is concluded, nor from a host name or a machine id, which clones and images share. A host name that
 * differs is reason enough for doubt, though: a machine that was copied with its memory keeps the boot id.
 */
export function whereIs(holder: LockHolder, { here, process, disk, inode }: HolderView): Whereabouts {
  if (!holder.boot || !here.boot || holder.host !== here.host) return 'elsewhere';
  if (holder.boot !== here.boot) {
    const local = disk !== undefined && heldByOneMachine.has(disk) && holder.disk === disk;
    return local && inode !== undefined && holder.inode === inode ? 'gone' : 'elsewhere';
  }
  if (!holder.space || holder.space !== here.space || process === undefined) return 'elsewhere';
  // A zombie has ended: only its parent process has not noticed.
  if (process === 'none' || 'ZX'.includes(process.state)) return 'gone';
  if (!holder.started) return 'elsewhere';
  return process.started === holder.started ? 'running' : 'gone';
}

export const thisMachine: Machine = {
  async self() {
    const facts = { pid: process.pid, host: hostname() };
    if (!(await ownProc())) return facts;
    const [stat, boot, pids, times] = await Promise.all([
      readProcess(process.pid),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
      readlink('/proc/self/ns/pid').catch(() => ''),
      readlink('/proc/self/ns/time').catch(() => ''),
    ]);
    return {
      ...facts,
      ...(stat && { started: stat.started }),
      ...(boot.trim() && { boot: boot.trim() }),
      ...(pids && { space: `${pids} ${times}`.trim() }),
    };
  },
  async processAt(pid) {
    if (!exists(pid)) return 'none';
    return (await ownProc()) ? readProcess(pid) : undefined;
  },
};

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** Whether /proc is there and counts processes as this one does: in a namespace of its own it may be that of another. */
async function ownProc(): Promise<boolean> {
  return (await readlink('/proc/self').catch(() => '')) === String(process.pid);
}

/** From /proc: proc_pid_stat(5), fields 3 and 22. */
async function readProcess(pid: number): Promise<{ state: string; started: string } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name, which may hold spaces and brackets.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[18];
  return state && started !== undefined ? { state, started } : undefined;
}
