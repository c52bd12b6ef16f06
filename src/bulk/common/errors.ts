interface BulkInputErrorOptions extends ErrorOptions {
  /** The line of the recipients' file that the problem is on, counted from 1. */
  line?: number | undefined;
}

/** Something that a user has to correct in the recipients or in the template. Nothing has been sent. */
export class BulkInputError extends Error {
  readonly code = 'input';
  readonly line: number | undefined;

  constructor(message: string, options: BulkInputErrorOptions = {}) {
    super(printable(message), options);
    this.name = 'BulkInputError';
    this.line = options.line;
  }
}

/**
 * What is the matter with a run's journal:
 * - `'damaged'`: something other than its end cannot be read, or cannot have happened; or another process changed it while the run
 *   went on;
 * - `'changed'`: recipients, template or options are not those that the run was begun with;
 * - `'locked'`: another process has this run open, or has taken it over;
 * - `'failed'`: writing to the disk failed, and the `cause` is the error of the file system; or the journal was deleted or moved
 *   while the run went on;
 * - `'exists'`: a new run was asked for where there is one already;
 * - `'missing'`: there is no journal, or none in which a run was begun.
 */
export type JournalErrorCode = 'damaged' | 'changed' | 'locked' | 'failed' | 'exists' | 'missing';

interface JournalErrorOptions extends ErrorOptions {
  code: JournalErrorCode;
}

/**
 * The journal of a run cannot be used, or not any more. Every mail whose attempt was not on the disk by then has not been
 * sent; what the journal holds stays true.
 */
export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(message: string, { code, ...options }: JournalErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.code = code;
  }
}

const longestQuote = 80;

// What a terminal may obey, or shows in another order: control characters, line separators, changes of direction.
const unprintable = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function printable(text: string): string {
  return text.replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value from a user's file, in quotes, safe to print on one line. */
export function quote(value: string): string {
  return printable(JSON.stringify(value.length > longestQuote ? `${value.slice(0, longestQuote)}…` : value));
}

export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something was thrown that has no words';
  }
}
