import type { SendMailOptions } from 'nodemailer';
import { addressProblem } from '../common/email-address.js';
import { BulkInputError, messageOf, quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';
import type { Row } from '../common/row.js';
import { compileListHeaders, type MannersOptions, type PreparedHeader } from '../list-headers/list-headers.js';
import type { Template } from '../template/template.js';
import type { MailAddress } from './address-field.js';
import { type HeaderFields, type RowMessage, readRowMessage } from './row-message.js';
import type { Sender } from './sender.js';

/** What keeps a row from becoming a mail. */
type RowFault = 'address' | 'name' | 'message' | 'unsubscribe';

/** A row that cannot become a mail, through what stands in it. What a template finds is its own `BulkInputError`. */
export class RowRefused extends BulkInputError {
  readonly fault: RowFault;

  constructor(row: Row, fault: RowFault, problem: string, options?: ErrorOptions) {
    super(`Recipients, line ${row.line}: ${problem}`, { ...options, line: row.line });
    this.fault = fault;
  }
}

/** What `transporter.sendMail()` takes for one row. */
export type RowMail = SendMailOptions & {
  to: MailAddress;
  headers: HeaderFields;
  graph?: { mailbox?: string | undefined } | undefined;
};

export interface ComposedRow {
  message: RowMail;
  /** The recipient, as the row spells it. */
  address: string;
  /** How many get it: the recipient, and those in cc and bcc. */
  recipients: number;
}

export interface RowComposer {
  /**
   * The mail of one row: its `email` is the only address in To, its `name` (if there is such a column) the name beside it.
   * @param sender who it comes from, unless the template gives a `from`
   * @throws BulkInputError
   */
  compose(row: Row, sender: Sender | undefined, identity?: MailIdentity): Promise<ComposedRow>;
}

/** What is settled for a mail before it is composed, so that it can be found again. */
interface MailIdentity {
  /** Message-ID, with its angle brackets. */
  messageId?: string | undefined;
  date?: Date | undefined;
}

interface ComposerOptions {
  template: Pick<Template, 'render'>;
  listHeaders?: MannersOptions | undefined;
}

/** @throws BulkInputError for headers that no mail can have */
export function createRowComposer({ template, listHeaders = {} }: ComposerOptions): RowComposer {
  const headersOf = compileListHeaders(listHeaders);
  return {
    async compose(row, sender, { messageId, date } = {}) {
      const to = { name: nameOf(row), address: recipientOf(row) };
      const headers = refusing(row, 'unsubscribe', '', () => headersOf(row));
      const given: unknown = await template.render(row);
      const {
        rest,
        from,
        others,
        headers: own,
      } = refusing(row, 'message', 'the message ', () => readRowMessage(given));
      return {
        message: {
          ...rest,
          ...fromField(from ?? sender),
          to,
          ...others,
          headers: merged(headers, own, rest.list),
          ...(messageId !== undefined && { messageId }),
          ...(date !== undefined && { date }),
          ...(sender?.mailbox !== undefined && { graph: { mailbox: sender.mailbox } }),
        },
        address: to.address,
        recipients: 1 + (others.cc?.length ?? 0) + (others.bcc?.length ?? 0),
      };
    },
  };
}

/**
 * The address of a row, which is one plain e-mail address.
 * @throws RowRefused
 */
export function recipientOf(row: Row): string {
  const address = textOf(row, 'email', 'address');
  if (address === undefined) throw new RowRefused(row, 'address', 'there is no "email"');
  const problem = addressProblem(address);
  if (problem) throw new RowRefused(row, 'address', `the e-mail address ${quote(address)} ${problem}`);
  return address;
}

function nameOf(row: Row): string {
  const name = textOf(row, 'name', 'name')?.trim() ?? '';
  const problem = headerTextProblem(name);
  if (problem) throw new RowRefused(row, 'name', `the name ${quote(name)} ${problem}`);
  return name;
}

function textOf(row: Row, column: string, fault: RowFault): string | undefined {
  const value: unknown = Object.hasOwn(row.values, column) ? row.values[column] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new RowRefused(row, fault, `"${column}" must be text, not ${typeof value}`);
  return value;
}

function refusing<T>(row: Row, fault: RowFault, beginning: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new RowRefused(row, fault, `${beginning}${messageOf(cause)}`, { cause });
  }
}

function fromField(from: Sender | MailAddress | undefined): { from?: MailAddress } {
  return from ? { from: { name: from.name ?? '', address: from.address } } : {};
}

/** What a template function says about one mail goes before what is said for all of them. */
function merged(
  headers: Record<string, string | PreparedHeader>,
  own: RowMessage['headers'],
  list: SendMailOptions['list'],
): HeaderFields {
  const fields = Object.keys(list ?? {}).map((name) => `list-${name.trim()}`);
  const names = new Set([...Object.keys(own), ...fields].map((name) => name.toLowerCase()));
  // The one-click header speaks of the other header's address.
  if (names.has('list-unsubscribe')) names.add('list-unsubscribe-post');
  const rest = Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(rest), ...own };
}
