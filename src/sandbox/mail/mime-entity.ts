import { Base64Lines } from './base64-lines.js';
import { fieldValue, headerLength, readHeaderFields } from './header-fields.js';

export type Piece = Buffer | Base64Lines;

/** A MIME entity (RFC 2045 §2.4) in pieces, so that parts can be added without copying what is there. */
export interface MimeEntity {
  /** The fields that say nothing about the body, with their line ends. */
  fields: Buffer[];
  /** The `Content-…` fields, with their line ends. */
  contentFields: Buffer[];
  /** What the Content-Type says when it is a multipart with a boundary. */
  multipart: { subtype: string; boundary: string } | undefined;
  body: Piece[];
}

const LINE_END = Buffer.from('\r\n');

export function readEntity(mime: Buffer): MimeEntity {
  const end = headerLength(mime);
  const fields: Buffer[] = [];
  const contentFields: Buffer[] = [];
  const read = readHeaderFields(mime);
  for (const field of read) {
    const list = /^content-/i.test(field.name) ? contentFields : fields;
    list.push(mime.subarray(field.start, field.end));
    if (mime[field.end - 1] !== 10) list.push(LINE_END);
  }
  const emptyLine = mime[end] === 13 ? 2 : 1;
  return {
    fields,
    contentFields,
    multipart: readMultipart(fieldValue(read, 'content-type') ?? ''),
    body: [mime.subarray(end + emptyLine)],
  };
}

export function writeEntity({ fields, contentFields, body }: MimeEntity): Buffer {
  const pieces: Piece[] = [...fields, ...contentFields, LINE_END, ...body];
  const whole = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) at = piece instanceof Base64Lines ? piece.write(whole, at) : at + piece.copy(whole, at);
  return whole;
}

function readMultipart(contentType: string): MimeEntity['multipart'] {
  const subtype = /^\s*multipart\/([\w.+-]+)/i.exec(contentType)?.[1]?.toLowerCase();
  const parameter = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(contentType);
  const boundary = parameter?.[1]?.replace(/\\(.)/g, '$1') ?? parameter?.[2];
  return subtype && boundary ? { subtype, boundary } : undefined;
}
