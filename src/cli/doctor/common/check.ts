import type { ExitCode } from '../../common/exit-codes.js';

export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What is checked; the `id` is for programs and stays the same. */
export interface Subject {
  id: string;
  title: string;
}

/** One thing that was looked at. */
export interface Check extends Subject {
  /** `skipped`: it could not be looked at, or nobody asked for it; `seen` says why. */
  status: CheckStatus;
  /** What was seen, in words. */
  seen: string;
  /** What to do about it; whatever has failed or is a warning has one. A command in it has a line of its own. */
  cure?: string;
  /** What an administrator can run to know for sure, where `seen` is an inference or leads further. */
  command?: string;
  /** What the program ends with when this is the first that failed. */
  exitCode?: ExitCode;
}

/** The parts of a check beside its subject and its status. */
type Rest = Pick<Check, 'command'>;

export function ok(subject: Subject, seen: string, rest: Rest = {}): Check {
  return { ...subject, status: 'ok', seen, ...rest };
}

export function warning(subject: Subject, seen: string, cure: string, rest: Rest = {}): Check {
  return { ...subject, status: 'warning', seen, cure, ...rest };
}

export function failed(subject: Subject, exitCode: ExitCode, seen: string, cure: string, rest: Rest = {}): Check {
  return { ...subject, status: 'failed', seen, cure, exitCode, ...rest };
}

export function skipped(subject: Subject, seen: string, rest: Rest = {}): Check {
  return { ...subject, status: 'skipped', seen, ...rest };
}
