import { type Address, parseAddressList } from '../mail/address-list.js';
import { deliveredCopy } from '../mail/copies.js';
import { fieldValue, type HeaderField, readHeaderFields } from '../mail/header-fields.js';
import type { Mailbox } from './mailbox.js';

/** What Graph reads of an uploaded message: its top header alone. */
export interface Envelope {
  fields: HeaderField[];
  from: Address[];
  to: Address[];
  cc: Address[];
  bcc: Address[];
  /** To, Cc and Bcc in that order, each address once. */
  recipients: Address[];
  /** Parts of To, Cc and Bcc that are no address. */
  malformed: string[];
  messageId: string | undefined;
}

/** A message that the sandbox took. */
export interface Submission {
  id: string;
  mailbox: Mailbox;
  /** As uploaded, decoded. */
  raw: Buffer;
  envelope: Envelope;
  recipients: Address[];
  /** Of the upload, or made when it had none. */
  messageId: string;
  /** The From line that recipients see instead of the uploaded one. */
  rewrittenFrom: string | undefined;
  saveToSentItems: boolean;
  /** Milliseconds since 1970. */
  receivedAt: number;
  appId: string;
  requestId: string;
  clientRequestId: string | undefined;
}

export function readEnvelope(raw: Buffer): Envelope {
  const fields = readHeaderFields(raw);
  const [from, to, cc, bcc] = [[], [], [], []] as [Address[], Address[], Address[], Address[]];
  const envelope: Envelope = { fields, from, to, cc, bcc, recipients: [], malformed: [], messageId: undefined };
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (name !== 'from' && name !== 'to' && name !== 'cc' && name !== 'bcc') continue;
    const list = parseAddressList(field.value);
    for (const address of list.addresses) envelope[name].push(address);
    if (name !== 'from') for (const part of list.malformed) envelope.malformed.push(part);
  }
  const seen = new Set<string>();
  for (const address of [...to, ...cc, ...bcc]) {
    const key = address.address.toLowerCase();
    if (seen.has(key)) continue;
    seen.add(key);
    envelope.recipients.push(address);
  }
  envelope.messageId = fieldValue(fields, 'message-id') || undefined;
  return envelope;
}

/** The bytes that every recipient gets. */
export function deliveredBytes(submission: Submission): Buffer {
  const { raw, envelope, messageId, rewrittenFrom } = submission;
  return deliveredCopy(raw, envelope.fields, {
    messageId,
    ...(rewrittenFrom !== undefined && { from: rewrittenFrom }),
  });
}
