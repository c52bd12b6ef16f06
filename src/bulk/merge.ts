import { addressProblem } from './email-address.js';
import { BulkInputError, quote } from './errors.js';
import { hasControlCharacter, hasEncodedWord } from './header-text.js';
import type { Row } from './row.js';
import type { Template, TemplateAttachment } from './template.js';

export interface MailAddress {
  name: string;
  address: string;
}

export interface MergeOptions {
  from: string | MailAddress;
}

/** What `transporter.sendMail()` takes. */
export interface MergedMessage {
  from: string | MailAddress;
  to: MailAddress;
  subject: string;
  html?: string;
  text?: string;
  attachments: TemplateAttachment[];
}

/**
 * The mail for one row: its `email` is the only recipient, its `name` (if there is such a column) the name beside it.
 * The bytes of attachments are the template's own, shared by all messages.
 */
export function merge(template: Template, row: Row, options: MergeOptions): MergedMessage {
  return {
    from: options.from,
    to: { name: nameOf(row), address: addressOf(row) },
    ...template.render(row),
    // Objects of its own, since Nodemailer and its plugins may write to them.
    attachments: template.attachments.map((attachment) => ({ ...attachment })),
  };
}

function addressOf(row: Row): string {
  const address = textOf(row, 'email');
  if (address === undefined) throw refuse(row, 'there is no "email"');
  const problem = addressProblem(address);
  if (problem) throw refuse(row, `the e-mail address ${quote(address)} ${problem}`);
  return address;
}

function nameOf(row: Row): string {
  const name = textOf(row, 'name')?.trim() ?? '';
  if (hasControlCharacter(name))
    throw refuse(row, `the name ${quote(name)} has a line break or control character in it`);
  if (hasEncodedWord(name)) throw refuse(row, `the name ${quote(name)} is in the encoded form of mail headers`);
  return name;
}

function textOf({ line, values }: Row, column: string): string | undefined {
  const value: unknown = Object.hasOwn(values, column) ? values[column] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refuse({ line, values }, `"${column}" must be text, not ${typeof value}`);
  return value;
}

function refuse({ line }: Row, problem: string): BulkInputError {
  return new BulkInputError(`Recipients, line ${line}: ${problem}`, { line });
}
