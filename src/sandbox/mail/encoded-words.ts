// RFC 2047: =?charset?B or Q?text?=, and charset*language of RFC 2231.
const WORD = /=\?([\w.:-]+)(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=/gi;
const BETWEEN_WORDS = /^[ \t\r\n]+$/;

interface Run {
  charset: string;
  bytes: Buffer[];
}

/**
 * Decodes the encoded words of a header value. White space between two of them disappears, and a character may be
 * split between two words of one charset. What cannot be decoded stays as it is.
 */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  let text = '';
  let run: Run | undefined;
  let last = 0;
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(last, match.index);
    const charset = (match[1] ?? '').toLowerCase();
    const bytes = decodePayload(match[2] ?? '', match[3] ?? '');
    const adjacent = run !== undefined && BETWEEN_WORDS.test(between || ' ');
    if (run && adjacent && run.charset === charset) {
      run.bytes.push(bytes);
    } else {
      text += flush(run) + (adjacent ? '' : between);
      run = { charset, bytes: [bytes] };
    }
    last = match.index + match[0].length;
  }
  return text + flush(run) + value.slice(last);
}

function decodePayload(encoding: string, payload: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(payload, 'base64');
  const bytes = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

function flush(run: Run | undefined): string {
  if (!run) return '';
  const bytes = Buffer.concat(run.bytes);
  try {
    return new TextDecoder(run.charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
