import type { SendMailOptions, Transporter } from 'nodemailer';
import { isGraphMailError } from '../errors.js';
import { type MergeOptions, merge } from './merge.js';
import type { RecipientRow } from './row.js';
import type { Template } from './template.js';

/** How one row ended. */
export interface MergeResult {
  row: RecipientRow;
  /** `refused`: surely not sent. `unknown`: it may have been, so sending it again may make a duplicate. */
  status: 'sent' | 'refused' | 'unknown';
  /** Why it was not known to be sent. */
  error?: Error;
}

/** How all rows ended: the three add up to the number of rows. */
export interface MergeTally {
  sent: number;
  refused: number;
  unknown: number;
}

/** Messages handed to the transporter at a time: enough to keep any gate busy, few enough to keep memory small. */
const handedOver = 16;

/** Sends one personal message to each row, as fast as the transporter takes them. A row that fails does not stop the rest. */
export async function sendMerge(
  transporter: Pick<Transporter, 'sendMail'>,
  rows: Iterable<RecipientRow>,
  template: Template,
  options: MergeOptions & { onResult?: (result: MergeResult) => void },
): Promise<MergeTally> {
  const tally: MergeTally = { sent: 0, refused: 0, unknown: 0 };
  const left = rows[Symbol.iterator]();
  const sendRest = async () => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const result = await sendRow(transporter, next.value, template, options);
      tally[result.status]++;
      options.onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: handedOver }, sendRest));
  return tally;
}

async function sendRow(
  transporter: Pick<Transporter, 'sendMail'>,
  row: RecipientRow,
  template: Template,
  options: MergeOptions,
): Promise<MergeResult> {
  let message: SendMailOptions;
  try {
    message = merge(template, row, options);
  } catch (error) {
    return { row, status: 'refused', error: error as Error };
  }
  try {
    await transporter.sendMail(message);
    return { row, status: 'sent' };
  } catch (error) {
    // Another transporter's error does not say what became of the message.
    const notSent = isGraphMailError(error) && error.outcome === 'not-sent';
    return { row, status: notSent ? 'refused' : 'unknown', error: error as Error };
  }
}
