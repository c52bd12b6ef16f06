import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fileProblem, shown, shownPath } from '../../options/shown-value.js';
import { addressProblem } from '../common/email-address.js';
import { BulkInputError, quote } from '../common/errors.js';
import { openFile } from '../common/file-operations.js';
import { decodeUtf8 } from '../common/utf8.js';
import { parseSuppressionFile, SuppressionEntries } from './suppression-matching.js';

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

interface Version {
  entries: SuppressionEntries;
  stamp: string;
}

/** Another program may be writing to it: as often as it changes under the reader, it is read again, up to here. */
const mostReadings = 5;

/** A suppression list in a file, which the program that takes unsubscriptions may write to while mails are sent. */
class SuppressionFile {
  readonly #file: string;
  #current: Version;
  #reading: Promise<void> | undefined;

  private constructor(file: string, current: Version) {
    this.#file = file;
    this.#current = current;
  }

  /** @throws BulkInputError */
  static async open(file: string): Promise<SuppressionFile> {
    return new SuppressionFile(file, await readVersion(file));
  }

  /**
   * As they stand in the file now.
   * @throws BulkInputError when it cannot be read any more: then it is not known who must not get mail
   */
  async entries(): Promise<SuppressionEntries> {
    while ((await stampOf(this.#file)) !== this.#current.stamp) {
      // Another's reading may have begun before this change.
      const begunBefore = this.#reading;
      this.#reading ??= this.#read();
      await this.#reading;
      if (!begunBefore) break;
    }
    return this.#current.entries;
  }

  async #read(): Promise<void> {
    try {
      this.#current = await readVersion(this.#file);
    } finally {
      this.#reading = undefined;
    }
  }

  get size(): number {
    return this.#current.entries.size;
  }
}

async function readVersion(file: string): Promise<Version> {
  for (let reading = 1; ; reading++) {
    const { bytes, stamp } = await readStamped(file);
    try {
      return { entries: parseSuppressionFile(decodeUtf8(bytes, file), file), stamp };
    } catch (error) {
      // Half of a line, perhaps, of which the other half is there by now.
      if (reading === mostReadings || (await stampOf(file)) === stamp) throw error;
    }
  }
}

async function readStamped(file: string): Promise<{ bytes: Buffer; stamp: string }> {
  return readable(file, async () => {
    const handle = await open(file, 'r');
    try {
      // Taken before: what is written from here on makes another stamp.
      const stamp = stampFrom(await handle.stat({ bigint: true }));
      return { bytes: await handle.readFile(), stamp };
    } finally {
      await handle.close();
    }
  });
}

function stampOf(file: string): Promise<string> {
  return readable(file, async () => stampFrom(await stat(file, { bigint: true })));
}

function stampFrom({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}

async function readable<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const message = `The suppression list ${shownPath(file)} cannot be read, so nobody knows who must not get mail: ${fileProblem(cause)}`;
    throw new BulkInputError(message);
  }
}

/**
 * Writes addresses to the end of a suppression list, those that it does not hold already; a file that is not there is
 * made, for its owner alone. What is no plain address is left out: it may come from a bounce, which any stranger can send, and
 * `*.example.com` would keep back a whole domain.
 * @param comment why they are there, put after each address
 * @returns how many were added
 * @throws BulkInputError when the file is there and is no suppression list
 */
export async function appendToSuppressionList(
  file: string,
  addresses: Iterable<string>,
  comment: string,
): Promise<number> {
  // Opened without "a": Node would not let it be read. Written at the end all the same, by O_APPEND.
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
  const handle = await readable(file, () => openFile(file, flags, 0o600));
  try {
    const text = decodeUtf8(await handle.readFile(), file);
    const entries = parseSuppressionFile(text, file);
    const remark = comment.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim();
    const lines: string[] = [];
    for (const address of addresses) {
      // One that begins with # would be read as a comment.
      if (addressProblem(address) || address.startsWith('#')) continue;
      if (entries.find(address) !== undefined || entries.add(address)) continue;
      lines.push(remark === '' ? `${address}\n` : `${address}  # ${remark}\n`);
    }
    if (lines.length > 0) await appendWhole(handle, `${/[^\r\n]$/.test(text) ? '\n' : ''}${lines.join('')}`);
    return lines.length;
  } finally {
    await handle.close();
  }
}

/** In one write, so that a reader finds whole lines. */
async function appendWhole(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
  await handle.sync();
}
