import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BulkOptions } from '../bulk-options.js';
import type { RunRecord } from '../journal/records.js';
import { runId, sha256, stableJson } from '../journal/run-id.js';
import { openRecipients, type RecipientsSource } from '../recipients/index.js';
import type { Template } from '../template.js';
import { openTemplate } from '../template-input.js';
import { type RunSettings, settleSettings } from './settings.js';

/** What a run is made of, as far as it changes what is sent. */
export interface RunInput {
  source: RecipientsSource;
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

const nobody = { sendMail: () => Promise.reject(new Error('There is no transporter')) };

/** The id that a run with these options has, and its rows where they can be counted; nothing is opened or sent. */
export async function identifyBulk(
  options: Omit<BulkOptions, 'transporter'>,
): Promise<{ id: string; rows: number | undefined }> {
  const { id, total } = await identifyRun(
    await openInput({ ...options, transporter: nobody }, settleSettings({ ...options, transporter: nobody })),
  );
  return { id, rows: total };
}

export async function openInput(options: BulkOptions, { senders }: RunSettings): Promise<RunInput> {
  const { recipients, attachmentsFolder, unsubscribe, listId, autoResponseSuppress, headers, allowDuplicates } =
    options;
  const template = await openTemplate(options.template, { attachmentsFolder });
  return {
    source: openRecipients(recipients),
    recipientsPath: pathOf(recipients),
    template,
    templatePath: pathOf(options.template),
    // What changes the mails, or who gets one.
    options: {
      from: senders,
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

/** Reads the recipients through, so that what cannot be read is known before anything is sent. */
export async function identifyRun(input: RunInput, signal?: AbortSignal): Promise<RunIdentity> {
  const { source, recipientsPath, template, templatePath, options, about } = input;
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
        ...(inspected && { sha256: inspected.sha256, rows: inspected.rows }),
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
