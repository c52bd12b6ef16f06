import { type Address, parseAddressList } from './address-list.js';

export interface MimePart {
  contentType: string;
  content: Buffer;
  filename?: string;
  contentId?: string;
  inline?: boolean;
}

/** A part with its header, in base64. */
export function writePart(part: MimePart): Buffer {
  const lines = [...partHeader(part), '', ...(part.content.toString('base64').match(/.{1,76}/g) ?? [])];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

/** The header lines of a part that is written in base64. */
export function partHeader(part: Omit<MimePart, 'content'>): string[] {
  // Type and id are whatever a client wrote: neither may break out of its line, and no type may hide the bytes as parts.
  const type = /^(?!multipart\/)[\w.+-]+\/[\w.+-]+(?:\s*;[\x20-\x7e]*)?$/i.test(part.contentType)
    ? part.contentType
    : 'application/octet-stream';
  const contentId = part.contentId?.replace(/[^\x21-\x7e]|[<>]/g, '');
  const lines = [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64'];
  if (part.filename !== undefined) {
    // JSON can carry half a character, on which encodeURIComponent throws.
    const whole = Buffer.from(part.filename).toString();
    const name = encodeURIComponent(whole).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    lines.push(`Content-Disposition: ${part.inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`);
  }
  if (contentId) lines.push(`Content-ID: <${contentId}>`);
  return lines;
}

/**
 * A header value of any text: RFC 2047 words where it is not plain ASCII, so that no line break can get in, or would make a
 * line longer than the 998 characters of RFC 5322 §2.1.1.
 */
export function headerText(text: string): string {
  if (/^[\x20-\x7e]{0,800}$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > 45) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  words.push(word);
  return words.map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ');
}

export function headerAddresses(addresses: readonly Address[]): string {
  return addresses
    .map(({ name, address }) => [...(name === '' ? [] : [displayName(name)]), angleAddress(address)].join(' '))
    .join(',\r\n ');
}

/** What a client wrote as one address must not be read as two: anything but one becomes a phrase, which is none. */
function angleAddress(address: string): string {
  const { addresses, malformed } = parseAddressList(`<${address}>`);
  return addresses.length === 1 && malformed.length === 0 ? `<${address}>` : displayName(address);
}

function displayName(name: string): string {
  const text = headerText(name);
  return text === name ? `"${name.replace(/["\\]/g, '\\$&')}"` : text;
}
