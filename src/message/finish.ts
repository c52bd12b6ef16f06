import { randomUUID } from 'node:crypto';
import { domainOf, hasAsciiLocalPart, isGuid } from '../common/canonical-address.js';
import { GraphMailError } from '../common/errors.js';
import type { Memory } from './compose/buffer-pool.js';
import { toCrlf } from './compose/line-ends.js';
import { fieldsNamed, type Header, type HeaderField, readHeader, unreadableHeader } from './header.js';
import { addressesIn, reconcileRecipients } from './recipients.js';

/** What is known of a message besides its bytes. */
export interface MessagePlan {
  mailbox: string;
  /** Recipients of the envelope, or `undefined` when the header alone says who gets it. */
  envelopeTo: readonly string[] | undefined;
  /** Whether the bytes came ready-made from the caller (`raw`), and so must not be completed beyond what Graph needs. */
  raw: boolean;
}

/** A message as Graph is to get it. */
export interface FinishedMessage {
  mime: Buffer;
  from: string;
  recipients: string[];
  /** As it stands in the bytes. */
  messageId: string;
}

/**
 * Settles the bytes: CRLF line ends, a header that names exactly the envelope's recipients, a From and a Message-ID.
 * A message that needs none of it keeps its bytes.
 * @throws GraphMailError `EENVELOPE` or `EMESSAGE`
 */
export function finishMessage(
  composed: Buffer,
  plan: MessagePlan,
  { newId = randomUUID, memory }: { newId?: () => string; memory?: Memory } = {},
): FinishedMessage {
  const mime = toCrlf(composed, memory);
  const header = readHeader(mime);
  if ('fault' in header) throw unreadableHeader(header.fault);
  const { fields } = header;
  const { recipients, bccMissing } = reconcileRecipients(fields, plan.envelopeTo);
  const senders = addressesIn(fields, 'from');
  const from = senders[0] ?? missingFrom(plan);
  const unsendable = senders.find((address) => !hasAsciiLocalPart(address));
  if (unsendable)
    throw fromError(
      `From has letters outside ASCII before the @: ${unsendable}.`,
      'Send from another address of that mailbox.',
    );

  // What is written anew takes the place of fields of that name, which may be there and empty.
  const replaced: string[] = [];
  const added: string[] = [];
  const write = (name: string, value: string) => {
    replaced.push(name.toLowerCase());
    added.push(`${name}: ${value}`);
  };
  if (senders.length === 0) write('From', from);
  const messageId = messageIdIn(fields) ?? `<${newId()}@${domainOf(from)}>`;
  if (messageIdIn(fields) === undefined) write('Message-ID', messageId);
  if (bccMissing.length > 0 || fieldsNamed(fields, 'bcc').length > 1)
    write('Bcc', [...addressesIn(fields, 'bcc'), ...bccMissing].join(',\r\n '));
  const removed = fields.filter(({ name }) => replaced.includes(name.toLowerCase()));
  return { mime: editHeader(mime, header, removed, added), from, recipients, messageId };
}

function missingFrom(plan: MessagePlan): string {
  if (!plan.raw && !isGuid(plan.mailbox)) return plan.mailbox;
  throw fromError(
    'The message has no From.',
    plan.raw
      ? 'A raw message must bring its own From field.'
      : 'The mailbox is given by object id, so its address is not known: give from.',
  );
}

function messageIdIn(fields: readonly HeaderField[]): string | undefined {
  return fieldsNamed(fields, 'message-id')[0]?.value || undefined;
}

export function editHeader(
  mime: Buffer,
  header: Exclude<Header, { fault: string }>,
  removed: HeaderField[],
  added: string[],
): Buffer {
  if (removed.length === 0 && added.length === 0) return mime;
  const kept: Buffer[] = [];
  let offset = 0;
  for (const field of removed) {
    kept.push(mime.subarray(offset, field.start));
    offset = field.end;
  }
  kept.push(mime.subarray(offset, header.end));
  // A message that is all header may end without a line end.
  const open = header.end > 0 && mime[header.end - 1] !== 0x0a ? '\r\n' : '';
  kept.push(Buffer.from(open + added.map((line) => `${line}\r\n`).join('')), mime.subarray(header.end));
  return Buffer.concat(kept);
}

function fromError(message: string, hint: string): GraphMailError {
  return new GraphMailError(message, { code: 'EENVELOPE', permanent: true, command: 'API', hint });
}
