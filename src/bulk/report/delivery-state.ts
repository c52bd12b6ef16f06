import type { Delivery, ReportedBounce, ReportedTrace } from './report-row.js';

/**
 * How long after sending a report of failure may still come. Exchange Online gives up after 24 hours (Exchange Online limits,
 * message expiration), and other servers after up to five days: by then few are missing. (fact limit-7)
 * @internal
 */
export const settlingTime = 48 * 3_600_000;

/** What is known of an accepted mail. Pure. */
export function deliveryOf({ sentAt, readUntil, bounce, trace }: DeliveryFacts): Delivery {
  if (bounce?.action === 'failed') return 'bounced';
  if (trace !== undefined && undelivered.has(trace.status)) return 'failed';
  if (bounce !== undefined && bounce.action !== 'delayed') return 'delivered';
  if (trace?.status === 'delivered') return 'delivered';
  const settled = readUntil !== undefined && readUntil - sentAt >= settlingTime;
  if (bounce !== undefined) return settled ? 'delivered' : 'delayed';
  return settled ? 'delivered' : 'pending';
}

const undelivered: ReadonlySet<ReportedTrace['status']> = new Set(['failed', 'quarantined', 'filteredAsSpam']);

interface DeliveryFacts {
  /** Milliseconds since the epoch. */
  sentAt: number;
  /** Up to when the Inbox of the sending mailbox has been read; undefined: never. */
  readUntil: number | undefined;
  bounce: ReportedBounce | undefined;
  trace?: ReportedTrace | undefined;
}
