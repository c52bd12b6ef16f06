import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCode } from './file-operations.js';

/** A process, told apart from every other one that has had its pid. */
export interface LockHolder {
  pid: number;
  host: string;
  /** When the process started, in the kernel's own count, where that can be read. */
  started?: string;
  /** Changes whenever the machine starts. */
  boot?: string;
  /** The PID namespace: containers of one host each count their processes anew. */
  space?: string;
}

/** `'elsewhere'`: it may be running where this process cannot look. */
export type Whereabouts = 'running' | 'gone' | 'elsewhere';

export async function thisProcess(): Promise<LockHolder> {
  const [stat, boot, space] = await Promise.all([
    readProcess(process.pid),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
    readlink('/proc/self/ns/pid').catch(() => undefined),
  ]);
  return {
    pid: process.pid,
    host: hostname(),
    ...(stat && { started: stat.started }),
    ...(boot !== undefined && { boot: boot.trim() }),
    ...(space !== undefined && { space }),
  };
}

/** Whether a process that was once described by {@link thisProcess} is running still. */
export async function whereIs(holder: LockHolder, here: LockHolder): Promise<Whereabouts> {
  if (holder.host !== here.host) return 'elsewhere';
  if (differ(holder.boot, here.boot)) return 'gone';
  if (differ(holder.space, here.space)) return 'elsewhere';
  if (!exists(holder.pid)) return 'gone';
  const stat = await readProcess(holder.pid);
  // A zombie has ended: only whoever started it has not noticed.
  return stat && (differ(stat.started, holder.started) || 'ZX'.includes(stat.state)) ? 'gone' : 'running';
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** From /proc, where there is one: proc_pid_stat(5), fields 3 and 22. */
async function readProcess(pid: number): Promise<{ state: string; started: string } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name, which may hold spaces and brackets.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[18];
  return state && started !== undefined ? { state, started } : undefined;
}
