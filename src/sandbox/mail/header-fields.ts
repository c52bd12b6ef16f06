/** One field of a message header, with its place in the bytes. */
export interface HeaderField {
  /** As written. Empty for a line that is no field (RFC 5322 §2.2), such as mbox's "From " line. */
  name: string;
  /** Unfolded, not decoded, without surrounding white space. */
  value: string;
  /** Offset of its first byte. */
  start: number;
  /** Offset behind its last byte, line end included. */
  end: number;
}

/**
 * The fields of the top header: everything before the first empty line. Takes CRLF and bare LF alike, as Graph does.
 * Never throws; what is no header gives no fields.
 */
export function readHeaderFields(raw: Buffer): HeaderField[] {
  const length = headerLength(raw);
  // One character per byte, so that offsets in the text are offsets in the bytes.
  const text = raw.toString('latin1', 0, length);
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < length) {
    let end = lineEnd(text, start);
    while (end < length && isBlank(text, end)) end = lineEnd(text, end);
    fields.push(readField(text.slice(start, end), start, end));
    start = end;
  }
  return fields;
}

/** The first field of that name (lower case), unfolded. */
export function fieldValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name)?.value;
}

/** Bytes up to and including the line end of the last header line; the empty line is not counted. */
export function headerLength(raw: Buffer): number {
  if (raw[0] === 10 || (raw[0] === 13 && raw[1] === 10)) return 0;
  const crlf = raw.indexOf('\n\r\n', 0, 'latin1');
  const searched = crlf < 0 ? raw : raw.subarray(0, crlf + 1);
  const lf = searched.indexOf('\n\n', 0, 'latin1');
  if (lf >= 0) return lf + 1;
  return crlf < 0 ? raw.length : crlf + 1;
}

function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed < 0 ? text.length : feed + 1;
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}

function readField(line: string, start: number, end: number): HeaderField {
  const colon = line.indexOf(':');
  const name = colon < 0 ? '' : line.slice(0, colon).trimEnd();
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name)) return { name: '', value: line.trim(), start, end };
  const value = line
    .slice(colon + 1)
    .replace(/\r?\n/g, '')
    .trim();
  return { name, value: utf8(value), start, end };
}

/** RFC 6532 headers are UTF-8; the text was read byte by byte. */
function utf8(value: string): string {
  return /[\x80-\xff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}
