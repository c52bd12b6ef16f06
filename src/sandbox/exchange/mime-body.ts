/**
 * Decodes the base64 text that carries a MIME message. White space is allowed anywhere; the URL-safe alphabet, a quoted
 * string or missing padding are not. Returns undefined for what is not base64.
 */
export function decodeBase64Body(body: Buffer): Buffer | undefined {
  let text = body.toString('latin1');
  if (/\s/.test(text)) text = text.replace(/\s+/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
