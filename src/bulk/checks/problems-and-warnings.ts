import { canonicalAddress } from '../../common/canonical-address.js';
import { manyRecipients, onmicrosoftLimit } from '../../common/recipient-limits.js';
import { BulkInputError } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { type ComposedRow, RowRefused } from '../message/compose-row.js';
import type { SuppressionList } from '../suppression/suppression-list.js';

/** A row that would be rejected. */
export interface RowProblem {
  row: number;
  line: number;
  /** As it stands in the row, if it is text. */
  email?: string;
  /** `'address'`, `'name'`, `'message'`, `'unsubscribe'`, `'template'`, `'recipients'` or `'size'`. */
  kind: string;
  message: string;
}

export interface RowWarning {
  kind: WarningKind;
  message: string;
  /** How many rows it is about. */
  rows: number;
}

type WarningKind =
  | 'empty-rows'
  | 'no-from'
  | 'from-not-mailbox'
  | 'onmicrosoft-sender'
  | 'no-subject'
  | 'no-text'
  | 'no-unsubscribe'
  | 'no-one-click'
  | 'copy-suppressed'
  | 'many-recipients'
  | 'large';

const mostProblems = 100;

/** Collects what is found about rows, in bounded memory. */
export class Findings {
  readonly #problems: RowProblem[] = [];
  readonly #kinds = new Map<string, number>();
  readonly #warnings = new Map<WarningKind, RowWarning>();

  /** What `run` gives, or undefined when it refuses the row. */
  async attempt<T>(row: Row, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof BulkInputError)) throw error;
      this.problem(row, error instanceof RowRefused ? error.fault : 'template', error.message);
      return undefined;
    }
  }

  problem(row: Row, kind: string, message: string): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (this.#problems.length === mostProblems) return;
    const { email } = row.values;
    const shown = typeof email === 'string' ? { email: email.slice(0, 320) } : {};
    this.#problems.push({ row: row.number, line: row.line, ...shown, kind, message });
  }

  warn({ kind, message }: Omit<RowWarning, 'rows'>, rows = 1): void {
    const known = this.#warnings.get(kind);
    if (known) known.rows += rows;
    else this.#warnings.set(kind, { kind, message, rows });
  }

  report() {
    return {
      problems: this.#problems,
      problemCount: [...this.#kinds.values()].reduce((sum, rows) => sum + rows, 0),
      problemKinds: Object.fromEntries(this.#kinds),
      warnings: [...this.#warnings.values()],
    };
  }
}

type Warning = Omit<RowWarning, 'rows'>;

/** What mailboxes take by default (Exchange Online limits, message size). (fact size-4) */
const exchangeMessage = 35_000_000;

interface WarningContext {
  suppression: SuppressionList | undefined;
  /** Bytes of MIME. */
  mime: number;
  /** The mailbox that sends whatever From says. */
  mailbox: string | undefined;
}

/** What is no fault of a mail and worth a look before it goes out to many. */
export async function warningsOn(
  { message, recipients }: ComposedRow,
  { suppression, mime, mailbox }: WarningContext,
): Promise<Warning[]> {
  const found: Warning[] = [];
  const { from, subject, text, cc, bcc } = message;
  if (!from)
    found.push({ kind: 'no-from', message: 'No sender is given, so the transporter must have a default from' });
  const mismatch = fromNotMailbox(senderOf(from), mailbox);
  if (mismatch !== undefined) found.push({ kind: 'from-not-mailbox', message: mismatch });
  const limited = onmicrosoftLimit(senderOf(from));
  if (limited) found.push({ kind: 'onmicrosoft-sender', message: `${limited} Send from a domain of your own` });
  if (!subject) found.push({ kind: 'no-subject', message: 'The subject is empty' });
  if (isBlank(text)) {
    found.push({
      kind: 'no-text',
      message: 'There is no text part: some people read no HTML, and spam filters notice',
    });
  }
  const names = new Set(headerNames(message));
  if (!names.has('list-unsubscribe')) {
    found.push({
      kind: 'no-unsubscribe',
      message: 'There is no List-Unsubscribe header: Gmail and Yahoo ask for it in mail to many, and so do people',
    });
  } else if (!names.has('list-unsubscribe-post')) {
    found.push({
      kind: 'no-one-click',
      message: 'There is no List-Unsubscribe-Post header: unsubscribing takes more than one click',
    });
  }
  if (mime > exchangeMessage) {
    found.push({ kind: 'large', message: 'The mail is larger than the 35 MB that mailboxes send by default' });
  }
  const many = manyRecipients(recipients);
  if (many !== undefined) found.push({ kind: 'many-recipients', message: many });
  for (const { address } of suppression ? [...listed(cc), ...listed(bcc)] : []) {
    if ((await suppression?.match(address)) === undefined) continue;
    found.push({
      kind: 'copy-suppressed',
      message:
        'An address in cc or bcc is on the suppression list, which keeps back mails by their own recipient alone',
    });
    break;
  }
  return found;
}

/**
 * Reports differ on what Exchange does then, so that none of these mails is refused here. An object id does not say which
 * addresses its mailbox has. (fact from-1)
 */
function fromNotMailbox(from: string, mailbox: string | undefined): string | undefined {
  if (mailbox === undefined || !mailbox.includes('@') || from === '') return undefined;
  if (canonicalAddress(from) === canonicalAddress(mailbox)) return undefined;
  return `From is ${from}, but the mailbox ${mailbox} sends. Exchange refuses that (ErrorSendAsDenied) or puts the mailbox's own address in its place, unless the mailbox has the right Send As for ${from}. Send from the mailbox of that address (--mailbox ${from}), or with the mailbox's address in --from; where it has the right, send one mail first with --test-to`;
}

function isBlank(text: unknown): boolean {
  return text === undefined || text === null || (typeof text === 'string' && text.trim() === '');
}

function headerNames({ headers, list }: ComposedRow['message']): string[] {
  const ofList = Object.keys(list ?? {}).map((name) => `list-${name}`);
  return [...Object.keys(headers), ...ofList].map((name) => name.toLowerCase());
}

/** As the composing of rows writes it. */
function senderOf(from: unknown): string {
  return (from as { address?: string } | undefined)?.address ?? '';
}

/** As the composing of rows writes them. */
function listed(field: unknown): { address: string }[] {
  return Array.isArray(field) ? (field as { address: string }[]) : [];
}
