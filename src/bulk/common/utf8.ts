import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { fileWord, shellCommand } from '../../common/shell-quoting.js';
import { BulkInputError } from './errors.js';

/**
 * Text from a file that must be UTF-8; a byte order mark is removed. Any other encoding is refused, since guessing it
 * wrong would misspell people's names.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  const check = new Utf8Check(file);
  return Buffer.concat([check.push(bytes), check.end()]).toString('utf8');
}

/** The same for a file that arrives in pieces: what comes out are whole characters, without the byte order mark. */
export async function* checkedUtf8(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Buffer> {
  const check = new Utf8Check(file);
  for await (const chunk of chunks) {
    const checked = check.push(chunk);
    if (checked.length > 0) yield checked;
  }
  yield check.end();
}

const mark = Buffer.from('\uFEFF');
const [cr, lf] = [0x0d, 0x0a];

class Utf8Check {
  readonly #file: string;
  /** The beginning of a character whose other bytes have not come yet, or of the file as long as it may be a mark. */
  #held = Buffer.alloc(0);
  #begun = false;
  /** Line breaks so far; of CR LF the first counts. */
  #breaks = 0;
  #endedInCr = false;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.concat([this.#held, chunk]);
    if (!this.#begun) {
      refuseUtf16(bytes, this.#file);
      if (bytes.length < mark.length) {
        this.#held = bytes;
        return Buffer.alloc(0);
      }
    }
    const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
    this.#held = Buffer.from(bytes.subarray(whole.length));
    return this.#checked(whole);
  }

  /** After the last piece: what is held back is then a cut-off character, or the whole of a tiny file. */
  end(): Buffer {
    return this.#checked(this.#held);
  }

  #checked(bytes: Buffer): Buffer {
    if (bytes.includes(0)) {
      const line = this.#lineAt(bytes, bytes.indexOf(0));
      const message = `${this.#file}, line ${line}: there is a NUL byte, which no text has. Remove it, or save the file anew`;
      throw new BulkInputError(message, { line });
    }
    if (!isUtf8(bytes)) {
      const line = this.#lineAt(bytes, firstBadByte(bytes));
      const message = `${this.#file}, line ${line}: this is not UTF-8. ${advice(this.#file, 'WINDOWS-1252')}`;
      throw new BulkInputError(message, { line });
    }
    const hasMark = !this.#begun && bytes.subarray(0, mark.length).equals(mark);
    this.#begun = true;
    this.#count(bytes);
    return hasMark ? bytes.subarray(mark.length) : bytes;
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

/** How many bytes at the end begin a character that goes on after them. */
function unfinished(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needed > length ? length : 0;
  }
  return 0;
}

/** The end of the longest beginning that can go on to be UTF-8. */
function firstBadByte(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - unfinished(part)))) good = middle;
    else bad = middle;
  }
  return good;
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
