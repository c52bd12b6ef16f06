const EQUALS = 0x3d;

/** Which base64 is taken for MIME. */
export type Base64Reading = 'strict' | 'lenient';

/** Which Content-Type says that a body is MIME. */
export type MimeContentType = 'bare' | 'any-charset';

/**
 * Decodes the base64 text that carries a MIME message. White space is allowed anywhere; the URL-safe alphabet and missing
 * padding only for a lenient reader, a quoted string for none. Returns undefined for what is not base64.
 * (facts send-3, send-4)
 */
export function decodeBase64Body(body: Buffer, reading: Base64Reading = 'strict'): Buffer | undefined {
  const plain = decodePlain(body);
  if (plain) return plain;
  let text = body.toString('latin1');
  if (/\s/.test(text)) text = text.replace(/\s+/g, '');
  if (reading === 'lenient') {
    return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  }
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/**
 * Decodes what has neither white space nor anything wrong in it; undefined for all else. The decoder passes over what is no
 * base64, and so gives less than there should be.
 */
function decodePlain(body: Buffer): Buffer | undefined {
  const { length } = body;
  if (length === 0 || length % 4 !== 0 || body.includes(0x2d) || body.includes(0x5f)) return undefined;
  const padding = body[length - 1] !== EQUALS ? 0 : body[length - 2] !== EQUALS ? 1 : 2;
  const size = (length / 4) * 3 - padding;
  const decoded = Buffer.allocUnsafeSlow(size);
  return decoded.write(body.toString('latin1'), 'base64') === size ? decoded : undefined;
}
