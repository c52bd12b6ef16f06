import type { SendMailOptions } from 'nodemailer';
import { quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';
import { readHeaders } from './message-headers.js';

const several = ['attachments', 'alternatives'] as const;
const single = ['html', 'text', 'amp', 'watchHtml', 'icalEvent'] as const;
const inHeaders = ['filename', 'contentType', 'cid', 'contentDisposition', 'contentTransferEncoding', 'method'];

/**
 * The parts of a message, checked: what stands in their headers adds none. Objects of its own, since Nodemailer and its
 * plugins may write to them, and templates share theirs.
 * @throws Error with what is wrong, after "the message"
 */
export function copiedParts(message: Readonly<Record<string, unknown>>): SendMailOptions {
  const parts: Record<string, unknown> = {};
  for (const field of several) {
    const list = message[field];
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list) || list.some((one) => typeof one !== 'object' || one === null)) {
      throw new Error(`has ${field} that are no list of objects`);
    }
    parts[field] = list.map((part: object) => copiedPart(field, part));
  }
  for (const field of single) {
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
