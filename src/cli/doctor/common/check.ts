import type { ExitCode } from '../../common/exit-codes.js';

export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What is checked; the `id` is for programs and stays the same. */
export interface Subject {
  id: string;
  title: string;
}

/** The result of one check. */
export interface Check extends Subject {
  /** `skipped`: it could not be checked, or was not asked for; `seen` says why. */
  status: CheckStatus;
  /** What was seen, in words. */
  seen: string;
  /** What to do about it; every failure and warning has one. A command in it has its own line. */
  cure?: string;
  /** What an administrator can run to know for sure, where `seen` is an inference, or to find out more. */
  command?: string;
  /** The exit code of the program when this is the first check that failed. */
  exitCode?: ExitCode;
}

/** The optional parts of a check. */
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
