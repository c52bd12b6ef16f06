export interface BulkInputErrorOptions extends ErrorOptions {
  /** The line of the recipients' file that the problem is on, counted from 1. */
  line?: number | undefined;
}

/** Something that a person has to correct in the recipients or in the template. Nothing has been sent. */
export class BulkInputError extends Error {
  readonly line: number | undefined;

  constructor(message: string, options: BulkInputErrorOptions = {}) {
    super(message, options);
    this.name = 'BulkInputError';
    this.line = options.line;
  }
}

const longestQuote = 80;

/** A value from somebody's file, in quotes, safe to print on one line. */
export function quote(value: string): string {
  return JSON.stringify(value.length > longestQuote ? `${value.slice(0, longestQuote)}…` : value);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
