import { canonicalAddress } from '../../common/canonical-address.js';
import { Journal } from '../journal/journal.js';
import { lockRun } from '../journal/lock.js';
import { openJournalFile, readRecords } from '../journal/read-journal.js';
import type { BounceRecord, JournalRecord } from '../journal/records.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import type { BouncedRecipient } from './bounce.js';
import type { ReceivedBounce } from './read-bounces.js';

export interface JoinBouncesOptions {
  /**
   * The recipients of the run. With them, a bounce is hard only when it names the address that the row has: a report is only
   * a mail, and a recipient of one of ours can write one that names another address.
   */
  recipients?: RecipientsSource | undefined;
  /** Inboxes that were read to the end for this, and up to when: the report says by it what is still pending. */
  read?: readonly { mailbox: string; until: Date }[] | undefined;
}

/**
 * Writes to the journal of a run which of its mails bounced, found by their Message-IDs. Reports that the journal has already,
 * and those about other mails, change nothing.
 * @param folder the run folder
 * @throws JournalError `'locked'` while the run is going on, and as opening a journal throws
 */
export async function joinBounces(
  folder: string,
  bounces: Iterable<ReceivedBounce> | AsyncIterable<ReceivedBounce>,
  { recipients, read = [] }: JoinBouncesOptions = {},
): Promise<JoinedBounces> {
  const matcher = new BounceMatcher();
  for await (const bounce of bounces) matcher.add(bounce);
  // Locking makes the folder if it is not there.
  await (await openJournalFile(folder)).close();
  const lock = await lockRun(folder);
  try {
    const { journal } = await Journal.open(folder, undefined, lock);
    try {
      let source = recipients;
      for await (const { record } of readRecords(folder)) {
        matcher.see(record);
        if (record.type === 'run') source = recipients?.asBegun(record.recipients);
      }
      if (source !== undefined) await addAddresses(matcher.rows(), source);
      const { records, ...joined } = matcher.join();
      const at = new Date().toISOString();
      await Promise.all([
        ...records.map((record): Promise<void> => journal.append({ ...record, at } satisfies BounceRecord)),
        ...read.map(({ mailbox, until }) =>
          journal.append({ type: 'bounces-read', at, mailbox: mailbox.toLowerCase(), until: until.toISOString() }),
        ),
      ]);
      return joined;
    } finally {
      await journal.close();
    }
  } finally {
    await lock.release();
  }
}

async function addAddresses(rows: ReadonlyMap<number, RowOfMail>, recipients: RecipientsSource): Promise<void> {
  if (rows.size === 0) return;
  for await (const { number, values } of recipients.rows()) {
    const row = rows.get(number);
    if (row !== undefined && typeof values.email === 'string') row.address = values.email;
  }
  // A row that is there no more has no address that a report could rightly name.
  for (const row of rows.values()) row.address ??= '';
}

/** What {@link joinBounces} found. */
export interface JoinedBounces {
  /** Reports that were given. */
  reports: number;
  /** Those of them about mails of other senders or runs. */
  foreign: number;
  /** Those that the journal had already. */
  known: number;
  /** Bounces newly written to the journal: one for each recipient that a report names. */
  added: number;
  /** Of the new ones: refused for good, refused for now or for another reason, and still being tried. */
  hard: number;
  soft: number;
  delayed: number;
  /** Addresses that nothing will arrive at, also those that the journal had already: for the suppression list. */
  hardAddresses: string[];
}

/** The row that a bounced mail was made of. */
interface RowOfMail {
  number: number;
  /** Its address, where the recipients are at hand. */
  address?: string;
}

const longestReason = 500;

/** Finds the rows of bounced mails. Holds the bounces and nothing of the run, which may be far larger. */
class BounceMatcher {
  readonly #reports: ReceivedBounce[] = [];
  readonly #rowOf = new Map<string, RowOfMail | undefined>();
  readonly #rows = new Map<number, RowOfMail>();
  readonly #known = new Set<string>();
  readonly #hardAddresses = new Map<string, string>();

  add(bounce: ReceivedBounce): void {
    this.#reports.push(bounce);
    if (bounce.originalMessageId !== undefined) this.#rowOf.set(bounce.originalMessageId, undefined);
  }

  /** Every record of the journal, in order. */
  see(record: JournalRecord): void {
    if (record.type === 'bounce') {
      for (const mark of marks(record)) this.#known.add(mark);
      this.#addHard(record);
    } else if ('messageId' in record && record.messageId !== undefined && this.#rowOf.has(record.messageId)) {
      const row = this.#rows.get(record.row) ?? { number: record.row };
      this.#rows.set(record.row, row);
      this.#rowOf.set(record.messageId, row);
    }
  }

  /** The rows that bounces were found for. */
  rows(): ReadonlyMap<number, RowOfMail> {
    return this.#rows;
  }

  join(): JoinedBounces & { records: Omit<BounceRecord, 'at'>[] } {
    const records: Omit<BounceRecord, 'at'>[] = [];
    let foreign = 0;
    let known = 0;
    for (const report of this.#reports) {
      const row = report.originalMessageId === undefined ? undefined : this.#rowOf.get(report.originalMessageId);
      if (row === undefined) {
        foreign += 1;
        continue;
      }
      const found = report.recipients.map((recipient) => recordOf(report, recipient, row));
      for (const record of found) this.#addHard(record);
      const fresh = found.filter((record) => !marks(record).some((mark) => this.#known.has(mark)));
      if (fresh.length === 0) known += 1;
      for (const record of fresh) for (const mark of marks(record)) this.#known.add(mark);
      records.push(...fresh);
    }
    const failed = records.filter(({ action }) => action === 'failed');
    const hard = failed.filter((record) => record.hard).length;
    return {
      reports: this.#reports.length,
      foreign,
      known,
      added: records.length,
      hard,
      soft: failed.length - hard,
      delayed: records.filter(({ action }) => action === 'delayed').length,
      hardAddresses: [...this.#hardAddresses.values()],
      records,
    };
  }

  #addHard({ hard, recipient }: Omit<BounceRecord, 'at'>): void {
    const address = canonicalAddress(recipient);
    if (hard && !this.#hardAddresses.has(address)) this.#hardAddresses.set(address, recipient);
  }
}

function recordOf(report: ReceivedBounce, recipient: BouncedRecipient, row: RowOfMail): Omit<BounceRecord, 'at'> {
  const own = row.address === undefined || canonicalAddress(row.address) === canonicalAddress(recipient.address);
  return {
    type: 'bounce',
    row: row.number,
    recipient: recipient.address,
    ...(recipient.status !== undefined && { status: recipient.status }),
    action: recipient.action,
    hard: recipient.hard && own,
    ...(recipient.diagnostic !== undefined && { reason: recipient.diagnostic.slice(0, longestReason) }),
    ndrId: report.id,
  };
}

/** A report is known by the mail that brought it; and when that was moved and has another id, by what it says. */
function marks({ row, recipient, action, status, ndrId }: Omit<BounceRecord, 'at'>): string[] {
  const address = canonicalAddress(recipient);
  const said = JSON.stringify([row, address, action ?? '', status ?? '']);
  return ndrId === undefined ? [said] : [said, JSON.stringify([ndrId, address])];
}
