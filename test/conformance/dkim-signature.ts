import { createHash, createVerify, type KeyObject } from 'node:crypto';

/** Whether the DKIM signature (RFC 6376, relaxed/relaxed, rsa-sha256) of a message holds. */
export function signatureHolds(raw: Buffer, publicKey: KeyObject): boolean {
  const text = raw.toString('latin1');
  const split = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, split).split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field));
  if (!signature) return false;
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map(
        (tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')] as const,
      ),
  );
  const body = text
    .slice(split + 4)
    .split('\r\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
    .join('\r\n')
    .replace(/(\r\n)*$/, '\r\n');
  const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64');
  if (tags.get('bh') !== bodyHash) return false;
  const rest = [...fields];
  const signed = (tags.get('h') ?? '').split(':').flatMap((name) => {
    const index = rest.findLastIndex((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return index < 0 ? [] : rest.splice(index, 1).map((field) => `${relaxed(field)}\r\n`);
  });
  const input =
    signed.join('') +
    relaxed(signature)
      .replace(/\bb=[^;]*$/, 'b=')
      .replace(/\bb=[^;]*;/, 'b=;');
  return createVerify('sha256')
    .update(input, 'latin1')
    .verify(publicKey, tags.get('b') ?? '', 'base64');
}

function relaxed(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
}
