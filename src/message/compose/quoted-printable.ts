const lineLength = 76;
/** How far back from the end of a line Nodemailer looks for a better place to break it. */
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
