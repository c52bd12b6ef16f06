import { decodeWords } from '../mail/encoded-words.js';
import { fieldValue, headerLength, readHeaderFields } from '../mail/header-fields.js';

/** A part of a message, with the parts in it. */
export interface MimeNode {
  /** Lower case, without parameters. */
  contentType: string;
  disposition?: string;
  filename?: string;
  /** The Content-Transfer-Encoding. */
  encoding?: string;
  /** Bytes of its body as transferred, encoding and inner parts included. */
  size: number;
  children: MimeNode[];
}

// Beyond these, what is inside stays unread: a message made to be nested must not take the sandbox down.
const DEEPEST = 30;
const MOST_PARTS = 2000;

export function mimeTree(raw: Buffer): MimeNode {
  let parts = 0;
  const read = (entity: Buffer, depth: number, usual: string): MimeNode => {
    parts += 1;
    const fields = readHeaderFields(entity);
    const end = headerLength(entity);
    const body = entity.subarray(Math.min(entity.length, end + (entity[end] === 13 ? 2 : 1)));
    const field = (name: string): string => fieldValue(fields, name) ?? '';
    const type = field('content-type');
    const contentType = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(type)?.[1]?.toLowerCase() ?? usual;
    const disposition = /^\s*([\w-]+)/.exec(field('content-disposition'))?.[1]?.toLowerCase();
    const encoding = field('content-transfer-encoding').trim().toLowerCase() || undefined;
    const filename = parameter(field('content-disposition'), 'filename') ?? parameter(type, 'name');
    const boundary = contentType.startsWith('multipart/') ? parameter(type, 'boundary') : undefined;
    const children: MimeNode[] = [];
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
      children,
    };
  };
  return read(raw, 0, 'text/plain');
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
  const pieces: string[] = [];
  for (const [, key = '', star, quoted, plain = ''] of field.matchAll(PARAMETERS)) {
    const [base = '', index] = key.toLowerCase().split('*');
    if (base !== name) continue;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (index === undefined || index === '') {
      return star === undefined ? decodeWords(value) : decoded(value.replace(/^[^']*'[^']*'/, ''));
    }
    const whole = Number(index) === 0 && star !== undefined ? value.replace(/^[^']*'[^']*'/, '') : value;
    pieces.push(star === undefined ? whole : decoded(whole));
  }
  return pieces.length > 0 ? pieces.join('') : undefined;
}

const PARAMETERS = /;\s*([\w-]+(?:\*\d+)?)(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** How many parts are files, as mail programs see it: everything but multiparts and the text in its formats. */
export function countAttachments({ contentType, disposition, children }: MimeNode): number {
  const isFile = disposition === 'attachment';
  if (contentType.startsWith('multipart/') || (contentType === 'message/rfc822' && !isFile)) {
    return children.reduce((sum, child) => sum + countAttachments(child), 0);
  }
  return isFile || !/^text\/(?:plain|html)$/.test(contentType) ? 1 : 0;
}
