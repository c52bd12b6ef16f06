import { JournalError } from '../common/errors.js';
import type { OpenFile } from '../common/file-operations.js';
import { openJournalFile } from '../journal/read-journal.js';
import { decodeLine } from '../journal/record-line.js';
import type { JournalRecord } from '../journal/records.js';
import { journalFile } from '../journal/run-folder.js';
import type { Place } from './row-index.js';

const pageSize = 256 * 1024;
const pagesKept = 16;

/**
 * Reads single records of a journal. Rows end nearly in the order in which they stand in the input, so the next record is
 * nearly always on a page that is already there.
 */
export class RecordReader {
  readonly #handle: OpenFile;
  readonly #file: string;
  readonly #pages = new Map<number, Buffer>();

  private constructor(handle: OpenFile, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  static async open(folder: string): Promise<RecordReader> {
    return new RecordReader(await openJournalFile(folder), journalFile(folder));
  }

  async at(place: Place | undefined): Promise<JournalRecord | undefined> {
    if (place === undefined) return undefined;
    const line = await this.#bytes(place);
    if (line.length === place.length) return decodeLine(line);
    throw new JournalError(`${this.#file} is shorter than it was a moment ago`, { code: 'damaged' });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #bytes({ offset, length }: Place): Promise<Buffer> {
    const number = Math.floor(offset / pageSize);
    const start = offset - number * pageSize;
    if (start + length > pageSize) return this.#read(offset, length);
    return (await this.#page(number)).subarray(start, start + length);
  }

  async #page(number: number): Promise<Buffer> {
    const page = this.#pages.get(number) ?? (await this.#read(number * pageSize, pageSize));
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > pagesKept && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}
