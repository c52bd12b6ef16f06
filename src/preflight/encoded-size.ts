import { toCrlf } from '../message/compose/line-ends.js';

/** Bytes that `size` bytes of content take in a message; exact for base64 (lines of 76, RFC 2045 §6.8). */
export function encodedSize(size: number, encoding: string): number {
  if (encoding === 'base64') {
    const base64 = Math.ceil(size / 3) * 4;
    return base64 + 2 * Math.max(0, Math.ceil(base64 / 76) - 1);
  }
  // Of text whose letters are not known: mostly ASCII, broken once a line.
  return encoding === 'quoted-printable' ? Math.ceil(size * 1.05) : size;
}

/** The same of content that is at hand, its line ends made CRLF. */
export function encodedSizeOf(content: string | Buffer, encoding: string): number {
  if (encoding === 'base64') return encodedSize(Buffer.byteLength(content), encoding);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return encoding === 'quoted-printable' ? quotedPrintableSize(bytes) : toCrlf(bytes).length;
}

/** RFC 2045 §6.7, with lines as long as they may be: a few bytes fewer than an encoder makes of it. */
function quotedPrintableSize(bytes: Buffer): number {
  let size = 0;
  let line = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0a || byte === 0x0d) {
      if (byte === 0x0d && bytes[i + 1] === 0x0a) i++;
      size += 2;
      line = 0;
      continue;
    }
    const plain = (byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09;
    const width = plain ? 1 : 3;
    if (line + width > 75) {
      // A soft line break: '=' and CRLF.
      size += 3;
      line = 0;
    }
    size += width;
    line += width;
  }
  return size;
}
