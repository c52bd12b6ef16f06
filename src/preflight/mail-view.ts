import { type Header, readHeader } from '../message/header.js';
import { toCrlf } from '../message/line-ends.js';
import type { MailboxSelection } from '../options.js';
import { type MimeTree, shadowOf } from './mime-tree.js';

/** The part of Nodemailer's MailMessage that is read; the object may come from any copy of Nodemailer. */
export interface PreflightMail {
  data: object;
  message?: unknown;
}

/** What a mail says, read without touching it. */
export interface MailView {
  mail: MailboxSelection;
  node: MimeTree;
  raw: boolean;
  /** The header as Graph would get it, or `undefined` for a raw message that would have to be opened. */
  header: { bytes: Buffer; read: Header } | undefined;
  messageId: string;
  subject: string | undefined;
  /** What the transport would go by when it takes the mailbox from From. */
  senders: string[];
  envelope: { from: string | false; to: string[]; dsn: unknown };
  /** The envelope's recipients, or `undefined` when a raw message's header alone says who gets it. */
  envelopeTo: string[] | undefined;
}

/** Header of a raw message that is longer than this is not looked at when the message is too large anyway. */
const longestHeader = 256 * 1024;

export function viewMail(mail: PreflightMail, maxMime: number): MailView {
  const data = mail.data as Record<string, unknown>;
  const node = shadowOf(mail.message as MimeTree);
  const raw = Boolean(data.raw);
  const live = node.getEnvelope();
  const envelope = { from: live.from, to: [...live.to], dsn: live.dsn };
  const header = raw ? rawHeader(data.raw, maxMime) : composedHeader(node);
  const field = (name: string) =>
    header && 'fields' in header.read ? header.read.fields.find((one) => one.name.toLowerCase() === name) : undefined;
  const named = node.getAddresses().from?.map(({ address }) => address) ?? [];
  return {
    mail: mail as MailboxSelection,
    node,
    raw,
    header,
    messageId: field('message-id')?.value || node.messageId(),
    subject: typeof data.subject === 'string' ? data.subject : field('subject')?.value,
    // The node of a raw message knows only what the caller said beside it.
    senders: named.length === 0 && raw && envelope.from ? [envelope.from] : named,
    envelope,
    envelopeTo: raw && data.envelope === undefined && envelope.to.length === 0 ? undefined : envelope.to,
  };
}

function composedHeader(node: MimeTree): MailView['header'] {
  const bytes = toCrlf(Buffer.from(`${node.buildHeaders()}\r\n\r\n`));
  return { bytes, read: readHeader(bytes) };
}

function rawHeader(raw: unknown, maxMime: number): MailView['header'] {
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array)) return undefined;
  const cut = raw.length > maxMime ? longestHeader : raw.length;
  const start = raw.slice(0, cut);
  const bytes = toCrlf(typeof start === 'string' ? Buffer.from(start) : Buffer.from(start.buffer, start.byteOffset, start.length));
  const read = readHeader(bytes);
  if (cut < raw.length && ('fault' in read || read.end === bytes.length)) return undefined;
  return { bytes: 'fault' in read ? bytes : bytes.subarray(0, read.end + 2), read };
}
