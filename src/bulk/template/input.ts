import { fileURLToPath } from 'node:url';
import { shown } from '../../options/shown-value.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import {
  openAttachmentsFolder,
  type ReadRowAttachments,
  withoutAttachmentsFolder,
} from '../message/row-attachments.js';
import { readTemplateAttachments, type TemplateAttachmentInput } from './attachments.js';
import { templateDigest } from './digest.js';
import { readTemplateSource } from './folder.js';
import { callTemplateFunction, type TemplateFunction } from './function.js';
import { compileTemplate, type Template, type TemplateMessage, type TemplateSource } from './template.js';
import { textFromHtml } from './text-from-html.js';

export type { TemplateAttachmentInput } from './attachments.js';
export type { TemplateFunction } from './function.js';
export type { Template, TemplateMessage } from './template.js';

/** A template as Handlebars sources. At least one of `html` and `text` is needed; without `text`, it is made from the HTML. */
export interface TemplateStrings {
  readonly subject: string;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
  /** By the name that `{{> name}}` calls. */
  readonly partials?: Readonly<Record<string, string>> | undefined;
  readonly attachments?: readonly TemplateAttachmentInput[] | undefined;
}

/**
 * - The path of a folder, or its `file:` URL: `subject.hbs`, `html.hbs` and/or `text.hbs`, `partials/*.hbs`,
 *   `attachments/*`, of which `attachments/logo.png` is what the HTML shows as `cid:logo`;
 * - Handlebars sources as strings;
 * - a function from a row to a message, for any other engine.
 */
export type TemplateInput = string | URL | TemplateStrings | TemplateFunction;

export interface OpenTemplateOptions {
  /**
   * The folder that the files of the rows' column `attachments` are in. Where none is named, a row with a value in that
   * column is refused, unless the template is a function, which may use it as it likes.
   */
  attachmentsFolder?: string | undefined;
}

/**
 * Reads and checks a template.
 * @throws BulkInputError for what can be known to be wrong before there is a row
 */
export async function openTemplate(input: TemplateInput, options: OpenTemplateOptions = {}): Promise<Template> {
  const { attachmentsFolder: folder } = options;
  const rowAttachments = folder === undefined ? undefined : await openAttachmentsFolder(folder);
  if (typeof input === 'function') {
    return {
      attachments: [],
      sha256: undefined,
      render: async (row) => complete(await callTemplateFunction(input, row), row, rowAttachments),
    };
  }
  const source = await readSource(input);
  const { attachments, render } = compileTemplate(source);
  return {
    attachments,
    sha256: templateDigest(source),
    render: async (row) =>
      complete({ ...render(row), attachments: [...attachments] }, row, rowAttachments ?? withoutAttachmentsFolder),
  };
}

async function readSource(input: Exclude<TemplateInput, TemplateFunction>): Promise<TemplateSource> {
  if (typeof input === 'string') return readTemplateSource(input);
  if (input instanceof URL) {
    if (input.protocol === 'file:') return readTemplateSource(fileURLToPath(input));
    throw new BulkInputError(`A template can be read from a file: URL, not from ${shown(input.href)}`);
  }
  if (typeof input !== 'object' || input === null || typeof input.subject !== 'string') {
    throw new BulkInputError(
      'A template is the path of a folder, { subject, html, text }, or a function from row to message',
    );
  }
  const { subject, html, text, partials = {}, attachments = [] } = input;
  const allHtml = [html ?? '', ...Object.values(partials)].join('\n');
  return { subject, html, text, partials, attachments: await readTemplateAttachments(attachments, allHtml) };
}

/** What every kind of template leaves to be added: a text where there is none, and the files of the row. */
async function complete(
  message: TemplateMessage,
  row: Parameters<ReadRowAttachments>[0],
  rowAttachments: ReadRowAttachments | undefined,
): Promise<TemplateMessage> {
  const files = (await rowAttachments?.(row)) ?? [];
  const { html, text, attachments } = message;
  return {
    ...message,
    ...((text === undefined || text === null) && typeof html === 'string' && { text: textOf(html, row.line) }),
    attachments: [...(attachments ?? []), ...files],
  };
}

function textOf(html: string, line: number): string {
  try {
    return textFromHtml(html);
  } catch (cause) {
    throw new BulkInputError(`Template html: ${messageOf(cause)} (recipients, line ${line})`, { line, cause });
  }
}
