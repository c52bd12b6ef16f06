import { MAGIC_DOMAIN, TRACED } from '../faults/magic-recipients.js';
import { graphTime } from '../graph/odata/message-values.js';
import type { Mailbox } from '../model/mailbox.js';
import type { Submission } from '../model/submission.js';

/** Graph documentation, "exchangeMessageTrace". */
export const TRACE_STATUSES = [
  'gettingStatus',
  'pending',
  'failed',
  'delivered',
  'expanded',
  'quarantined',
  'filteredAsSpam',
] as const;

type Status = (typeof TRACE_STATUSES)[number];

/** One message and one of its recipients. */
export interface TraceEntry {
  id: string;
  messageId: string;
  senderAddress: string;
  recipientAddress: string;
  /** Milliseconds since 1970. */
  received: number;
  subject: string;
  size: number;
  fromIP: string;
  toIP: string;
  status: Status;
}

interface TracedTenant {
  /** The mailboxes that get what is sent to an address. */
  deliverTo: (address: string) => readonly Mailbox[];
  isGroup: (address: string) => boolean;
  /** Whether recipients at fault.test ask for something. */
  magicRecipients: boolean;
}

/**
 * What message trace says of a submission. Its sender is the one in From; that a group's members follow its own entry, and what
 * is pending, are inferred.
 */
export function traceEntries(submission: Submission, tenant: TracedTenant): TraceEntry[] {
  const { id, message, mailbox, receivedAt, rewrittenFrom } = submission;
  const { envelope, messageId, subject, size } = message;
  const from = rewrittenFrom === undefined ? envelope.from[0]?.address : undefined;
  const entry = (recipientAddress: string, status: Status): TraceEntry => ({
    id,
    messageId,
    senderAddress: from ?? mailbox.address,
    recipientAddress,
    received: receivedAt,
    subject,
    size,
    fromIP: '',
    toIP: '',
    status,
  });
  const addresses = new Map(envelope.recipients.map(({ address }) => [address.toLowerCase(), address]));
  const entries = new Map<string, TraceEntry>();
  for (const [key, address] of addresses) {
    const status = statusOf(submission, key, tenant);
    entries.set(key, entry(address, status));
    if (status !== 'expanded') continue;
    for (const member of tenant.deliverTo(address)) {
      const own = member.address.toLowerCase();
      if (!addresses.has(own)) entries.set(own, entry(member.address, 'delivered'));
    }
  }
  return [...entries.values()];
}

function statusOf({ bounced, wentOut }: Submission, address: string, tenant: TracedTenant): Status {
  if (!wentOut) return 'pending';
  if (bounced?.some((one) => one.toLowerCase() === address)) return 'failed';
  const [local = '', domain] = address.split('@');
  const magic = tenant.magicRecipients && domain === MAGIC_DOMAIN && Object.hasOwn(TRACED, local);
  if (magic) return TRACED[local] as Status;
  return tenant.isGroup(address) ? 'expanded' : 'delivered';
}

/** As Graph writes it (Graph documentation, "exchangeMessageTrace"). */
export function traceResource({ received, ...entry }: TraceEntry): object {
  return { '@odata.type': '#microsoft.graph.exchangeMessageTrace', ...entry, receivedDateTime: graphTime(received) };
}
