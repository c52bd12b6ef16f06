import { type HeaderField, headerLength, readHeaderFields } from './header-fields.js';

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

interface DeliveredChanges {
  /** Added when the upload has none. */
  messageId: string;
  /** The From line to write instead of the uploaded one, or where there is none. */
  from?: string;
  /** Further fields to leave out, by name in lower case. */
  without?: (name: string) => boolean;
}

/**
 * The bytes that recipients get: the Bcc field is taken out of the top header ([MS-OXCMAIL] §2.1.3.1.1.2: not written
 * to the message as sent), Message-ID and From are added where they are missing. Nothing else changes.
 */
export function deliveredCopy(raw: Buffer, fields: readonly HeaderField[], changes: DeliveredChanges): Buffer {
  const parts: Buffer[] = [];
  const added: string[] = [];
  if (!has(fields, 'message-id')) added.push(`Message-ID: ${changes.messageId}`);
  if (changes.from !== undefined) added.push(`From: ${changes.from}`);
  if (added.length > 0) parts.push(Buffer.from(`${added.join('\r\n')}\r\n`));
  const { from, without } = changes;
  parts.push(
    withoutFields(raw, fields, (name) => name === 'bcc' || (name === 'from' && from !== undefined) || without?.(name)),
  );
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** The same bytes without the fields of the top header whose name (lower case) is not wanted. */
export function withoutFields(
  raw: Buffer,
  fields: readonly HeaderField[],
  unwanted: (name: string) => boolean | undefined,
): Buffer {
  const parts: Buffer[] = [];
  let kept = 0;
  for (const field of fields) {
    if (!unwanted(field.name.toLowerCase())) continue;
    parts.push(raw.subarray(kept, field.start));
    kept = field.end;
  }
  if (kept === 0) return raw;
  parts.push(raw.subarray(kept));
  return Buffer.concat(parts);
}

function has(fields: readonly HeaderField[], name: string): boolean {
  return fields.some((field) => field.name.toLowerCase() === name);
}
