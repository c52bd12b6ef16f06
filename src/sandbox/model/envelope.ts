import { type Address, parseAddressList } from '../mail/address-list.js';
import { fieldValue, type HeaderField, readHeaderFields } from '../mail/header-fields.js';

/** What Graph reads of an uploaded message: its top header alone. (fact send-15) */
export interface Envelope {
  fields: HeaderField[];
  from: Address[];
  to: Address[];
  cc: Address[];
  bcc: Address[];
  /** To, Cc and Bcc in that order, each address once. */
  recipients: Address[];
  /** Parts of To, Cc and Bcc that are not addresses. */
  malformed: string[];
  messageId: string | undefined;
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
