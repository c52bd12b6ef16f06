import { chmod, lstat, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SendMailOptions } from 'nodemailer';
import { makeFolder } from '../../common/make-folder.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import type { MannersOptions } from '../list-headers/list-headers.js';
import { createRowComposer, type RowMail } from '../message/compose-row.js';
import type { Sender } from '../message/sender.js';
import type { Template } from '../template/template.js';
import { composeMime } from './mail-size.js';
import { indexPage, mailPage, type PreviewedFault, type PreviewedMail, previewMark } from './preview-page.js';

export interface PreviewOptions {
  recipients: { rows(): AsyncIterable<Row> };
  template: Pick<Template, 'render'>;
  from?: Sender | undefined;
  listHeaders?: MannersOptions | undefined;
  /** Made if it is not there. What an earlier preview left in it is removed; anything else in it is refused. */
  folder: string;
  /** How many rows, from the first. */
  count: number;
  signal?: AbortSignal | undefined;
}

export interface Preview {
  /** The page to open. */
  index: string;
  /** For each mail its message and its page. */
  mails: { row: number; line: number; eml: string; html: string }[];
  /** Rows that make no mail. */
  faults: PreviewedFault[];
}

/**
 * Writes the mails of the first rows into a folder, to be looked at: the message as `.eml`, which mail programs open, and a
 * page that runs nothing and loads nothing. Nothing is sent.
 * @throws BulkInputError when the recipients cannot be read, or the folder holds something else
 */
export async function writePreview(options: PreviewOptions): Promise<Preview> {
  const composer = createRowComposer(options);
  const folder = await PreviewFolder.prepare(options.folder);
  const shown: PreviewedMail[] = [];
  const mails: Preview['mails'] = [];
  const faults: PreviewedFault[] = [];
  const rows = options.recipients.rows()[Symbol.asyncIterator]();
  try {
    for (let left = options.count; left > 0; left--) {
      options.signal?.throwIfAborted();
      const { done, value: row } = await rows.next();
      if (done) break;
      const { number, line } = row;
      try {
        const { message, address } = await composer.compose(row, options.from);
        const mail = await previewed(row, message, previewFileName(number, address));
        // Composed last: Nodemailer writes to what it is given.
        const eml = await composedFor(row, message);
        const page = { ...mail, bytes: eml.byteLength };
        const files = {
          eml: await folder.write(`${mail.file}.eml`, eml),
          html: await folder.write(`${mail.file}.html`, mailPage(page)),
        };
        mails.push({ row: number, line, ...files });
        shown.push(page);
      } catch (error) {
        if (!(error instanceof BulkInputError)) throw error;
        faults.push({ number, line, message: error.message });
      }
    }
  } finally {
    await rows.return?.();
  }
  return { index: await folder.write('index.html', indexPage(shown, faults)), mails, faults };
}

/** What Nodemailer cannot compose, such as a file that is not there, is a fault of the row: its sending would be refused too. */
async function composedFor({ line }: Row, message: RowMail): Promise<Buffer> {
  try {
    return await composeMime(message);
  } catch (cause) {
    const problem = `Recipients, line ${line}: the mail cannot be composed: ${messageOf(cause)}`;
    throw new BulkInputError(problem, { line, cause });
  }
}

async function previewed(row: Row, message: RowMail, file: string): Promise<PreviewedMail> {
  const { html, text, attachments = [], headers } = message;
  const addressed = ['from', 'to', 'cc', 'bcc', 'replyTo'] as const;
  const fields = addressed.flatMap((name) => {
    const value = message[name];
    return value === undefined ? [] : [[labels[name], shownAddresses(value)] as const];
  });
  const extra = Object.entries(headers).map(([name, value]) => [name, shownHeader(value)] as const);
  return {
    number: row.number,
    line: row.line,
    file,
    fields: [...fields, ['Subject', message.subject ?? ''], ...extra],
    html: typeof html === 'string' ? await withInlineImages(html, attachments) : undefined,
    text: typeof text === 'string' ? text : undefined,
    attachments: attachments.map(({ filename, path }) => filename || String(path ?? '(without a name)')),
    bytes: 0,
  };
}

