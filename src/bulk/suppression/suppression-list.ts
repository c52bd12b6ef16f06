import { fileURLToPath } from 'node:url';
import { shown } from '../../options/shown-value.js';
import { BulkInputError, quote } from '../common/errors.js';
import { SuppressionEntries } from './suppression-entries.js';
import { SuppressionFile } from './suppression-file.js';

export { appendToSuppressionList } from './suppression-file.js';

/**
 * Who must not get mail: the path of a file, a list, or a function of the address. In a file stands one entry a line, with
 * comments after `#`, in UTF-8. An entry is an address, `@example.com` or `example.com` for that domain exactly, or
 * `*.example.com` for everything under it. Upper and lower case are the same, and so are both spellings of a domain with
 * other letters than ASCII.
 */
export type SuppressionInput = string | URL | Iterable<string> | ((address: string) => boolean | Promise<boolean>);

export interface SuppressionList {
  /**
   * The entry that forbids an address, or undefined. A file that has changed is read again first.
   * @throws BulkInputError when the file cannot be read any more, or has a line that is no entry
   */
  match(address: string): Promise<string | undefined>;
  /** How many entries there are; 0 for a function, which is asked each time. */
  readonly size: number;
}

/** @throws BulkInputError */
export async function openSuppressionList(input: SuppressionInput): Promise<SuppressionList> {
  if (typeof input === 'function') return askedList(input);
  if (typeof input === 'string' || input instanceof URL) {
    const file = await SuppressionFile.open(typeof input === 'string' ? input : fileURLToPath(input));
    return {
      match: async (address) => (await file.entries()).find(address),
      get size() {
        return file.size;
      },
    };
  }
  const entries = new SuppressionEntries();
  let position = 0;
  for (const entry of input) {
    position += 1;
    const problem = typeof entry === 'string' ? entries.add(entry.trim()) : 'is no text';
    if (problem) throw new BulkInputError(`Suppression list, entry ${position}: ${shown(entry)} ${problem}`);
  }
  return { match: async (address) => entries.find(address), size: entries.size };
}

function askedList(ask: (address: string) => boolean | Promise<boolean>): SuppressionList {
  return {
    async match(address) {
      const answer: unknown = await ask(address);
      if (typeof answer !== 'boolean') {
        throw new BulkInputError(
          `The suppress function answered ${typeof answer} for ${quote(address)}; expected true or false`,
        );
      }
      return answer ? 'the suppress function' : undefined;
    },
    size: 0,
  };
}
