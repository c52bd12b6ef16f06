import type { TraceStatus } from '../../index.js';

/** What has become of a row. `rows = sent + rejected + skipped + unknown + left`. */
export type RowStatus = 'sent' | 'rejected' | 'skipped' | 'unknown' | 'left';

/**
 * What is known of a mail that was accepted:
 * - `'bounced'`: a report says that it was not delivered;
 * - `'delayed'`: a report says that it is still being tried;
 * - `'failed'`: no report came, but message trace says that it failed, or that a filter keeps it back;
 * - `'delivered'`: no report of failure came while there was time for one, or a report or message trace says that it arrived;
 * - `'pending'`: the Inbox has not been read since, or too soon after.
 */
export type Delivery = 'bounced' | 'delayed' | 'failed' | 'delivered' | 'pending';

export interface ReportedError {
  code?: string;
  message: string;
  /** What to do about it. */
  hint?: string;
}

export interface ReportedBounce {
  recipient: string;
  action: string;
  status?: string;
  /** Nothing will arrive at this address. */
  hard: boolean;
  /** The words of the server that refused it. */
  reason?: string;
}

/** What message trace says of the recipient of a row; `notFound`, which proves nothing, where it was searched and has no such mail. */
export interface ReportedTrace {
  status: TraceStatus | 'notFound';
  /** When Exchange Online took the mail, in ISO 8601. */
  receivedAt?: string;
}

/** A row of the input, and what the journal knows of it. */
export interface ReportRow {
  /** 1-based position in the input. */
  number: number;
  /** The line of its file, where the recipients are still those of the run. */
  line?: number;
  /** The row's own columns, likewise. */
  values?: Readonly<Record<string, unknown>>;
  status: RowStatus;
  /** Rejected rows: `'row'` could not become a mail, `'send'` was refused. */
  stage?: 'row' | 'send';
  mailbox?: string;
  messageId?: string;
  requestId?: string;
  /** Requests made to send it, over all sessions. */
  attempts: number;
  /** ISO 8601. */
  firstAttemptAt?: string;
  /** ISO 8601. */
  finishedAt?: string;
  /** Why it was rejected, skipped or is unknown. */
  error?: ReportedError;
  bounce?: ReportedBounce;
  /** Rows that were sent, or may have been, and that message trace was searched for. */
  trace?: ReportedTrace;
  /** Sent rows only. */
  delivery?: Delivery;
}

/** What message trace says, in the order in which it is told. */
export const traceWords: Readonly<Record<ReportedTrace['status'], string>> = {
  delivered: 'delivered',
  expanded: 'expanded',
  failed: 'failed',
  quarantined: 'quarantined',
  filteredAsSpam: 'filtered as spam',
  pending: 'pending',
  gettingStatus: 'getting status',
  unknown: 'unknown',
  notFound: 'not found',
};
