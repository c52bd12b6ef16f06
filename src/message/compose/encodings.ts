import type { BufferPool } from '../common/buffer-pool.js';

/** Bytes of MIME whose base64 fits into a request. (fact size-2) */
export function mimeLimit(maxRequestSize: number): number {
  return Math.floor(maxRequestSize / 4) * 3;
}

const lineLength = 76;
/** Bytes encoded at a time: a multiple of 3, small enough that the strings in between stay cheap. */
const slice = 48 * 1024;

/** Base64 (RFC 4648 §4) as bytes, unwrapped: wrapping costs 2 to 3 % of what a request may hold. */
export function toBase64(bytes: Buffer, memory: BufferPool): Buffer {
  const encoded = memory.take(Math.ceil(bytes.length / 3) * 4);
  let length = 0;
  for (let start = 0; start < bytes.length; start += slice) {
    length += encoded.write(bytes.toString('base64', start, start + slice), length, 'latin1');
  }
  return encoded;
}

/** The bytes that so many bytes take in base64 of lines. */
export function base64LinesSize(size: number): number {
  const encoded = Math.ceil(size / 3) * 4;
  return encoded + 2 * Math.max(0, Math.ceil(encoded / lineLength) - 1);
}

/** Writes base64 in lines of 76 characters (RFC 2045 §6.8), CRLF between them and none after the last. */
export function writeBase64Lines(bytes: Buffer, target: Buffer, start: number): void {
  const end = start + base64LinesSize(bytes.length);
  // Encoded in one piece at the end of its range, and each line then moved to the front: the fastest of what was measured.
  let from = end - Math.ceil(bytes.length / 3) * 4;
  for (let at = from, next = 0; next < bytes.length; next += slice) {
    at += target.write(bytes.toString('base64', next, next + slice), at, 'latin1');
  }
  let to = start;
  while (end - from > lineLength) {
    target.copyWithin(to, from, from + lineLength);
    from += lineLength;
    to += lineLength;
    target[to++] = 0x0d;
    target[to++] = 0x0a;
  }
  // What is left stands where it belongs.
}

/** How far back from the end of a line Nodemailer looks for a better point to break it. */
const margin = 25;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const hex = Buffer.from('0123456789ABCDEF');

/** A text as quoted-printable (RFC 2045 §6.7), with the line breaks where Nodemailer puts them. */
export function quotedPrintable(text: string): string {
  const encoded = encode(Buffer.from(text));
  if (encoded.length <= lineLength) return encoded;
  let lines = '';
  for (let start = 0; start < encoded.length; ) {
    const limit = Math.min(start + lineLength, encoded.length);
    const own = ownEnd(encoded, start, limit);
    const end = own ?? softEnd(encoded, start, limit);
    lines += encoded.slice(start, end);
    if (own === undefined && end < encoded.length) lines += '=\r\n';
    start = end;
  }
  return lines;
}

/** Line ends stay as they are; spaces before them, and at the very end, do not. */
function encode(bytes: Buffer): string {
  const encoded = Buffer.allocUnsafe(bytes.length * 3);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (isLiteral(byte, bytes[i + 1] ?? LF)) {
      encoded[length++] = byte;
    } else {
      encoded[length++] = EQUALS;
      encoded[length++] = hex[byte >> 4] as number;
      encoded[length++] = hex[byte & 15] as number;
    }
  }
  return encoded.toString('latin1', 0, length);
}

function isLiteral(byte: number, next: number): boolean {
  if (byte === SPACE || byte === TAB) return next !== LF && next !== CR;
  return (byte > SPACE && byte < 0x7f && byte !== EQUALS) || byte === LF || byte === CR;
}

/** Where a line ends that the text itself ends. */
function ownEnd(encoded: string, start: number, limit: number): number | undefined {
  const crlf = encoded.slice(start, limit).indexOf('\r\n');
  if (crlf >= 0) return start + crlf + 2;
  for (let i = limit; i > Math.max(start, limit - margin); i--) {
    const char = encoded.charCodeAt(i - 1);
    if (char === LF) return i;
    if (char === CR) return undefined;
  }
  return undefined;
}

