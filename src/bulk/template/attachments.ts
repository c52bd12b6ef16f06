import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import { inlineReferences } from './inline-images.js';
import type { TemplateAttachment } from './template.js';

/** A file that goes with every mail. One of `content` and `path` is needed. */
export interface TemplateAttachmentInput {
  /** @default the last part of `path` */
  readonly filename?: string | undefined;
  readonly content?: string | Uint8Array | undefined;
  /** Is read once, when the template is opened. */
  readonly path?: string | URL | undefined;
  /** The name by which the HTML shows it, as in `<img src="cid:logo">`. */
  readonly cid?: string | undefined;
}

/**
 * Reads what goes with every mail.
 * @param html all sources of the HTML: what they show as `cid:…` must be there
 * @throws BulkInputError
 */
export async function readTemplateAttachments(
  inputs: readonly TemplateAttachmentInput[],
  html: string,
): Promise<TemplateAttachment[]> {
  const attachments = await Promise.all(inputs.map(readOne));
  const cids = new Set(attachments.map(({ cid }) => cid));
  for (const cid of inlineReferences(html)) {
    if (!cids.has(cid)) throw new BulkInputError(`The HTML shows "cid:${cid}", but no attachment has this cid`);
  }
  return attachments;
}

async function readOne({ filename, content, path: source, cid }: TemplateAttachmentInput): Promise<TemplateAttachment> {
  const file = source instanceof URL ? fileURLToPath(source) : source;
  if ((content === undefined) === (file === undefined)) {
    throw new BulkInputError('An attachment of a template has either content or a path');
  }
  const name = filename ?? (file === undefined ? undefined : path.basename(file));
  if (name === undefined) throw new BulkInputError('An attachment of a template needs a filename');
  const bytes = file === undefined ? bytesOf(content, name) : await read(file);
  const place = { filename: name, content: bytes } as const;
  return cid === undefined
    ? { ...place, contentDisposition: 'attachment' }
    : { ...place, cid, contentDisposition: 'inline' };
}

function bytesOf(content: unknown, name: string): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content);
  // A stream could be read for the first mail only.
  throw new BulkInputError(`The attachment ${name} of a template must be a string, a Buffer, or the path of a file`);
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new BulkInputError(`An attachment, ${shownPath(file)}, cannot be read: ${fileProblem(error)}`);
  }
}
