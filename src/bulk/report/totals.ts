import type { BulkTotals } from '../common/bulk-results.js';
import type { ReportedTrace, ReportRow } from './report-row.js';

/** How many rows ended how. */
export interface ReportTotals extends BulkTotals {
  /** Of the rejected: rows that could not become a mail, and mails that were refused. */
  rejectedAs: { row: number; send: number };
  skippedAs: { duplicate: number; suppressed: number };
  /** Of the sent. Accepting a mail is not delivering it. */
  delivery: {
    /** No report of failure, although there was time for one. */
    delivered: number;
    bounced: number;
    /** Of the bounced: addresses at which nothing will arrive. */
    hard: number;
    delayed: number;
    /** By message trace. */
    failed: number;
    /** The Inbox has not been read late enough to tell. */
    pending: number;
  };
  /** What message trace says of those that were sent, or may have been; absent until it has been searched. */
  trace?: Partial<Record<ReportedTrace['status'], number>>;
}

export function noTotals(): ReportTotals {
  return {
    rows: 0,
    sent: 0,
    rejected: 0,
    skipped: 0,
    unknown: 0,
    left: 0,
    rejectedAs: { row: 0, send: 0 },
    skippedAs: { duplicate: 0, suppressed: 0 },
    delivery: { delivered: 0, bounced: 0, hard: 0, delayed: 0, failed: 0, pending: 0 },
  };
}

export function countRow(totals: ReportTotals, row: ReportRow): void {
  totals.rows += 1;
  totals[row.status] += 1;
  if (row.status === 'rejected') totals.rejectedAs[row.stage ?? 'send'] += 1;
  if (row.status === 'skipped') totals.skippedAs[row.error?.code === 'suppressed' ? 'suppressed' : 'duplicate'] += 1;
  if (row.delivery !== undefined) totals.delivery[row.delivery] += 1;
  if (row.trace !== undefined) {
    totals.trace ??= {};
    totals.trace[row.trace.status] = (totals.trace[row.trace.status] ?? 0) + 1;
  }
  if (row.delivery === 'bounced' && row.bounce?.hard) totals.delivery.hard += 1;
}
