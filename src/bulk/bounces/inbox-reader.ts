import { configError } from '../../common/errors.js';

/** A mail in an Inbox, as the transport's `readInbox` gives it. */
export interface InboxMail {
  id: string;
  /** When it came, in ISO 8601. */
  receivedAt: string;
  mime(): Promise<Uint8Array>;
}

/** What {@link readBounces} needs of a transport. */
export interface InboxReader {
  readInbox(options: { mailbox: string; since: Date; signal?: AbortSignal }): AsyncIterable<InboxMail>;
}

/** The part of a Nodemailer transporter over Microsoft Graph that reads an Inbox. Any other transporter is an error. */
export function inboxReaderOf(transporter: unknown): InboxReader {
  const transport = (transporter as { transporter?: unknown } | undefined)?.transporter;
  const candidates = [transport, transporter] as (Partial<InboxReader> | undefined | null)[];
  const reader = candidates.find((one) => typeof one?.readInbox === 'function');
  if (reader !== undefined && reader !== null) return reader as InboxReader;
  throw configError(
    'readBounces: this transporter cannot read an Inbox',
    'Give it a transporter over Microsoft Graph, from createGraphTransporter() or nodemailer.createTransport(graphTransport()).',
  );
}
