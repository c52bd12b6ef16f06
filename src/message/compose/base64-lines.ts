const lineLength = 76;
/** Bytes encoded at a time: a multiple of 3, small enough that the strings in between stay cheap. */
const slice = 48 * 1024;

/** The bytes that so many bytes take in base64 of lines. */
export function base64LinesSize(size: number): number {
  const encoded = Math.ceil(size / 3) * 4;
  return encoded + 2 * Math.max(0, Math.ceil(encoded / lineLength) - 1);
}

/** Writes base64 in lines of 76 characters (RFC 2045 §6.8), CRLF between them and none after the last. */
export function writeBase64Lines(bytes: Buffer, target: Buffer, start: number): void {
  const end = start + base64LinesSize(bytes.length);
  // Encoded in one piece at the end of its place, and each line then moved to the front: the fastest of what was measured.
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
