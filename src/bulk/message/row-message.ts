import type { SendMailOptions } from 'nodemailer';
import { messageOf, quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';
import { type MailAddress, readAddresses } from './address-field.js';
import { type HeaderFields, readHeaders } from './message-headers.js';
import { checkHeaderOptions } from './message-options.js';
import { copiedParts } from './message-parts.js';

/** A message as a template gave it, checked: addresses as objects, headers by name. */
export interface RowMessage {
  /** What is left, for Nodemailer to read. */
  readonly rest: SendMailOptions;
  readonly from: MailAddress | undefined;
  /** `cc`, `bcc`, `replyTo` and `sender`, those that there are. */
  readonly others: { cc?: MailAddress[]; bcc?: MailAddress[]; replyTo?: MailAddress[]; sender?: MailAddress };
  readonly headers: HeaderFields;
}

const refusals: Readonly<Record<string, string>> = {
  to: 'every mail goes to the "email" of its row alone; use cc or bcc for others',
  envelope: 'recipients are the "email" of the row, cc and bcc',
  messageId: 'a run gives each mail its own, to find it again',
  date: 'a run gives each mail its own',
  raw: 'a finished message cannot be checked; give subject, html, text and attachments',
  graph: 'what Graph is asked is for the run to say',
};

/**
 * What may be in a message of one row. A template of files gives little; a template function may give whatever sendMail
 * takes, but for what a run must decide itself.
 * @throws Error with what is wrong, after "the message"
 */
export function readRowMessage(given: unknown): RowMessage {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error(`must be an object as sendMail takes it, not ${given === null ? 'null' : typeof given}`);
  }
  const message: Record<string, unknown> = { ...given };
  for (const [name, why] of Object.entries(refusals)) {
    if (message[name] !== undefined && message[name] !== null) throw new Error(`cannot give ${quote(name)}: ${why}`);
    delete message[name];
  }
  const { from, cc, bcc, replyTo, sender, headers, ...rest } = message;
  checkSubject(rest.subject);
  checkHeaderOptions(rest);
  return {
    rest: { ...rest, ...copiedParts(rest) },
    from: single('from', from),
    others: {
      ...list('cc', cc),
      ...list('bcc', bcc),
      ...list('replyTo', replyTo),
      ...optional(single('sender', sender)),
    },
    headers: readHeaders(headers),
  };
}

function checkSubject(subject: unknown): void {
  if (subject === undefined || subject === null) return;
  if (typeof subject !== 'string') throw new Error(`has a subject that is no text but ${typeof subject}`);
  const problem = headerTextProblem(subject);
  if (problem) throw new Error(`has the subject ${quote(subject)}, which ${problem}`);
}

function addresses(field: string, value: unknown): MailAddress[] {
  try {
    return readAddresses(value);
  } catch (cause) {
    throw new Error(`has a ${field} that cannot be used: ${messageOf(cause)}`, { cause });
  }
}

function single(field: string, value: unknown): MailAddress | undefined {
  const [first, ...more] = addresses(field, value);
  if (more.length > 0) throw new Error(`has more than one address in ${field}`);
  return first;
}

function list(field: 'cc' | 'bcc' | 'replyTo', value: unknown): { [name in typeof field]?: MailAddress[] } {
  const found = addresses(field, value);
  return found.length === 0 ? {} : { [field]: found };
}

function optional(sender: MailAddress | undefined): { sender?: MailAddress } {
  return sender ? { sender } : {};
}
