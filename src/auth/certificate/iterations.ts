/**
 * The most iterations of a password derivation that a file may ask for. OWASP's largest recommendation is 1.4 million;
 * beyond this a file would hold up the program for long.
 */
export const mostIterations = 2_000_000;

/**
 * The iterations that an encrypted PKCS#8 key asks for: the largest INTEGER of its AlgorithmIdentifier (RFC 5208 §6,
 * RFC 8018 appendix A), which OpenSSL would work off without asking.
 */
export function iterationsOf(encryptedKey: Buffer): number {
  const outer = elementAt(encryptedKey, 0);
  const algorithm = outer && elementAt(encryptedKey, outer.start);
  return algorithm ? largestInteger(encryptedKey, algorithm.start, algorithm.end, 0) : 0;
}

function largestInteger(bytes: Buffer, start: number, end: number, depth: number): number {
  let largest = 0;
  for (let at = start; at < end && depth < 8; ) {
    const element = elementAt(bytes, at);
    if (!element) break;
    if (element.tag === 0x30) {
      largest = Math.max(largest, largestInteger(bytes, element.start, Math.min(element.end, end), depth + 1));
    }
    if (element.tag === 0x02) {
      largest = Math.max(largest, Number(`0x${bytes.toString('hex', element.start, element.end) || '0'}`));
    }
    at = element.end;
  }
  return largest;
}

/** The DER element at `offset`, with where its content starts and ends. */
function elementAt(bytes: Buffer, offset: number): { tag: number; start: number; end: number } | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || first === 0x80 || first > 0x84) return undefined;
  const more = first > 0x80 ? first & 0x7f : 0;
  const start = offset + 2 + more;
  if (start > bytes.length) return undefined;
  const length = more === 0 ? first : bytes.readUIntBE(offset + 2, more);
  return { tag, start, end: Math.min(start + length, bytes.length) };
}
