import type { BulkSummary } from '../../bulk/common/bulk-results.js';

/** Exit codes of the program; those of 64 and more are from sysexits.h, 130 is what shells give for Ctrl-C. */
export const EXIT = {
  /** Everything was sent or skipped on purpose. */
  ok: 0,
  /** Some rows were rejected; also any failure that has no code of its own. */
  rejected: 1,
  /** The command was not given as it must be; nothing was done. */
  usage: 2,
  /** It is unknown whether some rows were sent: a person must look. */
  unknown: 3,
  /** A limit or too many errors ended the run, which can be resumed. */
  stopped: 4,
  /** Recipients, template or journal are not right. */
  badInput: 65,
  /** Graph could not be reached, or answers with errors of its own. */
  unavailable: 69,
  /** A temporary failure: resume the run later. */
  temporary: 75,
  /** The application may not do this. */
  permission: 77,
  /** The configuration is wrong: identity, mailbox, options. */
  configuration: 78,
  /** Interrupted, and can be resumed. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command was not given as it must be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How a run ended, as far as the exit code goes. */
export type RunEnd = Pick<BulkSummary, 'ended' | 'rejected' | 'unknown' | 'left' | 'error'>;

/**
 * Why a run did not finish takes precedence over what became of its rows: it says what to do next, and once the run was
 * resumed, the rows count. Rows of unknown outcome take precedence over rejected ones, since a person must look at them.
 */
export function exitCodeOfRun({ ended, rejected, unknown, left, error }: RunEnd): ExitCode {
  switch (ended) {
    case 'aborted':
      return EXIT.interrupted;
    case 'stopped':
      if (left > 0) return EXIT.interrupted;
      break;
    case 'limit':
      if (left > 0) return EXIT.stopped;
      break;
    case 'max-errors':
      return EXIT.stopped;
    case 'journal':
      return error === undefined ? EXIT.temporary : exitCodeOfError(error);
    case 'temporary':
      return exitCodeOfError(error) === EXIT.unavailable ? EXIT.unavailable : EXIT.temporary;
    case 'refused': {
      const code = exitCodeOfError(error);
      return code === EXIT.rejected ? EXIT.stopped : code;
    }
  }
  if (unknown > 0) return EXIT.unknown;
  return rejected > 0 ? EXIT.rejected : EXIT.ok;
}

/** By the codes of errors, which are those of Nodemailer, the journal and this package: the error may come from another transport. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage;
  if (typeof error !== 'object' || error === null) return EXIT.rejected;
  const {
    name,
    code,
    command,
    responseCode = 0,
  } = error as Partial<Record<'name' | 'code' | 'command', string>> & {
    responseCode?: number;
  };
  if (name === 'BulkInputError') return EXIT.badInput;
  if (name === 'JournalError') return journalCodes[code ?? ''] ?? EXIT.rejected;
  switch (code) {
    case 'ECONFIG':
      return EXIT.configuration;
    case 'EAUTH':
      // Who signs in is a matter of configuration; what it may do is a matter of permission.
      return command === 'TOKEN' ? EXIT.configuration : EXIT.permission;
    case 'ESOCKET':
    case 'EDNS':
    case 'ETLS':
    case 'EPROXY':
    case 'ETIMEDOUT':
      return EXIT.unavailable;
  }
  if (responseCode === 401 || responseCode === 403) return EXIT.permission;
  if (responseCode === 404) return EXIT.configuration;
  if (responseCode === 429) return EXIT.temporary;
  return responseCode >= 500 && code === 'EGRAPH' ? EXIT.unavailable : EXIT.rejected;
}

const journalCodes: Record<string, ExitCode> = {
  exists: EXIT.usage,
  missing: EXIT.usage,
  changed: EXIT.badInput,
  damaged: EXIT.badInput,
  locked: EXIT.temporary,
  failed: EXIT.temporary,
};

/** For the help of commands that send. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    all sent                           65   recipients, template or journal are not right
  1    some rows were rejected            69   Microsoft Graph cannot be reached
  2    the command is not right           75   temporary: resume the run later
  3    some rows are of unknown outcome   77   the application lacks a permission
  4    stopped by a limit or by errors;   78   the configuration is wrong
       the run can be resumed             130  interrupted; the run can be resumed`;
