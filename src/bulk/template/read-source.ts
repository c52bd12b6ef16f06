import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import { decodeUtf8 } from '../common/utf8.js';
import type { TemplateAttachment, TemplateSource } from './template.js';

const parts = ['subject.hbs', 'html.hbs', 'text.hbs'];

/**
 * Reads a template from a folder: `subject.hbs`, `html.hbs` and/or `text.hbs`, `partials/*.hbs`, `attachments/*`.
 * A file `attachments/logo.png` that the HTML shows as `cid:logo` becomes an inline image.
 */
export async function readTemplateSource(folder: string): Promise<TemplateSource> {
  const files = await filesIn(folder);
  if (!files) throw new BulkInputError(`There is no template folder ${shownPath(folder)}`);
  const stray = files.find((name) => name.endsWith('.hbs') && !parts.includes(name));
  if (stray) throw new BulkInputError(`${folder} has a file ${stray}; expected are ${parts.join(', ')} and partials/`);
  const read = async (name: string) => {
    if (!files.includes(name)) return undefined;
    const file = path.join(folder, name);
    return decodeUtf8(await readFile(file), file);
  };
  const [subject, html, text] = await Promise.all(parts.map(read));
  if (subject === undefined) throw new BulkInputError(`${folder} has no subject.hbs`);
  if (html === undefined && text === undefined) {
    throw new BulkInputError(`${folder} has neither html.hbs nor text.hbs; one of them is needed`);
  }
  const partials = await readPartials(path.join(folder, 'partials'));
  const shown = inlineReferences([html ?? '', ...Object.values(partials)].join('\n'));
  const attachments = await readAttachments(path.join(folder, 'attachments'), shown);
  return { subject, html, text, partials, attachments, inFiles: true };
}

async function readPartials(folder: string): Promise<Record<string, string>> {
  const partials: Record<string, string> = {};
  for (const name of (await filesIn(folder)) ?? []) {
    if (!name.endsWith('.hbs')) continue;
    const file = path.join(folder, name);
    partials[path.parse(name).name] = decodeUtf8(await readFile(file), file);
  }
  return partials;
}

async function readAttachments(folder: string, shown: ReadonlySet<string>): Promise<TemplateAttachment[]> {
  const files = (await filesIn(folder)) ?? [];
  for (const cid of shown) {
    const matching = files.filter((name) => path.parse(name).name === cid);
    if (matching.length === 1) continue;
    const problem = matching.length === 0 ? 'no file of that name is' : `${matching.join(' and ')} are both`;
    throw new BulkInputError(`The HTML shows "cid:${cid}", but ${problem} in ${folder}`);
  }
  const read = async (filename: string): Promise<TemplateAttachment> => {
    const content = await readFile(path.join(folder, filename));
    const cid = path.parse(filename).name;
    if (!shown.has(cid)) return { filename, content, contentDisposition: 'attachment' };
    return { filename, content, cid, contentDisposition: 'inline' };
  };
  return Promise.all(files.map(read));
}

/** Also of what can be no path at all. */
const missing: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

/** The visible files of a folder, in an order that is the same everywhere; undefined if there is no such folder. */
async function filesIn(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (missing.includes(String(code))) return undefined;
    throw error;
  }
}

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
  const named = { filename: name, content: bytes } as const;
  return cid === undefined
    ? { ...named, contentDisposition: 'attachment' }
    : { ...named, cid, contentDisposition: 'inline' };
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

// In an attribute or in CSS: src="cid:logo", background=cid:logo, url(cid:logo).
const reference = /["'(=]\s*cid:([^"')>\s]*)/gi;

/** The names that a template's HTML shows as `cid:name`. */
function inlineReferences(html: string): Set<string> {
  const names = new Set<string>();
  for (const [, name = ''] of html.matchAll(reference)) {
    if (name === '' || name.includes('{{')) {
      throw new BulkInputError(`The HTML has "cid:${name}": name the image's file there, so that it can be attached`);
    }
    names.add(name);
  }
  return names;
}
