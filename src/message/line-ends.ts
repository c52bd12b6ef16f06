const CR = 0x0d;
const LF = 0x0a;
const CRLF = Buffer.from('\r\n');

/**
 * Makes every line end CRLF, bare CR included, as Nodemailer's SMTP connection does (RFC 5322 §2.3).
 * Returns the same buffer when there is nothing to change. Native searches and copies do the work: a message of
 * megabytes often has a text of a few bare line ends in front of its attachments.
 */
export function toCrlf(message: Buffer): Buffer {
  const bare = bareLineEnds(message);
  if (bare.length === 0) return message;
  const result = Buffer.allocUnsafe(message.length + bare.length);
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
  for (let i = message.indexOf(LF); i >= 0; i = message.indexOf(LF, i + 1)) if (message[i - 1] !== CR) bare.push(i);
  const lineFeeds = bare.length;
  for (let i = message.indexOf(CR); i >= 0; i = message.indexOf(CR, i + 1)) if (message[i + 1] !== LF) bare.push(i);
  return lineFeeds > 0 && bare.length > lineFeeds ? bare.sort((a, b) => a - b) : bare;
}
