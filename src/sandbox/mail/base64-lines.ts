// 57 bytes make the 76 characters that a line of base64 may have (RFC 2045 §6.8).
const BYTES_PER_LINE = 57;
const LINE_LENGTH = 76;

/** Base64 in lines, made only when it is written: an attachment of 150 MB is never held in pieces and in one as well. */
export class Base64Lines {
  readonly #chunks: readonly Buffer[];
  /** Bytes that `write` fills. */
  readonly length: number;

  constructor(chunks: readonly Buffer[]) {
    this.#chunks = chunks;
    const characters = Math.ceil(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 3) * 4;
    this.length = characters + 2 * Math.ceil(characters / LINE_LENGTH);
  }

  /** Returns the offset behind the last byte. */
  write(into: Buffer, start: number): number {
    let at = start;
    let rest: Buffer = Buffer.alloc(0);
    for (const chunk of this.#chunks) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % BYTES_PER_LINE);
      at = writeLines(bytes.subarray(0, whole), into, at);
      rest = bytes.subarray(whole);
    }
    return writeLines(rest, into, at);
  }
}

function writeLines(bytes: Buffer, into: Buffer, start: number): number {
  const text = Buffer.from(bytes.toString('base64'), 'latin1');
  let at = start;
  for (let from = 0; from < text.length; from += LINE_LENGTH) {
    at += text.copy(into, at, from, Math.min(from + LINE_LENGTH, text.length));
    into[at] = 13;
    into[at + 1] = 10;
    at += 2;
  }
  return at;
}
