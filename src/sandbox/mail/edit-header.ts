import { withoutFields } from './copies.js';
import { headerLength, readHeaderFields } from './header-fields.js';

/** A field as it is to be; undefined is not at all. */
export type FieldChange = readonly [name: string, value: string | undefined];

const LINE_END = Buffer.from('\r\n');

/** The message with fields of its top header replaced, taken out, or added at its end. */
export function withFields(mime: Buffer, changes: readonly FieldChange[]): Buffer {
  const names = new Set(changes.map(([name]) => name.toLowerCase()));
  const rest = withoutFields(mime, readHeaderFields(mime), (name) => names.has(name));
  const end = headerLength(rest);
  const header = rest.subarray(0, end);
  const lines = changes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  const body = rest.subarray(end);
  return Buffer.concat([
    header,
    ...(header.length > 0 && header.at(-1) !== 10 ? [LINE_END] : []),
    Buffer.from(lines.join('')),
    body.length > 0 ? body : LINE_END,
  ]);
}

/** The message with another body: `part` is one with its own `Content-…` fields. */
export function withBody(mime: Buffer, part: Buffer): Buffer {
  const isContent = (name: string): boolean => name.startsWith('content-');
  const rest = withoutFields(mime, readHeaderFields(mime), isContent);
  const versioned = withFields(rest, [['MIME-Version', '1.0']]);
  return Buffer.concat([versioned.subarray(0, headerLength(versioned)), part]);
}