/** Where a line is broken that the text does not end. */
function softEnd(encoded: string, start: number, limit: number): number {
  const end = endOfWord(encoded, start, limit) ?? endOfCharacter(encoded, limit);
  if (end - start < lineLength || end === encoded.length) return end;
  // Room for the = of the soft line break.
  return end - (encoded.charCodeAt(end - 3) === EQUALS ? 3 : 1);
}

/** Behind the last space or punctuation mark near the limit. */
function endOfWord(encoded: string, start: number, limit: number): number | undefined {
  if (limit - start <= lineLength - margin) return undefined;
  for (let i = limit; i > limit - margin; i--) if (' \t.,!?'.includes(encoded.charAt(i - 1))) return i;
  return undefined;
}

/** In front of the escape, and of the UTF-8 sequence, that the limit would divide. */
function endOfCharacter(encoded: string, limit: number): number {
  let end = limit;
  if (encoded.charCodeAt(end - 1) === EQUALS) end -= 1;
  else if (encoded.charCodeAt(end - 2) === EQUALS) end -= 2;
  while (end < encoded.length && encoded.charCodeAt(end - 3) === EQUALS) {
    const byte = Number.parseInt(encoded.slice(end - 2, end), 16);
    if (byte < 0x80) break;
    end -= 3;
    if (byte >= 0xc0) break;
  }
  return end;
}

const CRLF = Buffer.from('\r\n');

/** A range of a message, from its first byte to the one after its last. */
export type ByteRange = readonly [start: number, end: number];

/** Ranges that were written with CRLF, so that they need not be searched again. */
const clean = new WeakMap<Buffer, readonly ByteRange[]>();

/**
 * Makes every line end CRLF, bare CR included, as Nodemailer's SMTP connection does (RFC 5322 §2.3).
 * Returns the same buffer when there is nothing to change. Native searches and copies do the work: a message of
 * megabytes often has a text of a few bare line ends in front of its attachments. (fact send-16)
 */
export function toCrlf(message: Buffer, memory?: BufferPool): Buffer {
  const bare = bareLineEnds(message);
  if (bare.length === 0) return message;
  const size = message.length + bare.length;
  const result = memory?.take(size) ?? Buffer.allocUnsafe(size);
  let length = 0;
  let start = 0;
  for (const end of bare) {
    length += message.copy(result, length, start, end);
    length += CRLF.copy(result, length);
    start = end + 1;
  }
  message.copy(result, length, start);
  return result;
}

/** Records ranges, in order, whose line ends are all CRLF. */
export function markCrlf(message: Buffer, ranges: readonly ByteRange[]): void {
  if (ranges.length > 0) clean.set(message, ranges);
}

/** Where a CR or LF stands that is not half of a CRLF, in order. */
function bareLineEnds(message: Buffer): number[] {
  const bare: number[] = [];
  let start = 0;
  for (const [from, to] of [...(clean.get(message) ?? []), [message.length, message.length] as const]) {
    collectBare(message, start, from, bare);
    start = to;
  }
  return bare;
}

function collectBare(message: Buffer, start: number, end: number, bare: number[]): void {
  const found: number[] = [];
  const next = (byte: number, from: number) => {
    const at = message.indexOf(byte, from);
    return at < end ? at : -1;
  };
  for (let i = next(LF, start); i >= 0; i = next(LF, i + 1)) if (message[i - 1] !== CR) found.push(i);
  const lineFeeds = found.length;
  for (let i = next(CR, start); i >= 0; i = next(CR, i + 1)) if (message[i + 1] !== LF) found.push(i);
  if (lineFeeds > 0 && found.length > lineFeeds) found.sort((a, b) => a - b);
  for (const at of found) bare.push(at);
}
