import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutQuotes, withoutSecrets } from '../../src/common/redact.js';

const secrets: Record<string, string> = {
  'a client secret': 'abC8Q~x.Y1-zz_9Tq7Lw0Kp3Vn5Rd2Gh6Jb4Mc8',
  'a password': 'Grüße & "Küsse"/100%',
  'a short password': 'hunter2!',
  'a token': `opaque.${'Zx8~secret.of-the.application'.repeat(20)}`,
  lines: 'first line\nsecond\tline\r\n',
  'a text beyond the first plane': 'naïve-🔑-key',
};

const percentAll = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const codings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON, in ASCII': (text) =>
    text.replace(/[^a-z0-9 ]/gi, (one) =>
      [...Array(one.length).keys()].map((i) => `\\u${one.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
    ),
  'in a URL': encodeURIComponent,
  'in a form': (text) => new URLSearchParams({ x: text }).toString().slice(2),
  'percent-encoded in lower case': percentAll,
  'percent-encoded in upper case': (text) => percentAll(text).toUpperCase(),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in hex, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in hex, dumped': (text) =>
    Buffer.from(text)
      .toString('hex')
      .replace(/(..)(?!$)/g, '$1 '),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in base64 in a URL': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  'in base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
};

/** Twelve characters of an encoding are nine bytes of a secret. */
const longestLeft = 11;

function piecesOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - longestLeft) }, (_, i) => text.slice(i, i + longestLeft + 1));
}

describe.each(Object.entries(secrets))('%s', (_, secret) => {
  it.each(Object.entries(codings))('is not quoted %s', (__, encode) => {
    const text = `Bad request: "${encode(secret)}" is not valid; trace 42.`;
    const clean = withoutQuotes(text, [secret]);
    expect(clean).toContain('[redacted]');
    expect(clean).toContain('Bad request: "');
    expect(clean).toContain('is not valid; trace 42.');
    for (const piece of piecesOf(encode(secret))) expect(clean).not.toContain(piece);
  });

  it.each(['base64', 'base64url', 'hex'] as const)(
    'is not quoted in %s of a longer text, wherever it stands in it',
    (coding) => {
      for (const [before, after] of ['', 'u', 'us', 'use', 'client:', 'grant_type=x&value='].flatMap((one) => [
        [one, ''],
        [one, '&'],
        [one, '&a'],
        [one, '&scope=https://graph.microsoft.com/.default'],
      ])) {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString(coding);
        const clean = withoutQuotes(`Authorization: Basic ${encoded}.`, [secret]);
        expect(clean).toContain('[redacted]');
        for (const piece of piecesOf(Buffer.from(secret).toString(coding))) expect(clean).not.toContain(piece);
        // Decoded again, nothing of it is left.
        for (const rest of clean.split(/\[redacted\]|[ .]/)) {
          const decoded = Buffer.from(rest, coding).toString('latin1');
          for (const piece of piecesOf(Buffer.from(secret).toString('latin1'))) expect(decoded).not.toContain(piece);
        }
      }
    },
  );
});

it('any secret is found in any text, and other text stays', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 20 });
  const encoding = fc.constantFrom(...Object.values(codings));
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 }),
      text,
      text,
      encoding,
      (secret, before, after, encode) => {
        fc.pre(!before.includes(secret) && !after.includes(secret));
        const clean = withoutQuotes(`${before}|${encode(secret)}|${after}`, [secret]);
        expect(clean).toContain('[redacted]');
      },
    ),
    { numRuns: 300 },
  );
});

it('what is no secret is left alone', () => {
  const text = 'Access is denied. Check credentials and try again. 0123456789abcdef, aGVsbG8gd29ybGQ=';
  expect(withoutSecrets(text, ...Object.values(secrets))).toBe(text);
});
