import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { shown } from '../../options/shown-value.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { readTemplateAttachments, readTemplateSource, type TemplateAttachmentInput } from './read-source.js';
import { openAttachmentsFolder, type ReadRowAttachments, withoutAttachmentsFolder } from './row-attachments.js';
import { compileTemplate, type Template, type TemplateMessage, type TemplateSource } from './template.js';
import { textFromHtml } from './text-from-html.js';

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

interface OpenTemplateOptions {
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

/**
 * Makes the message for one row, with any engine: whatever `sendMail` takes, without `to`. What it throws, and a message
 * that cannot be sent, are told as this row's error. It is responsible for its own escaping.
 * @param values the row, as it stands in the input; it must not be changed
 * @param place where the row stands
 */
export type TemplateFunction = (
  values: Row['values'],
  place: { readonly number: number; readonly line: number },
) => TemplateMessage | Promise<TemplateMessage>;

/** @throws BulkInputError */
async function callTemplateFunction(make: TemplateFunction, row: Row): Promise<TemplateMessage> {
  const { number, line, values } = row;
  const refuse = (problem: string, cause?: unknown) =>
    new BulkInputError(`Template function: ${problem} (recipients, line ${line})`, { line, cause });
  let message: unknown;
  try {
    message = await make(values, { number, line });
  } catch (cause) {
    throw refuse(messageOf(cause), cause);
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw refuse('it must return a message as sendMail takes it: an object with subject and html or text');
  }
  const given = message as TemplateMessage;
  for (const part of ['subject', 'html', 'text'] as const) {
    if (isPromise(given[part])) throw refuse(`its ${part} is a promise; wait for it, as in "${part}: await …"`);
  }
  if (!isNothing(given.attachments) && !Array.isArray(given.attachments)) throw refuse('its attachments are no list');
  if (isNothing(given.html) && isNothing(given.text)) throw refuse('its message has neither html nor text');
  return given;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** SHA-256 over all that a template is made of, so that a run notices when it is continued with another. */
function templateDigest(source: TemplateSource): string {
  const hash = createHash('sha256');
  const add = (what: string, content: string | Uint8Array | undefined) => {
    if (content === undefined) return;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    // With lengths, so that no content can be taken for another's name.
    hash.update(JSON.stringify([what, bytes.length])).update(bytes);
  };
  add('subject', source.subject);
  add('html', source.html);
  add('text', source.text);
  const partials = Object.entries(source.partials ?? {});
  for (const [name, partial] of partials.sort(([a], [b]) => (a < b ? -1 : 1))) add(`partial ${name}`, partial);
  for (const { filename, cid, contentDisposition, content } of source.attachments ?? []) {
    add(`attachment ${JSON.stringify([filename, cid, contentDisposition])}`, content);
  }
  return hash.digest('hex');
}