const labels = { from: 'From', to: 'To', cc: 'Cc', bcc: 'Bcc', replyTo: 'Reply-To' } as const;

function shownAddresses(value: unknown): string {
  const addresses = (Array.isArray(value) ? value : [value]) as { name?: string; address: string }[];
  return addresses.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ');
}

function shownHeader(value: RowMail['headers'][string]): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.join(', ');
  return value.value.replace(/\r\n[ \t]/g, ' ');
}

const index = 'index.html';
const ours = /^\d{3,}-[\w.+-]*@?[\w.+-]*\.(?:eml|html)$/;

/**
 * The name of a row's files, without an ending: an address may hold what is no part of a file's name.
 * @internal
 */
export function previewFileName(number: number, address: string): string {
  const safe = address.replace(/[^\w.+@-]/g, '_').slice(0, 80);
  return `${String(number).padStart(3, '0')}-${safe}`;
}

/**
 * A folder that only its owner can look into, since personal mails lie in it.
 * @internal
 */
export class PreviewFolder {
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /**
   * Makes the folder, or empties it of an earlier preview.
   * @throws BulkInputError when there is anything else in it, or it cannot be made
   */
  static async prepare(folder: string): Promise<PreviewFolder> {
    const names = await filesIn(folder);
    const other =
      names.find((name) => name !== index && !ours.test(name)) ??
      (names.includes(index) && !(await isPreview(path.join(folder, index))) ? index : undefined);
    if (other !== undefined) {
      throw new BulkInputError(
        `The folder ${folder} for the preview holds ${JSON.stringify(other)}: name one that is empty or not there`,
      );
    }
    await chmod(folder, 0o700);
    for (const name of names) await unlink(path.join(folder, name));
    return new PreviewFolder(folder);
  }

  /** @returns the path of the file */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.path, name);
    // Must not be there: a link that another user put there would lead elsewhere.
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
    return file;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    await makeFolder(folder, 0o700);
    return await readdir(folder);
  } catch (cause) {
    throw new BulkInputError(`The folder ${folder} for the preview cannot be made: ${messageOf(cause)}`, { cause });
  }
}

/** A website has a page of that name, too. */
async function isPreview(file: string): Promise<boolean> {
  // Of a link only the link is removed.
  if (!(await lstat(file)).isFile()) return true;
  return (await readFile(file, 'utf8')).includes(previewMark);
}

const imageTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** A page with larger ones in it opens slowly, and is of no use for a preview. */
const largestImage = 5_000_000;

/** HTML whose `cid:` images stand in it as data URLs, so that it shows by itself. Those that cannot are left as they are. */
async function withInlineImages(html: string, attachments: SendMailOptions['attachments'] = []): Promise<string> {
  const images = new Map<string, string>();
  for (const attachment of attachments) {
    const { cid } = attachment;
    if (cid === undefined) continue;
    const url = await dataUrl(attachment);
    if (url) images.set(cid, url);
  }
  return html.replace(/cid:([^\s"'()<>]+)/gi, (reference, name: string) => images.get(name) ?? reference);
}

async function dataUrl(attachment: NonNullable<SendMailOptions['attachments']>[number]): Promise<string | undefined> {
  const { content, path: file, filename, contentType } = attachment;
  const name = typeof filename === 'string' ? filename : typeof file === 'string' ? file : '';
  const type = contentType ?? imageTypes[path.extname(name).toLowerCase()];
  if (!type || !/^image\/[\w.+-]+$/.test(type)) return undefined;
  const bytes = content instanceof Uint8Array ? content : await fileBytes(file);
  if (!bytes || bytes.byteLength > largestImage) return undefined;
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

async function fileBytes(file: unknown): Promise<Buffer | undefined> {
  if (typeof file !== 'string' || /^(?:https?|data):/i.test(file)) return undefined;
  // Where it is not there, the composing of the mail says so.
  return readFile(file).catch(() => undefined);
}
