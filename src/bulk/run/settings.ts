import { shown, shownName } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import { type Sender, toSender } from '../message/sender.js';
import type { BulkOptions, MaxErrors } from './bulk-options.js';

/** Options of a run that were checked. */
export interface RunSettings {
  senders: readonly Sender[];
  rate: number | false;
  perDay: number | false;
  unknown: 'hold' | 'verify' | 'trace' | 'resend';
  patience: number;
  limit: number;
  concurrency: number | undefined;
}

const known: ReadonlySet<string> = new Set<keyof BulkOptions>([
  'transporter',
  'recipients',
  'emailColumn',
  'template',
  'from',
  'attachmentsFolder',
  'journal',
  'resume',
  'takeOver',
  'rate',
  'perDay',
  'unknown',
  'retryFailed',
  'maxErrors',
  'patience',
  'limit',
  'suppress',
  'allowDuplicates',
  'concurrency',
  'about',
  'signal',
  'unsubscribe',
  'listId',
  'autoResponseSuppress',
  'headers',
]);

/** @throws BulkInputError that names the option, what was given and what is expected */
export function settleSettings(options: BulkOptions): RunSettings {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new BulkInputError(`sendBulk has no option ${shownName(name)}`);
  }
  if (typeof options.transporter?.sendMail !== 'function') {
    throw new BulkInputError('sendBulk needs `transporter`, as nodemailer.createTransport() makes it');
  }
  const { unknown = 'hold', from = [] } = options;
  if (!['hold', 'verify', 'trace', 'resend'].includes(unknown)) {
    throw new BulkInputError(`unknown is 'hold', 'verify', 'trace' or 'resend', not ${shown(unknown)}`);
  }
  const { resume, takeOver } = options;
  for (const [name, value] of Object.entries({ resume, takeOver })) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw new BulkInputError(`${name} is true or false, not ${shown(value)}`);
    }
  }
  if (takeOver && resume === false) {
    throw new BulkInputError('takeOver: true goes on with a run, and resume: false begins one: give one of them');
  }
  const senders = (Array.isArray(from) ? from : [from]) as readonly (string | Sender)[];
  if (senders.length === 0 && typeof options.template !== 'function') {
    throw new BulkInputError('sendBulk needs `from`: the address that the mails come from');
  }
  return {
    senders: senders.map(toSender),
    rate: limitOf('rate', options.rate, 30),
    perDay: limitOf('perDay', options.perDay, 10_000),
    unknown,
    patience: options.patience === undefined ? 900_000 : number('patience', options.patience, 0, 'milliseconds'),
    limit: options.limit === undefined ? Number.POSITIVE_INFINITY : number('limit', options.limit, 1, 'mails'),
    concurrency:
      options.concurrency === undefined ? undefined : number('concurrency', options.concurrency, 1, 'mails at a time'),
  };
}

function limitOf(name: string, value: number | false | undefined, usual: number): number | false {
  if (value === false) return false;
  return value === undefined ? usual : number(name, value, 1, 'or false');
}

function number(name: string, value: unknown, least: number, unit: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new BulkInputError(`${name} is a whole number from ${least} (${unit}), not ${shown(value)}`);
}

/** At least so many, whatever share that is of a short list. */
const fewest = 20;
const usualShare = 0.05;

/** The number of failed sends at which a run pauses. `rows` is `undefined` where their number is not known. */
export function errorThreshold(maxErrors: MaxErrors | undefined, rows: number | undefined): number {
  if (maxErrors === false) return Number.POSITIVE_INFINITY;
  if (maxErrors === undefined) return Math.max(fewest, Math.ceil(usualShare * (rows ?? 0)));
  if (typeof maxErrors === 'number' && Number.isInteger(maxErrors) && maxErrors > 0) return maxErrors;
  const share = /^(\d{1,2}(?:\.\d+)?|100)%$/.exec(String(maxErrors))?.[1];
  if (share === undefined || Number(share) === 0) {
    throw new BulkInputError(`maxErrors is a number from 1, a share like "5%", or false, not ${shown(maxErrors)}`);
  }
  if (rows === undefined) {
    throw new BulkInputError(
      `maxErrors cannot be a share ("${share}%") of rows that nobody has counted; give a number`,
    );
  }
  return Math.max(1, Math.ceil((Number(share) * rows) / 100));
}
