import { BulkInputError, messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import type { MannersOptions } from '../list-headers/list-headers.js';
import { createRowComposer, type RowMail } from '../message/compose-row.js';
import type { Sender } from '../message/sender.js';
import type { Template } from '../template/template.js';
import { composeMime } from './compose-mime.js';
import { withInlineImages } from './inline-previews.js';
import { PreviewFolder, previewFileName } from './preview-folder.js';
import { indexPage, mailPage, type PreviewedFault, type PreviewedMail } from './preview-page.js';

export interface PreviewOptions {
  recipients: { rows(): AsyncIterable<Row> };
  template: Pick<Template, 'render'>;
  from?: Sender | undefined;
  manners?: MannersOptions | undefined;
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
