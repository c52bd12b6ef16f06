import { fieldValue, readHeaderFields } from '../mail/header-fields.js';

// Characters of base64 to decode for a header; one that is longer is not searched to its end.
const STEPS = [8_192, 131_072];

/**
 * The Message-ID in the header of an uploaded MIME message, decoding no more of the body than that takes. For requests
 * that were refused before anybody read them.
 */
export function uploadedMessageId(contentType: string | undefined, body: Buffer): string | undefined {
  if (!/^\s*text\/plain\b/i.test(contentType ?? '')) return undefined;
  for (const step of STEPS) {
    const start = Buffer.from(body.toString('latin1', 0, step), 'base64');
    const messageId = fieldValue(readHeaderFields(start), 'message-id');
    // A field at the very end may go on behind what was decoded.
    const whole = body.length <= step || /\n\r?\n/.test(start.toString('latin1'));
    if (messageId && (whole || messageId.endsWith('>'))) return messageId;
    if (whole) return undefined;
  }
  return undefined;
}
