import type { SendMailOptions } from 'nodemailer';
import { messageOf, quote } from '../common/errors.js';
import { hasControlCharacter, headerNameProblem, headerTextProblem } from '../common/header-safety.js';
import { type MailAddress, readAddresses } from './address-field.js';

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

type HeaderValue = string | string[] | { prepared: boolean; value: string };
export type HeaderFields = Record<string, HeaderValue>;

/**
 * Extra headers in both of Nodemailer's forms as one: an object by name.
 * @param ofPart whether they are those of an attachment, which may have `Content-…` headers of their own
 * @throws Error with what is wrong, after "the message"
 */
function readHeaders(headers: unknown, ofPart = false): HeaderFields {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== 'object') throw new Error('has headers that are no object');
  const entries: [unknown, unknown][] = Array.isArray(headers)
    ? headers.map((header: { key?: unknown; value?: unknown } | null) => [header?.key, header?.value])
    : Object.entries(headers);
  const fields: Record<string, string[] | Exclude<HeaderValue, string>> = {};
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new Error('has a header without a name');
    const problem = ofPart && /^content-[a-z-]+$/i.test(name) ? undefined : headerNameProblem(name);
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
  // Folded lines go on with a space or tab; one of nothing else would end the header for some readers.
  const unfolded = value.replace(/\r\n[ \t]+(?=[^ \t\r\n])/g, ' ').replaceAll('\t', ' ');
  if (hasControlCharacter(unfolded)) {
    throw new Error(`has a prepared header ${quote(name)} with a line break or control character in it`);
  }
  if (!/^[ -~]*$/.test(unfolded)) throw new Error(`has a prepared header ${quote(name)} that is not ASCII`);
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

const written = ['inReplyTo', 'references', 'xMailer', 'baseBoundary', 'boundaryPrefix'] as const;

/**
 * Checks options of a message that Nodemailer writes into headers: some of its versions as they stand, line breaks and all.
 * @throws Error with what is wrong, after "the message"
 */
function checkHeaderOptions(message: Readonly<Record<string, unknown>>): void {
  for (const name of written) {
    for (const value of [message[name]].flat()) {
      if (typeof value === 'string') checkAscii(quote(name), value);
    }
  }
  checkList(message.list);
}

/** `list: { unsubscribe: 'https://…', help: { url, comment }, … }`, or lists of these. */
function checkList(list: unknown): void {
  if (list === undefined || list === null) return;
  if (typeof list !== 'object') throw new Error('has a "list" that is no object');
  for (const [name, entries] of Object.entries(list)) {
    const where = `"list" with ${quote(name)}`;
    if (!/^[a-z][a-z-]*$/i.test(name.trim())) throw new Error(`has a ${where}, which is no name of a header`);
    for (const entry of [entries].flat(Number.POSITIVE_INFINITY) as unknown[]) {
      const { url, comment } = (typeof entry === 'string' ? { url: entry } : (entry ?? {})) as Record<string, unknown>;
      if (typeof url !== 'string') throw new Error(`has a ${where} that is no address`);
      checkAscii(where, url);
      if (comment !== undefined && comment !== null) checkText(where, String(comment));
    }
  }
}

function checkText(what: string, text: string): void {
  const problem = headerTextProblem(text);
  if (problem) throw new Error(`has a ${what} that ${problem}`);
}

/** Nodemailer does not encode these. */
function checkAscii(what: string, text: string): void {
  checkText(what, text);
  if (!/^[ -~]*$/.test(text)) throw new Error(`has a ${what} that is not ASCII`);
}

const listFields = ['attachments', 'alternatives'] as const;
const singleFields = ['html', 'text', 'amp', 'watchHtml', 'icalEvent'] as const;
const inHeaders = ['filename', 'contentType', 'cid', 'contentDisposition', 'contentTransferEncoding', 'method'];

/**
 * The parts of a message, checked: what stands in their headers adds none. Objects of its own, since Nodemailer and its
 * plugins may write to them, and templates share theirs.
 * @throws Error with what is wrong, after "the message"
 */
function copiedParts(message: Readonly<Record<string, unknown>>): SendMailOptions {
  const parts: Record<string, unknown> = {};
  for (const field of listFields) {
    const list = message[field];
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list) || list.some((one) => typeof one !== 'object' || one === null)) {
      throw new Error(`has ${field} that are no list of objects`);
    }
    parts[field] = list.map((part: object) => copiedPart(field, part));
  }
  for (const field of singleFields) {
    const part = message[field];
    if (isPlainObject(part)) parts[field] = copiedPart(field, part);
  }
  return parts;
}

function copiedPart(field: string, part: object): object {
  const copy: Record<string, unknown> = { ...part };
  for (const name of inHeaders) {
    const value = copy[name];
    const problem = typeof value === 'string' ? headerTextProblem(value) : undefined;
    if (problem) throw new Error(`has in its ${field} the ${name} ${quote(String(value))}, which ${problem}`);
  }
  return { ...copy, ...(copy.headers !== undefined && { headers: readHeaders(copy.headers, true) }) };
}

/** A body may be a Buffer or a stream too. */
function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
