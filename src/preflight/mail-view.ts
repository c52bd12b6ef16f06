import { toCrlf } from '../message/compose/encodings.js';
import { parseAddressList } from '../message/header/address-list.js';
import { fieldsNamed, type Header, readHeader } from '../message/header/header.js';
import { envelopeRecipients } from '../message/prepare.js';
import type { MailboxSelection } from '../options/types.js';

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
  header: { read: Header; length: number } | undefined;
  messageId: string;
  subject: string | undefined;
  /** The authors, and which of them sends; `undefined` for a raw message that would have to be opened. */
  senders: { from: string[]; sender: string | undefined } | undefined;
  envelope: { from: string | false; to: string[]; dsn: unknown };
  /** The envelope's recipients, or `undefined` when a raw message's header alone says who gets it. */
  envelopeTo: string[] | undefined;
}

/** The part of Nodemailer's MimeNode that is read here; the object may come from any copy of Nodemailer. */
export interface MimeTree {
  _headers: { key: string; value: unknown }[];
  _raw: unknown;
  _transforms?: unknown[];
  childNodes: MimeTree[];
  content?: unknown;
  filename?: string | undefined;
  contentType?: string | undefined;
  boundary?: string | false | undefined;
  rootNode: MimeTree;
  keepBcc: boolean;
  buildHeaders(): string;
  getTransferEncoding(): string | false;
  getEnvelope(): { from: string | false; to: string[]; dsn?: unknown };
  getAddresses(): Record<string, { address: string }[] | undefined>;
  messageId(): string;
}

/** How far the header of a raw message is looked for where the message is too large anyway. */
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
  return {
    mail: mail as MailboxSelection,
    node,
    raw,
    header,
    messageId: field('message-id')?.value || node.messageId(),
    subject: typeof data.subject === 'string' ? data.subject : field('subject')?.value,
    senders: raw ? rawSenders(header) : composedSenders(node),
    envelope,
    envelopeTo: envelopeRecipients(data, envelope.to),
  };
}

function composedHeader(node: MimeTree): MailView['header'] {
  const bytes = toCrlf(Buffer.from(`${node.buildHeaders()}\r\n\r\n`));
  return { read: readHeader(bytes), length: bytes.length };
}

function rawHeader(raw: unknown, maxMime: number): MailView['header'] {
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array)) return undefined;
  const whole = typeof raw === 'string' ? Buffer.from(raw) : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const start = whole.length > maxMime ? whole.subarray(0, longestHeader) : whole;
  const bytes = toCrlf(start);
  const read = readHeader(bytes);
  if (start.length < whole.length && ('fault' in read || read.end === bytes.length)) return undefined;
  return { read, length: 'fault' in read ? 0 : read.end };
}

function composedSenders(node: MimeTree): MailView['senders'] {
  const { from, sender } = node.getAddresses();
  return { from: from?.map(({ address }) => address) ?? [], sender: sender?.[0]?.address };
}

/** The node of a raw message knows only what the caller said beside it, which is not what goes out. */
function rawSenders(header: MailView['header']): MailView['senders'] {
  if (!header || 'fault' in header.read) return undefined;
  const { fields } = header.read;
  const addresses = (name: string) => {
    const list = parseAddressList(fieldsNamed(fields, name)[0]?.value ?? '');
    return 'addresses' in list ? list.addresses : [];
  };
  return { from: addresses('from'), sender: addresses('sender')[0] };
}

/**
 * Stands for a node of a message that must not be touched: building a header adds fields to the node, and reading
 * addresses rewrites the address objects that the caller gave. Here both happen to copies.
 */
export function shadowOf(node: MimeTree): MimeTree {
  const shadow = Object.create(node) as MimeTree;
  shadow._headers = node._headers.map(({ key, value }) => ({
    key,
    value: addressFields.has(key) ? copy(value) : value,
  }));
  if (node.rootNode === node) {
    shadow.rootNode = shadow;
    shadow.keepBcc = true;
  }
  return shadow;
}

const addressFields = new Set(['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Bcc']);

/** What Nodemailer reads of an address, a group, or lists of them. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  const { name, address, group } = value as Record<string, unknown>;
  // Without an address or a group it is something else, for instance { prepared: true, value: '…' }.
  if (address === undefined && group === undefined) return value;
  return { name, address, ...(group !== undefined && { group: copy(group) }) };
}
