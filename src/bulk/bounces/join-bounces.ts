import { Journal } from '../journal/journal.js';
import { lockRun } from '../journal/lock.js';
import { openJournalFile, readRecords } from '../journal/read-journal.js';
import type { BounceRecord } from '../journal/records.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { BounceMatcher, type JoinedBounces, type RowOfMail } from './bounce-matcher.js';
import type { ReceivedBounce } from './read-bounces.js';

export type { JoinedBounces };

export interface JoinBouncesOptions {
  /**
   * The recipients of the run. With them, a bounce is hard only when it names the address that the row has: a report is only
   * a mail, and whoever got one of ours can write one that names somebody else.
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
