import { decodeWords } from './encoded-words.js';
import { fieldValue, headerLength, readHeaderFields } from './header-fields.js';

interface PartHead {
  /** Lower case, without parameters. */
  contentType: string;
  disposition?: string;
  filename?: string;
  /** The Content-Transfer-Encoding. */
  encoding?: string;
  /** Bytes of its body as transferred, encoding and inner parts included. */
  size: number;
}

/** A part of a message, with the parts in it, as JSON has it. */
export interface MimeNode extends PartHead {
  children: MimeNode[];
}

/** A part of a message with its bytes. */
export interface MimePart extends PartHead {
  /** Without angle brackets. */
  contentId: string | undefined;
  /** Of text. */
  charset: string | undefined;
  /** As transferred; a view of the message. */
  body: Buffer;
  children: MimePart[];
}

// Beyond these, what is inside stays unread: a message made to be nested must not take the sandbox down.
const DEEPEST = 30;
const MOST_PARTS = 2000;

export function mimeTree(raw: Buffer): MimeNode {
  const withoutBytes = ({ contentId, charset, body, children, ...head }: MimePart): MimeNode => ({
    ...head,
    children: children.map(withoutBytes),
  });
  return withoutBytes(readMime(raw));
}

export function readMime(raw: Buffer): MimePart {
  let parts = 0;
  const read = (entity: Buffer, depth: number, usual: string): MimePart => {
    parts += 1;
    const fields = readHeaderFields(entity);
    const end = headerLength(entity);
    const body = entity.subarray(Math.min(entity.length, end + (entity[end] === 13 ? 2 : 1)));
    const field = (name: string): string => fieldValue(fields, name) ?? '';
    const type = field('content-type');
    const contentType = typeOf(fieldValue(fields, 'content-type'), usual);
    const disposition = /^\s*([\w-]+)/.exec(field('content-disposition'))?.[1]?.toLowerCase();
    const encoding = field('content-transfer-encoding').trim().toLowerCase() || undefined;
    const filename = parameter(field('content-disposition'), 'filename') ?? parameter(type, 'name');
    const boundary = contentType.startsWith('multipart/') ? parameter(type, 'boundary') : undefined;
    const contentId = field('content-id').trim().replace(/^<|>$/g, '') || undefined;
    const children: MimePart[] = [];
    if (depth < DEEPEST && boundary) {
      const inner = contentType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
      for (const part of partsOf(body, boundary)) {
        if (parts >= MOST_PARTS) break;
        children.push(read(part, depth + 1, inner));
      }
    } else if (depth < DEEPEST && contentType === 'message/rfc822' && encoding !== 'base64') {
      children.push(read(body, depth + 1, 'text/plain'));
    }
    return {
      contentType,
      ...(disposition !== undefined && { disposition }),
      ...(filename !== undefined && { filename }),
      ...(encoding !== undefined && { encoding }),
      size: body.length,
      contentId,
      charset: parameter(type, 'charset'),
      body,
      children,
    };
  };
  return read(raw, 0, 'text/plain');
}

