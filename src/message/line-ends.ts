const CR = 0x0d;
const LF = 0x0a;

/**
 * Makes every line end CRLF, bare CR included, as Nodemailer's SMTP connection does (RFC 5322 §2.3).
 * Returns the same buffer when there is nothing to change, which is the ordinary case: native searches decide that.
 */
export function toCrlf(message: Buffer): Buffer {
  const bare = countBare(message);
  if (bare === 0) return message;
  const result = Buffer.allocUnsafe(message.length + bare);
  let length = 0;
  for (let i = 0; i < message.length; i++) {
    const byte = message[i] as number;
    if (byte === LF && message[i - 1] !== CR) result[length++] = CR;
    result[length++] = byte;
    if (byte === CR && message[i + 1] !== LF) result[length++] = LF;
  }
  return result;
}

function countBare(message: Buffer): number {
  let bare = 0;
  for (let i = message.indexOf(LF); i >= 0; i = message.indexOf(LF, i + 1)) if (message[i - 1] !== CR) bare++;
  for (let i = message.indexOf(CR); i >= 0; i = message.indexOf(CR, i + 1)) if (message[i + 1] !== LF) bare++;
  return bare;
}
