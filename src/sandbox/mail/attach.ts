import { fieldValue, headerLength, readHeaderFields } from './header-fields.js';
import { partHeader } from './mime-writer.js';

/** A file to put into a message. */
export interface AttachedFile {
  name: string;
  contentType: string;
  /** Without angle brackets. */
  contentId: string | undefined;
  inline: boolean;
  chunks: readonly Buffer[];
}

type Piece = Buffer | Base64Lines;

/** A MIME entity (RFC 2045 §2.4) in pieces, so that parts can be added without copying what is there. */
interface MimeEntity {
  /** The fields that say nothing about the body, with their line ends. */
  fields: Buffer[];
  /** The `Content-…` fields, with their line ends. */
  contentFields: Buffer[];
  /** What the Content-Type says when it is a multipart with a boundary. */
  multipart: { subtype: string; boundary: string } | undefined;
  body: Piece[];
}

const LINE_END = Buffer.from('\r\n');

// 57 bytes make the 76 characters that a line of base64 may have (RFC 2045 §6.8).
const BYTES_PER_LINE = 57;

const LINE_LENGTH = 76;

/**
 * The message with files added to it: at the end of its multipart/mixed, or in one that is wrapped around it. Inline
 * files with a Content-ID stand beside the body, in a multipart/related, unless the message is a multipart/mixed already.
 * `boundary` must not occur in the message.
 */
export function attach(mime: Buffer, files: readonly AttachedFile[], boundary: string): Buffer {
  if (files.length === 0) return mime;
  let entity = readEntity(mime);
  const beside = (file: AttachedFile): boolean =>
    entity.multipart?.subtype !== 'mixed' && file.inline && file.contentId !== undefined;
  const related = files.filter(beside);
  const mixed = files.filter((file) => !beside(file));
  if (related.length > 0) entity = withParts(entity, 'related', related, `${boundary}-related`);
  if (mixed.length > 0) entity = withParts(entity, 'mixed', mixed, `${boundary}-mixed`);
  return writeEntity(entity);
}

function withParts(entity: MimeEntity, subtype: string, files: AttachedFile[], boundary: string): MimeEntity {
  const { multipart, body } = entity;
  const [only] = body;
  if (multipart?.subtype === subtype && only instanceof Buffer) {
    const end = closingDelimiter(only, multipart.boundary);
    const before = end < 0 ? [only, text('\r\n')] : [only.subarray(0, end)];
    return { ...entity, body: [...before, ...parts(files, multipart.boundary), text(`--${multipart.boundary}--\r\n`)] };
  }
  const first = [text(`--${boundary}\r\n`), ...entity.contentFields, text('\r\n'), ...body, text('\r\n')];
  const version = entity.fields.some((field) => /^mime-version\s*:/i.test(field.toString('latin1', 0, 40)));
  return {
    fields: version ? entity.fields : [...entity.fields, text('MIME-Version: 1.0\r\n')],
    contentFields: [text(`Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n`)],
    multipart: { subtype, boundary },
    body: [...first, ...parts(files, boundary), text(`--${boundary}--\r\n`)],
  };
}

function parts(files: AttachedFile[], boundary: string): Piece[] {
  return files.flatMap(({ name, contentType, contentId, inline, chunks }) => {
    const header = partHeader({ contentType, filename: name, inline, ...(contentId !== undefined && { contentId }) });
    return [text([`--${boundary}`, ...header, '', ''].join('\r\n')), new Base64Lines(chunks)];
  });
}

/** Offset of the line that ends the multipart, or -1 when it has none. */
function closingDelimiter(body: Buffer, boundary: string): number {
  const delimiter = `--${boundary}--`;
  let at = body.lastIndexOf(delimiter, undefined, 'latin1');
  while (at > 0 && body[at - 1] !== 10) at = body.lastIndexOf(delimiter, at - 1, 'latin1');
  return at;
}

function text(value: string): Buffer {
  return Buffer.from(value);
}

function readEntity(mime: Buffer): MimeEntity {
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

function writeEntity({ fields, contentFields, body }: MimeEntity): Buffer {
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

/**
 * Base64 in lines, made only when it is written: an attachment of 150 MB is never held in pieces and in one as well.
 * @internal
 */
export class Base64Lines {
  readonly #chunks: readonly Buffer[];
  /** Bytes that `write` fills. */
  readonly length: number;

  constructor(chunks: readonly Buffer[]) {
    this.#chunks = chunks;
    const characters = Math.ceil(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 3) * 4;
    this.length = characters + 2 * Math.ceil(characters / LINE_LENGTH);
  }

  /** Returns the offset behind the last byte. */
  write(into: Buffer, start: number): number {
    let at = start;
    let rest: Buffer = Buffer.alloc(0);
    for (const chunk of this.#chunks) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % BYTES_PER_LINE);
      at = writeLines(bytes.subarray(0, whole), into, at);
      rest = bytes.subarray(whole);
    }
    return writeLines(rest, into, at);
  }
}

function writeLines(bytes: Buffer, into: Buffer, start: number): number {
  const text = Buffer.from(bytes.toString('base64'), 'latin1');
  let at = start;
  for (let from = 0; from < text.length; from += LINE_LENGTH) {
    at += text.copy(into, at, from, Math.min(from + LINE_LENGTH, text.length));
    into[at] = 13;
    into[at + 1] = 10;
    at += 2;
  }
  return at;
}
