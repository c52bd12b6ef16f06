// HTTP from nearly right to rubbish.
import fc from 'fast-check';
import type { Delivery } from './raw-client.js';

export interface FuzzedRequest {
  method: string;
  path: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer;
  framing: 'length' | 'chunked' | 'none' | 'wrong length';
  delivery: Delivery;
}

/** The request as bytes; it asks the server to close the connection afterwards. */
export function requestBytes({ method, path, headers, body, framing }: FuzzedRequest, host: string): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  if (framing === 'wrong length') lines.push(`Content-Length: ${Math.floor(body.length / 2)}`);
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (framing === 'none') return head;
  return Buffer.concat([head, framing === 'chunked' ? chunked(body) : body]);
}

function chunked(body: Buffer): Buffer {
  const last = Buffer.from('0\r\n\r\n');
  if (body.length === 0) return last;
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n'), last]);
}

/** Letters of Latin-1, which all stand in a header. */
export const latin = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength });

/** Text that no line of a header may break out of. */
export const headerValue = fc.oneof(
  latin(60),
  fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
);

export const segment = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%',
    '%zz',
    '%00',
    '%E0%A4%A',
    '__proto__',
    'constructor',
    "users('a')",
    '$count',
  ),
  fc.string({ maxLength: 12 }).map(encodeURIComponentSafe),
  latin(12).map((text) => text.replace(/[ #?]/g, '')),
  fc.constant('a'.repeat(4_000)),
);

function encodeURIComponentSafe(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%';
  }
}

export const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          '$select',
          '$filter',
          '$top',
          '$skip',
          '$count',
          '$orderby',
          'limit',
          'offset',
          'q',
          'status',
          'x',
          '',
        ),
        fc.oneof(
          fc.constantFrom(
            'id,subject',
            "internetMessageId eq '<a@b>'",
            "internetMessageId eq 'a''b'",
            '-1',
            '1e9',
            '10',
            'NaN',
            '%',
          ),
          fc.string({ maxLength: 20 }).map(encodeURIComponentSafe),
        ),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value.replaceAll(' ', '%20')}`).join('&')}`),
);

export const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE') },
  fc.constantFrom('HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'P\u00d6ST', ''),
);

export const delivery: fc.Arbitrary<Delivery> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Delivery>({ kind: 'whole' }) },
  fc.integer({ min: 1, max: 700 }).map((size): Delivery => ({ kind: 'pieces', size })),
  fc
    .record({
      part: fc.double({ min: 0, max: 0.99, noNaN: true }),
      leave: fc.constantFrom<'end' | 'destroy'>('end', 'destroy'),
    })
    .map((cut): Delivery => ({ kind: 'cut', ...cut })),
);

export const framing = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<FuzzedRequest['framing']>('length', 'chunked') },
  fc.constantFrom<FuzzedRequest['framing']>('none', 'wrong length'),
);

export const contentRange = fc.oneof(
  fc.tuple(fc.integer(), fc.integer(), fc.integer()).map(([first, last, size]) => `bytes ${first}-${last}/${size}`),
  fc.nat(50).map((last) => `bytes 0-${last}/3200000`),
  fc.constantFrom('bytes 9-0/0', 'bytes */10', 'bytes=0-9', `bytes ${'9'.repeat(400)}-1/*`, ''),
);