/** Lower case, without parameters and comments. What cannot be read as a type is a file, and no text (RFC 2046 §4.5.1). */
function typeOf(field: string | undefined, usual: string): string {
  if (field === undefined) return usual;
  return /^\s*([\w.+-]+\/[\w.+-]+)\s*(?:[;(]|$)/.exec(field)?.[1]?.toLowerCase() ?? 'application/octet-stream';
}

/** What stands between the delimiters (RFC 2046 §5.1.1), without the line end that belongs to the next one. */
function* partsOf(body: Buffer, boundary: string): Generator<Buffer> {
  // Looked for with the line end before it: a body may be made to have it at every byte.
  const delimiter = Buffer.from(`\n--${boundary}`);
  const first = body.subarray(0, delimiter.length - 1).equals(delimiter.subarray(1)) ? -1 : nextOf(body, delimiter, -1);
  let start: number | undefined;
  for (let at = first; at >= -1; at = nextOf(body, delimiter, at)) {
    const lineEnd = body.indexOf('\n', at + 1);
    const rest = body.toString('latin1', at + delimiter.length, lineEnd < 0 ? body.length : lineEnd);
    if (!/^(?:--)?[ \t\r]*$/.test(rest)) continue;
    if (start !== undefined) yield body.subarray(start, Math.max(start, body[at - 1] === 13 ? at - 1 : at));
    if (rest.startsWith('--') || lineEnd < 0) return;
    start = lineEnd + 1;
  }
  if (start !== undefined) yield body.subarray(start);
}

/** Offset of the next line end before a delimiter; -2 when there is none. */
function nextOf(body: Buffer, delimiter: Buffer, at: number): number {
  const next = body.indexOf(delimiter, at + 1);
  return next < 0 ? -2 : next;
}

/** A parameter of a field (RFC 2045 §5.1), in the form of RFC 2231 too, put together when it is in pieces. */
function parameter(field: string, name: string): string | undefined {
  const pieces: Buffer[] = [];
  let charset = 'utf-8';
  for (const [, key = '', star, quoted, plain = ''] of field.matchAll(PARAMETERS)) {
    const [base, index] = key.toLowerCase().split('*');
    if (base !== name) continue;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? withoutComment(plain.trim());
    if (index === undefined && star === undefined) return decodeWords(value);
    const [, named, rest = value] =
      (pieces.length === 0 && star !== undefined && /^([^']*)'[^']*'(.*)$/s.exec(value)) || [];
    if (named) charset = named;
    pieces.push(star === undefined ? Buffer.from(rest) : percentDecoded(rest));
    if (index === undefined) break;
  }
  return pieces.length > 0 ? textOf(Buffer.concat(pieces), charset) : undefined;
}

const PARAMETERS = /;\s*([\w-]+(?:\*\d+)?)(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g;

function withoutComment(value: string): string {
  const comment = value.endsWith(')') ? value.lastIndexOf(' (') : -1;
  return comment > 0 ? value.slice(0, comment).trimEnd() : value;
}

function percentDecoded(value: string): Buffer {
  const bytes = Buffer.from(value).toString('latin1');
  return Buffer.from(
    bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** Read as Latin-1 where the charset is unknown. */
export function textOf(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The parts that are files, as mail programs see it: everything but multiparts and the text in its formats. */
export function filesIn<Part extends PartHead & { children: Part[] }>(part: Part): Part[] {
  const { contentType, disposition, children } = part;
  if (contentType.startsWith('multipart/')) return children.flatMap(filesIn);
  return disposition === 'attachment' || !/^text\/(?:plain|html)$/.test(contentType) ? [part] : [];
}

/**
 * The bytes of a part, without its transfer encoding (RFC 2045 §6.7 and §6.8) and otherwise as they stand in the message:
 * line ends and charset stay.
 */
export function contentOf({ encoding = '', body }: MimePart): Buffer {
  if (/^base64\b/.test(encoding)) return fromBase64(body);
  return /^quoted-printable\b/.test(encoding) ? fromQuotedPrintable(body) : body;
}

function fromBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const padding = text.indexOf('=');
  const isPlain = !/[^A-Za-z0-9+/=\s]/.test(text) && (padding < 0 || /^[=\s]*$/.test(text.slice(padding)));
  if (isPlain) return Buffer.from(text, 'base64');
  // Other characters are passed over; padding in the middle ends a piece, where a program put several together.
  const pieces = text.replace(/[^A-Za-z0-9+/=]/g, '').match(/[^=]+/g) ?? [];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
}

function fromQuotedPrintable(body: Buffer): Buffer {
  const lines = body.toString('latin1').split('\n').map(withoutTrailingSpace).join('\n');
  const text = lines
    .replace(/=\r?(?:\n|$)/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** Added on the way (RFC 2045 §6.7, rule 3). */
function withoutTrailingSpace(line: string): string {
  const end = line.endsWith('\r') ? '\r' : '';
  let length = line.length - end.length;
  while (line[length - 1] === ' ' || line[length - 1] === '\t') length -= 1;
  return line.slice(0, length) + end;
}
