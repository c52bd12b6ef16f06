import { mostRecipients } from '../../common/recipient-limits.js';
import { AddressSet } from '../common/address-set.js';
import type { Row } from '../common/row.js';
import type { MannersOptions } from '../list-headers/list-headers.js';
import { createRowComposer, recipientOf } from '../message/compose-row.js';
import type { Sender } from '../message/sender.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { emptyRowsText } from '../recipients/reading.js';
import type { SuppressionList } from '../suppression/suppression-list.js';
import type { Template } from '../template/template.js';
import { LargestMails, type MailSize, SizeCheck } from './mail-size.js';
import { Findings, type RowProblem, type RowWarning, warningsOn } from './problems-and-warnings.js';
import { type VolumePlan, volumePlan } from './volume.js';

export interface CheckOptions {
  recipients: { rows(): AsyncIterable<Row>; inspect?: RecipientsSource['inspect'] };
  template: Pick<Template, 'render'>;
  /** Who sends; with several, mails are composed as from the first. */
  senders?: readonly Sender[] | undefined;
  listHeaders?: MannersOptions | undefined;
  suppression?: SuppressionList | undefined;
  allowDuplicates?: boolean | undefined;
  /** As in `sendBulk`. @default 30 */
  rate?: number | false | undefined;
  /** As in `sendBulk`. @default 10_000 */
  perDay?: number | false | undefined;
  /** As for {@link volumePlan}. */
  alreadyToday?: number | readonly number[] | undefined;
  /** The mailbox that sends whatever From says, where there is one: its address, or an object id, of which nothing can be told. */
  mailbox?: string | undefined;
  /** How many mailboxes send. @default as many as there are senders, at least one */
  mailboxes?: number | undefined;
  /** Rows that will be sent at most, for the plan; all are checked. */
  limit?: number | undefined;
  /** As of the transport. @default 4_000_000 */
  maxRequestSize?: number | undefined;
  /** As of the transport. @default 'reject' */
  largeMessages?: 'reject' | 'upload' | undefined;
  /** As of the transport; 0 means no limit. @default 1000 */
  maxRecipients?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What sending would find: `rows = ready + skipped.duplicate + skipped.suppressed + problemCount`. */
export interface CheckReport {
  rows: number;
  ready: number;
  skipped: { duplicate: number; suppressed: number };
  /** Rows that would be rejected, the first hundred. */
  problems: RowProblem[];
  /** All of them, and how many of each kind. */
  problemCount: number;
  problemKinds: Readonly<Record<string, number>>;
  /** What is no fault, and worth a look: each kind once, with the number of rows that it is about. */
  warnings: RowWarning[];
  /** The largest mail, in bytes of MIME; undefined when nothing is ready. */
  largest: MailSize | undefined;
  plan: VolumePlan;
}

/**
 * Puts every row through all that comes before a send: its address, duplicates, suppression, the template, the headers,
 * the size. Nothing is sent, and memory does not grow with the rows but for some 25 bytes an address.
 * @throws BulkInputError when the recipients cannot be read, or an option is wrong
 */
export async function checkRecipients(options: CheckOptions): Promise<CheckReport> {
  const { recipients, suppression, senders = [], allowDuplicates = false, signal } = options;
  const composer = createRowComposer(options);
  const most = (options.maxRecipients ?? mostRecipients) || Number.POSITIVE_INFINITY;
  const [sender] = senders;
  const sizes = new SizeCheck(options);
  const largest = new LargestMails();
  const seen = new AddressSet();
  const findings = new Findings();
  const skipped = { duplicate: 0, suppressed: 0 };
  const total = { rows: 0, ready: 0, recipients: 0, mails: 0, bytes: 0 };
  const emptyRows = (await recipients.inspect?.(signal))?.emptyRows;
  if (emptyRows) findings.warn({ kind: 'empty-rows', message: emptyRowsText(emptyRows) }, emptyRows.count);
  for await (const row of recipients.rows()) {
    signal?.throwIfAborted();
    total.rows += 1;
    const address = await findings.attempt(row, () => recipientOf(row));
    if (address === undefined) continue;
    if (!allowDuplicates && seen.add(address, row.number) !== undefined) {
      skipped.duplicate += 1;
      continue;
    }
    if ((await suppression?.match(address)) !== undefined) {
      skipped.suppressed += 1;
      continue;
    }
    const composed = await findings.attempt(row, () => composer.compose(row, sender));
    if (!composed) continue;
    if (composed.recipients > most) {
      const problem = `the mail has ${composed.recipients} recipients with cc and bcc, where maxRecipients allows ${most}`;
      findings.problem(row, 'recipients', `Recipients, line ${row.line}: ${problem}`);
      continue;
    }
    const { mime, request, problem } = await sizes.check(composed.message);
    if (problem) {
      findings.problem(row, 'size', `Recipients, line ${row.line}: ${problem}`);
      continue;
    }
    for (const warning of await warningsOn(composed, { suppression, mime, mailbox: options.mailbox }))
      findings.warn(warning);
    largest.add(row, mime);
    total.ready += 1;
    if (options.limit !== undefined && total.mails >= options.limit) continue;
    total.mails += 1;
    total.recipients += composed.recipients;
    total.bytes += request;
  }
  return {
    rows: total.rows,
    ready: total.ready,
    skipped,
    ...findings.report(),
    largest: await largest.measured(async (row) => (await composer.compose(row, sender)).message),
    plan: volumePlan({
      recipients: total.recipients,
      mails: total.mails,
      mailboxes: options.mailboxes ?? Math.max(1, senders.length),
      rate: options.rate ?? 30,
      perDay: options.perDay ?? 10_000,
      alreadyToday: options.alreadyToday,
      requestBytes: total.mails === 0 ? 0 : total.bytes / total.mails,
    }),
  };
}
