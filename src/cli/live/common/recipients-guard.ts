import type { HttpRequest } from './plain-http.js';

/**
 * Throws before a request goes out that could send mail to an address other than `allowed`: every address in a To, Cc or Bcc field
 * of a MIME body, and every `address` of a JSON body, must be one of them. What a draft is sent to was checked when it
 * was created.
 */
export function guardRecipients(request: HttpRequest, allowed: readonly string[]): void {
  const known = allowed.map((address) => address.toLowerCase());
  const other = recipientsOf(request).find((address) => !known.includes(address.toLowerCase()));
  if (other !== undefined) throw new Error(`This request could send mail to ${other}, which was not allowed.`);
}

/** All recipients that a request names. */
export function recipientsOf({ method = 'GET', headers = {}, body }: HttpRequest): string[] {
  if (!['POST', 'PATCH'].includes(method) || body === undefined) return [];
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const text = body.toString();
  return type.startsWith('application/json') ? addressesOfJson(text) : addressesOfMime(text);
}

function addressesOfJson(text: string): string[] {
  try {
    return recipientsIn(JSON.parse(text));
  } catch {
    // A body that cannot be parsed must not contain any address.
    return addressesIn(text);
  }
}

function recipientsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    /^(?:to|cc|bcc)recipients$/i.test(name) ? addressesIn(JSON.stringify(one)) : recipientsIn(one),
  );
}

function addressesOfMime(base64: string): string[] {
  // Node also decodes the URL-safe alphabet and missing padding, as the server may.
  const mime = Buffer.from(base64, 'base64').toString('latin1');
  const end = mime.search(/\r?\n\r?\n/);
  const header = end < 0 ? mime : mime.slice(0, end);
  const lines = header.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return lines.filter((line) => /^(?:resent-)?(?:to|cc|bcc)\s*:/i.test(line)).flatMap(addressesIn);
}

function addressesIn(text: string): string[] {
  return text.match(/[^\s<>,;:"()[\]{}\\]+@[^\s<>,;:"()[\]{}\\]+/g) ?? [];
}
