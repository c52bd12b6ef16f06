import { configError, isGraphMailError } from '../../common/errors.js';
import { readRecords } from '../journal/read-journal.js';
import type { Bounce } from './bounce.js';
import { parseBounce } from './parse-bounce.js';

export interface ReadBouncesOptions {
  /** A Nodemailer transporter over Microsoft Graph, with leave to read the mailbox (Mail.Read). */
  transporter: unknown;
  /** The mailbox that the mails went out from: reports come to its Inbox. (fact bounce-1) */
  mailbox: string;
  /** Mails that came earlier are passed over. */
  since: Date;
  signal?: AbortSignal | undefined;
}

/** A delivery report, and the mail in the Inbox that brought it. */
export interface ReceivedBounce extends Bounce {
  /** Graph's id of that mail. */
  id: string;
  /** When it came, in ISO 8601. */
  receivedAt: string;
}

/**
 * Delivery reports in the Inbox of a mailbox, oldest first. Other mails there are read and passed over; nothing is changed in
 * the mailbox.
 * @throws GraphMailError `ECONFIG` for a transporter that cannot read an Inbox, otherwise as sending throws: `EAUTH` when
 * the application may not read the mailbox
 */
export async function* readBounces(options: ReadBouncesOptions): AsyncGenerator<ReceivedBounce, void, undefined> {
  const { transporter, mailbox, since, signal } = options;
  const reader = inboxReaderOf(transporter);
  if (Number.isNaN(since.getTime())) throw configError('readBounces: since is not a valid date');
  for await (const mail of reader.readInbox({ mailbox, since, ...(signal && { signal }) })) {
    const mime = await contentOf(mail);
    const bounce = mime && (await parseBounce(mime));
    if (bounce) yield { ...bounce, id: mail.id, receivedAt: mail.receivedAt };
  }
}

/** Undefined when the mail was moved or deleted since it was listed. */
async function contentOf(mail: InboxMail): Promise<Uint8Array | undefined> {
  try {
    return await mail.mime();
  } catch (error) {
    if (isGraphMailError(error) && error.responseCode === 404) return undefined;
    throw error;
  }
}

/** A mail in an Inbox, as the transport's `readInbox` gives it. */
interface InboxMail {
  id: string;
  /** When it came, in ISO 8601. */
  receivedAt: string;
  mime(): Promise<Uint8Array>;
}

/** What {@link readBounces} needs of a transport. */
interface InboxReader {
  readInbox(options: { mailbox: string; since: Date; signal?: AbortSignal }): AsyncIterable<InboxMail>;
}

/** The part of a Nodemailer transporter over Microsoft Graph that reads an Inbox. Any other transporter is an error. */
function inboxReaderOf(transporter: unknown): InboxReader {
  const transport = (transporter as { transporter?: unknown } | undefined)?.transporter;
  const candidates = [transport, transporter] as (Partial<InboxReader> | undefined | null)[];
  const reader = candidates.find((one) => typeof one?.readInbox === 'function');
  if (reader !== undefined && reader !== null) return reader as InboxReader;
  throw configError(
    'readBounces: this transporter cannot read an Inbox',
    'Give it a transporter over Microsoft Graph, from createGraphTransporter() or nodemailer.createTransport(graphTransport()).',
  );
}

/** A mailbox that mails of a run went out from. */
interface MailboxToRead {
  mailbox: string;
  /** From when on its Inbox may hold reports that the journal has not. */
  since: Date;
}

/** An Inbox may show a mail a little later than the time of receipt that it bears. */
const overlap = 10 * 60_000;

/** The mailboxes whose Inboxes {@link readBounces} must read for a run, and from when on. */
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
