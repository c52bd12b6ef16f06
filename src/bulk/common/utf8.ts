import path from 'node:path';
import { fileWord, shellCommand } from '../../common/shell-quoting.js';
import { BulkInputError } from './errors.js';

/**
 * Text from a file that must be UTF-8; a byte order mark is removed. Any other encoding is refused, since guessing it
 * wrong would misspell people's names.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  const decoder = new FileDecoder(file);
  return decoder.push(bytes) + decoder.end();
}

/** The same for a file that arrives in pieces: what comes out are whole characters, without the byte order mark. */
export async function* checkedUtf8(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Buffer> {
  const decoder = new FileDecoder(file);
  for await (const chunk of chunks) {
    const text = decoder.push(chunk);
    if (text !== '') yield Buffer.from(text);
  }
  yield Buffer.from(decoder.end());
}

const mark = '\uFEFF';
const markLength = 3;
const [cr, lf] = [0x0d, 0x0a];

/** A streaming `TextDecoder` whose errors name the line. */
class FileDecoder {
  readonly #file: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The file so far, as long as it is shorter than a mark. */
  #beginning: Uint8Array | undefined = new Uint8Array();
  /** The last bytes of the pieces before: a character may have begun in them. */
  #before = Buffer.alloc(0);
  /** Line breaks in the pieces before; of CR LF the first counts. */
  #breaks = 0;
  #endedInCr = false;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Uint8Array): string {
    if (this.#beginning === undefined) return this.#decode(chunk);
    const bytes = Buffer.concat([this.#beginning, chunk]);
    refuseUtf16(bytes, this.#file);
    this.#beginning = bytes.length < markLength ? bytes : undefined;
    if (this.#beginning) return '';
    const text = this.#decode(bytes);
    return text.startsWith(mark) ? text.slice(mark.length) : text;
  }

  /** After the last piece: what is held back is then a cut-off character, or the whole of a tiny file. */
  end(): string {
    return this.#decode(this.#beginning ?? new Uint8Array(), false);
  }

  #decode(chunk: Uint8Array, stream = true): string {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (bytes.includes(0)) {
      const line = this.#lineAt(bytes, bytes.indexOf(0));
      const message = `${this.#file}, line ${line}: there is a NUL byte, which no text has. Remove it, or save the file anew`;
      throw new BulkInputError(message, { line });
    }
    try {
      const text = this.#decoder.decode(bytes, { stream });
      this.#count(bytes);
      this.#before = Buffer.concat([this.#before, bytes.subarray(-markLength)]).subarray(-markLength);
      return text;
    } catch {
      const line = this.#lineAt(bytes, firstBadByte(this.#before, bytes));
      const message = `${this.#file}, line ${line}: this is not UTF-8. ${advice(this.#file, 'WINDOWS-1252')}`;
      throw new BulkInputError(message, { line });
    }
  }

  #lineAt(bytes: Buffer, position: number): number {
    this.#count(bytes.subarray(0, position));
    return this.#breaks + 1;
  }

  #count(bytes: Buffer): void {
    for (const byte of bytes) {
      if (byte === cr || (byte === lf && !this.#endedInCr)) this.#breaks++;
      this.#endedInCr = byte === cr;
    }
  }
}

/**
 * The end of the longest beginning of `bytes` that can go on to be UTF-8.
 * @param before up to three bytes that went before, of a longer text that was UTF-8 so far
 */
function firstBadByte(before: Buffer, bytes: Buffer): number {
  const lead = before.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const start = lead === -1 ? Buffer.alloc(0) : before.subarray(lead);
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (canGoOn(Buffer.concat([start, bytes.subarray(0, middle)]))) good = middle;
    else bad = middle;
  }
  return good;
}

function canGoOn(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** By its mark; without one, by the zero in every pair of bytes that holds a Latin letter. */
function refuseUtf16(bytes: Buffer, file: string): void {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const sample = bytes.subarray(0, 256);
  const zeros = sample.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (!isMarked && (sample.length < 2 || zeros * 4 < sample.length)) return;
  const form = isMarked ? 'UTF-16' : first === 0 ? 'UTF-16BE' : 'UTF-16LE';
  throw new BulkInputError(`${file} looks like UTF-16, not UTF-8. ${advice(file, form)}`);
}

function advice(file: string, from: string): string {
  const own = path.extname(file).toLowerCase();
  // It stands in the command.
  const ending = /^\.[a-z0-9]+$/.test(own) ? own : '.csv';
  const how = ['.csv', '.tsv', '.txt'].includes(ending)
    ? 'in Excel: "CSV UTF-8"'
    : 'in an editor: Save As, encoding UTF-8';
  // A POSIX shell on every system: Windows has iconv in Git Bash only.
  const convert = shellCommand(['iconv', '-f', from, '-t', 'UTF-8', fileWord(file)], 'linux');
  return `Save it as UTF-8 (${how}), or convert it: ${convert} > converted${ending}`;
}
