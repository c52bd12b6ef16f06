import { isGraphMailError } from '../common/errors.js';

/** What an error says and advises, in one text. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = isGraphMailError(error) ? error.hint : undefined;
  return hint === undefined ? error.message : `${error.message} ${hint}`;
}
