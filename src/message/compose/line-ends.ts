import type { Memory } from './buffer-pool.js';

const CR = 0x0d;
const LF = 0x0a;
const CRLF = Buffer.from('\r\n');

/** A stretch of a message, from its first byte to the one after its last. */
export type Stretch = readonly [start: number, end: number];

/** Stretches that were written with CRLF, so that nobody need look there again. */
const clean = new WeakMap<Buffer, readonly Stretch[]>();

/** Tells of stretches, in order, whose line ends are all CRLF. */
export function markCrlf(message: Buffer, stretches: readonly Stretch[]): void {
  if (stretches.length > 0) clean.set(message, stretches);
}

/**
 * Makes every line end CRLF, bare CR included, as Nodemailer's SMTP connection does (RFC 5322 §2.3).
 * Returns the same buffer when there is nothing to change. Native searches and copies do the work: a message of
 * megabytes often has a text of a few bare line ends in front of its attachments. (fact send-16)
 */
export function toCrlf(message: Buffer, memory?: Memory): Buffer {
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
