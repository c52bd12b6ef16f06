import type { SendMailOptions } from 'nodemailer';
import { type MailAddress, readAddresses } from './address-field.js';
import { messageOf, quote } from './errors.js';
import { hasControlCharacter, headerTextProblem } from './header-text.js';
import { headerNameProblem } from './manners/header-names.js';

type HeaderValue = string | string[] | { prepared: boolean; value: string };
export type HeaderFields = Record<string, HeaderValue>;

/** A message as a template gave it, checked: addresses as objects, headers by name. */
export interface RowMessage {
  /** What needs no check, for Nodemailer to read. */
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
  const { from, cc, bcc, replyTo, sender, headers, attachments, ...rest } = message;
  checkSubject(rest.subject);
  return {
    rest: { ...rest, ...copiedAttachments(attachments) },
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

/** Objects of its own, since Nodemailer and its plugins may write to them, and templates share theirs. */
function copiedAttachments(attachments: unknown): SendMailOptions {
  if (attachments === undefined || attachments === null) return {};
  if (!Array.isArray(attachments) || attachments.some((one) => typeof one !== 'object' || one === null)) {
    throw new Error('has attachments that are no list of objects');
  }
  return { attachments: attachments.map((attachment: object) => ({ ...attachment })) };
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

/** Both of Nodemailer's forms as one: an object by name. */
function readHeaders(headers: unknown): HeaderFields {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== 'object') throw new Error('has headers that are no object');
  const entries: [unknown, unknown][] = Array.isArray(headers)
    ? headers.map((header: { key?: unknown; value?: unknown } | null) => [header?.key, header?.value])
    : Object.entries(headers);
  const fields: Record<string, string[] | Exclude<HeaderValue, string>> = {};
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new Error('has a header without a name');
    const problem = headerNameProblem(name);
    if (problem) throw new Error(`has a header that cannot be used: ${problem}`);
    const known = fields[name];
    if (isPrepared(value)) fields[name] = checkedPrepared(name, value);
    else fields[name] = [...(Array.isArray(known) ? known : []), ...plainValues(name, value)];
  }
  return fields;
}

function isPrepared(value: unknown): value is { prepared: boolean; value: string } {
  return typeof value === 'object' && value !== null && 'prepared' in value && Boolean(value.prepared);
}

/** Nodemailer writes it as it is. */
function checkedPrepared(name: string, prepared: { value: unknown }): { prepared: true; value: string } {
  const value = String(prepared.value);
  // Folded lines go on with a space or tab.
  if (hasControlCharacter(value.replace(/\r\n[ \t]/g, ' ').replaceAll('\t', ' '))) {
    throw new Error(`has a prepared header ${quote(name)} with a line break or control character in it`);
  }
  return { prepared: true, value };
}

function plainValues(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'number')
      throw new Error(`has a header ${quote(name)} that is no text`);
    const problem = headerTextProblem(String(one));
    if (problem) throw new Error(`has a header ${quote(name)} that ${problem}`);
    return String(one);
  });
}
