import type { BounceRecord, JournalRecord, RecordedError, RowRecord, TraceRecord } from '../journal/records.js';
import { deliveryOf } from './delivery-state.js';
import type { ReportedBounce, ReportedError, ReportedTrace, ReportRow, RowStatus } from './report-row.js';

/** What the journal says of one row, put together. */
export interface RowEvidence {
  number: number;
  status: RowStatus;
  end: RowRecord | undefined;
  bounce: BounceRecord | undefined;
  trace: TraceRecord | undefined;
  attempts: number;
  firstAttempt: number | undefined;
  /** Up to when the Inbox of its mailbox has been read. */
  readUntil: (mailbox: string) => number | undefined;
  /** When message trace was last searched for its mailbox. */
  tracedAt: (mailbox: string) => number | undefined;
}

/** The row of a report, without the row's own columns. Pure. */
export function reportedRow({ number, status, end, bounce, trace, ...rest }: RowEvidence): ReportRow {
  const { mailbox, messageId, requestId } = (end ?? {}) as Partial<
    Record<'mailbox' | 'messageId' | 'requestId', string>
  >;
  const error = end === undefined ? undefined : errorOf(end);
  const reported = bounce === undefined ? undefined : bounceOf(bounce);
  const traced = trace === undefined ? notFound(status, end, rest) : traceOf(trace);
  return {
    number,
    status,
    ...(end?.type === 'rejected' && { stage: end.stage }),
    ...(mailbox !== undefined && { mailbox }),
    ...(messageId !== undefined && { messageId }),
    ...(requestId !== undefined && { requestId }),
    attempts: rest.attempts,
    ...(rest.firstAttempt !== undefined && { firstAttemptAt: new Date(rest.firstAttempt).toISOString() }),
    ...(end !== undefined && isEnd(end) && { finishedAt: end.at }),
    ...(error !== undefined && { error }),
    ...(reported !== undefined && { bounce: reported }),
    ...(traced !== undefined && { trace: traced }),
    ...(end?.type === 'sent' && {
      delivery: deliveryOf({
        sentAt: Date.parse(end.at),
        readUntil: rest.readUntil(end.mailbox),
        bounce: reported,
        trace: traced,
      }),
    }),
  };
}

function isEnd(record: JournalRecord): boolean {
  return record.type !== 'attempt' && record.type !== 'returned';
}

function errorOf(end: RowRecord): ReportedError | undefined {
  switch (end.type) {
    case 'rejected':
    case 'unknown':
      return fromRecord(end.error);
    case 'returned':
      return end.error === undefined ? undefined : fromRecord(end.error);
    case 'attempt':
      return { code: 'interrupted', message: 'The run ended while the mail was on its way' };
    case 'skipped':
      return end.reason === 'duplicate'
        ? {
            code: 'duplicate',
            message: end.of === undefined ? 'An earlier row has this address' : `Row ${end.of} has this address`,
          }
        : { code: 'suppressed', message: `On the suppression list${end.entry === undefined ? '' : `: ${end.entry}`}` };
    case 'sent':
      return undefined;
  }
}

function fromRecord({ code, graphCode, message, hint }: RecordedError): ReportedError {
  const known = graphCode ?? code;
  return { message, ...(known !== undefined && { code: known }), ...(hint !== undefined && { hint }) };
}

function bounceOf({ recipient, action, status, hard, reason }: BounceRecord): ReportedBounce {
  return {
    recipient,
    action: action ?? 'failed',
    hard,
    ...(status !== undefined && { status }),
    ...(reason !== undefined && { reason }),
  };
}

/** Nothing of a mail that was found for others: neither is it not found. */
function traceOf({ status, receivedAt }: TraceRecord): ReportedTrace | undefined {
  return status && { status, receivedAt };
}

/** Message trace was searched after the mail had left, and has no such mail. */
function notFound(
  status: RowStatus,
  end: RowRecord | undefined,
  { tracedAt }: Pick<RowEvidence, 'tracedAt'>,
): ReportedTrace | undefined {
  if (end === undefined || (status !== 'sent' && status !== 'unknown')) return undefined;
  const { mailbox } = end as Partial<Record<'mailbox', string>>;
  const searched = mailbox === undefined ? undefined : tracedAt(mailbox);
  return searched !== undefined && searched >= Date.parse(end.at) ? { status: 'notFound' } : undefined;
}
