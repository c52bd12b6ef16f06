import { configError, isGraphMailError } from '../../common/errors.js';
import type { Bounce } from './bounce.js';
import { type InboxMail, inboxReaderOf } from './inbox-reader.js';
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

/** Undefined when somebody moved or deleted the mail since it was listed. */
async function contentOf(mail: InboxMail): Promise<Uint8Array | undefined> {
  try {
    return await mail.mime();
  } catch (error) {
    if (isGraphMailError(error) && error.responseCode === 404) return undefined;
    throw error;
  }
}
