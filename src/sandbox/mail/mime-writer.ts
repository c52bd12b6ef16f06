import type { Address } from './address-list.js';

export interface MimePart {
  contentType: string;
  content: Buffer;
  filename?: string;
  contentId?: string;
  inline?: boolean;
}

/** Writes a plain MIME message of header lines, one body and attachments; everything in base64. */
export function writeMime(
  headers: [name: string, value: string][],
  body: MimePart,
  attachments: MimePart[],
  boundary: string,
): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  lines.push('MIME-Version: 1.0');
  if (attachments.length === 0) {
    lines.push(...partLines(body));
  } else {
    lines.push(`Content-Type: multipart/mixed; boundary="${boundary}"`, '');
    for (const part of [body, ...attachments]) lines.push(`--${boundary}`, ...partLines(part));
    lines.push(`--${boundary}--`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

function partLines(part: MimePart): string[] {
  return [...partHeader(part), '', ...(part.content.toString('base64').match(/.{1,76}/g) ?? [])];
}

/** The header lines of a part that is written in base64. */
export function partHeader(part: Omit<MimePart, 'content'>): string[] {
  const lines = [`Content-Type: ${part.contentType}`, 'Content-Transfer-Encoding: base64'];
  if (part.filename !== undefined) {
    const name = encodeURIComponent(part.filename).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    lines.push(`Content-Disposition: ${part.inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`);
  }
  if (part.contentId !== undefined) lines.push(`Content-ID: <${part.contentId}>`);
  return lines;
}

/** A header value of any text: RFC 2047 words where it is not plain ASCII, so that no line break can get in. */
export function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text;
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
    .map(({ name, address }) => (name === '' ? `<${address}>` : `${displayName(name)} <${address}>`))
    .join(',\r\n ');
}

function displayName(name: string): string {
  const text = headerText(name);
  return text === name ? `"${name.replace(/["\\]/g, '\\$&')}"` : text;
}
