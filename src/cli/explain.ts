import { isGraphMailError } from '../common/errors.js';
import { inFlags } from './common/in-flags.js';
import { printableLines } from './common/wording.js';

/** An error in words for a terminal: what happened and what to do, without a stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  const { hint } = error as { hint?: unknown };
  const told = isGraphMailError(error) ? inFlags : (text: string) => text;
  return printableLines(`Error: ${told(error.message)}${typeof hint === 'string' ? `\n  ${told(hint)}` : ''}`);
}
