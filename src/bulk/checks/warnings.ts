import { manyRecipients, onmicrosoftLimit } from '../../recipient-limits.js';
import type { ComposedRow } from '../compose-row.js';
import type { SuppressionList } from '../manners/suppression-list.js';
import type { RowWarning } from './findings.js';

type Warning = Omit<RowWarning, 'rows'>;

/** What mailboxes take by default (Exchange Online limits, message size). (fact size-4) */
const exchangeMessage = 35_000_000;

/** What is no fault of a mail and worth a look before it goes out to many. */
export async function warningsOn(
  { message, recipients }: ComposedRow,
  suppression: SuppressionList | undefined,
  mime: number,
): Promise<Warning[]> {
  const found: Warning[] = [];
  const { from, subject, text, cc, bcc } = message;
  if (!from)
    found.push({ kind: 'no-from', message: 'No sender is given, so the transporter must have a default from' });
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
