import { printableLines } from './wording.js';

/** An error in words for a terminal: what happened and what to do, without a stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  const { hint } = error as { hint?: unknown };
  return printableLines(`Error: ${error.message}${typeof hint === 'string' ? `\n  ${hint}` : ''}`);
}
