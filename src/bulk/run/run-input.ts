import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { JournalError } from '../common/errors.js';
import { readRecords } from '../journal/read-journal.js';
import type { RunRecord } from '../journal/records.js';
import { runId, sha256, stableJson } from '../journal/run-id.js';
import { openRecipients, type RecipientsSource } from '../recipients/open-recipients.js';
import { currentReader } from '../recipients/reading.js';
import { openTemplate } from '../template/input.js';
import type { Template } from '../template/template.js';
import type { BulkOptions } from './bulk-options.js';
import { type RunSettings, settleSettings } from './settings.js';

/** What a run is made of, as far as it changes what is sent. */
export interface RunInput {
  source: RecipientsSource;
  emailColumn: string | undefined;
  /** Where the recipients and the template are, if these are files. */
  recipientsPath: string | undefined;
  template: Template;
  templatePath: string | undefined;
  /** Plain data. */
  options: Record<string, unknown>;
  about: Readonly<Record<string, unknown>> | undefined;
}

export interface RunIdentity {
  id: string;
  /** Rows, where they can be counted before. */
  total: number | undefined;
  record: Omit<RunRecord, 'at'>;
}

const noTransporter = { sendMail: () => Promise.reject(new Error('There is no transporter')) };

/** The id that a run with these options has, and its rows where they can be counted; nothing is opened or sent. */
export async function identifyBulk(
  options: Omit<BulkOptions, 'transporter'>,
): Promise<{ id: string; rows: number | undefined }> {
  const { id, total } = await identifyRun(
    await openInput(
      { ...options, transporter: noTransporter },
      settleSettings({ ...options, transporter: noTransporter }),
    ),
  );
  return { id, rows: total };
}

export async function openInput(options: BulkOptions, { senders }: RunSettings): Promise<RunInput> {
  const { recipients, emailColumn, attachmentsFolder, unsubscribe, listId, autoResponseSuppress, headers } = options;
  const { allowDuplicates } = options;
  const template = await openTemplate(options.template, { attachmentsFolder });
  return {
    source: openRecipients(recipients, { emailColumn }),
    emailColumn,
    recipientsPath: pathOf(recipients),
    template,
    templatePath: pathOf(options.template),
    // What changes the mails, or who gets one.
    options: {
      from: senders,
      ...(emailColumn !== undefined && { emailColumn }),
      ...(attachmentsFolder !== undefined && { attachmentsFolder: path.resolve(attachmentsFolder) }),
      ...(unsubscribe && { unsubscribe }),
      ...(listId !== undefined && { listId }),
      ...(autoResponseSuppress !== undefined && { autoResponseSuppress }),
      ...(headers && { headers }),
      ...(allowDuplicates && { allowDuplicates }),
    },
    about: options.about,
  };
}

/**
 * The input of a run that was begun before, with its recipients read by the rules of that time: rows keep their numbers and
 * digests. A new run's stays as it is.
 */
export async function asBegun(
  input: RunInput,
  journal: BulkOptions['journal'],
  signal?: AbortSignal,
): Promise<RunInput> {
  const { source, emailColumn } = input;
  if (journal === undefined || source.format !== 'csv') return input;
  // By the earliest rules, which take whatever later ones take: the id depends on the bytes alone.
  const earliest = { ...input, source: source.asBegun({ emailColumn }) };
  const folder = typeof journal === 'string' ? journal : journal((await identifyRun(earliest, signal)).id);
  const reader = await readerOf(path.resolve(folder));
  return reader === undefined ? input : { ...input, source: source.asBegun({ emailColumn, reader }) };
}

/** By which rules the run of a folder reads its recipients; undefined where there is none. What is wrong there is told later. */
async function readerOf(folder: string): Promise<number | undefined> {
  try {
    for await (const { record } of readRecords(folder)) {
      return record.type === 'run' ? (record.recipients.reader ?? 1) : undefined;
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
  }
  return undefined;
}

/** Reads the recipients through, so that what cannot be read is known before anything is sent. */
export async function identifyRun(input: RunInput, signal?: AbortSignal): Promise<RunIdentity> {
  const { source, emailColumn, recipientsPath, template, templatePath, options, about } = input;
  const inspected = await source.inspect(signal);
  const optionsSha256 = sha256(stableJson(options));
  const id = runId({ recipientsSha256: inspected?.sha256, templateSha256: template.sha256, optionsSha256 });
  return {
    id,
    total: inspected?.rows,
    record: {
      type: 'run',
      version: 1,
      id,
      recipients: {
        name: source.name,
        ...(recipientsPath !== undefined && { path: recipientsPath }),
        format: source.format,
        ...(source.format === 'csv' && { reader: currentReader }),
        ...(emailColumn !== undefined && { emailColumn }),
        ...(inspected && { sha256: inspected.sha256, rows: inspected.rows }),
        ...(inspected?.emptyRows && { emptyRows: inspected.emptyRows }),
      },
      template: {
        ...(templatePath !== undefined && { path: templatePath }),
        ...(template.sha256 !== undefined && { sha256: template.sha256 }),
      },
      options: { ...options, ...(about && { about: { ...about } }) },
      optionsSha256,
    },
  };
}

function pathOf(input: unknown): string | undefined {
  if (typeof input === 'string') return path.resolve(input);
  return input instanceof URL && input.protocol === 'file:' ? fileURLToPath(input) : undefined;
}
