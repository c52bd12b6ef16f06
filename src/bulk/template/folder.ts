import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { shownPath } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import { decodeUtf8 } from '../common/utf8.js';
import { inlineReferences } from './inline-images.js';
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
