import { readRecords } from '../journal/read-journal.js';

/** A mailbox that mails of a run went out from. */
export interface MailboxToRead {
  mailbox: string;
  /** From when on its Inbox may hold reports that the journal has not. */
  since: Date;
}

/** An Inbox may show a mail a little later than the time of receipt that it bears. */
const overlap = 10 * 60_000;

/** Whose Inboxes {@link readBounces} must read for a run, and from when on. */
export async function mailboxesToRead(folder: string): Promise<MailboxToRead[]> {
  const since = new Map<string, number>();
  for await (const { record } of readRecords(folder)) {
    if (record.type === 'attempt') {
      const mailbox = record.mailbox.toLowerCase();
      if (!since.has(mailbox)) since.set(mailbox, Date.parse(record.at));
    } else if (record.type === 'bounces-read') {
      since.set(record.mailbox.toLowerCase(), Date.parse(record.until));
    }
  }
  return [...since].map(([mailbox, from]) => ({ mailbox, since: new Date(from - overlap) }));
}
