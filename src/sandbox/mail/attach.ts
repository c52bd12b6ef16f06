import { Base64Lines } from './base64-lines.js';
import { type MimeEntity, type Piece, readEntity, writeEntity } from './mime-entity.js';
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
