import type { TraceStatus } from '../common/graph-transporter.js';
import type { LockOwner } from './lock-holder.js';

/** An error, as far as a user or a report needs it. Never holds a message's text or a credential. */
export interface RecordedError {
  code?: string;
  message: string;
  hint?: string;
  responseCode?: number;
  graphCode?: string;
}

/** The first record of every journal: what the run was begun with. A resumed run must have the same. */
export interface RunRecord {
  type: 'run';
  version: 1;
  id: string;
  at: string;
  recipients: {
    name: string;
    path?: string;
    format: string;
    /** The rules that a CSV file is read by; 1 where nothing is said. */
    reader?: number;
    emailColumn?: string;
    sha256?: string;
    rows?: number;
    /** Rows without content, which are passed over and not among the others. */
    emptyRows?: { count: number; firstLine: number };
  };
  template: { path?: string; sha256?: string };
  /** Plain JSON: everything that changes what is sent. No secrets. */
  options: Record<string, unknown>;
  optionsSha256: string;
}

/** What every record about one row says. */
interface OfRow {
  /** The row's number, from 1. */
  row: number;
  /** Digest of the row's values (16 hex digits), so that input which changed between two sessions is noticed. */
  key: string;
  /** When, as `Date.toISOString()` writes it. */
  at: string;
}

/** The mail may leave from now on. On the disk before the request is. */
export interface AttemptRecord extends OfRow {
  type: 'attempt';
  mailbox: string;
  messageId: string;
  draftId?: string;
  /** Which request of this sending it is, from 1. Missing in older journals, and where the transporter does not say. */
  attempt?: number;
  /** The `Date` of the mail, so that another attempt can carry the same. */
  date?: string;
}

/** The service took the mail. Final. */
export interface SentRecord extends OfRow {
  type: 'sent';
  mailbox: string;
  messageId: string;
  requestId?: string;
  clientRequestId?: string;
  attempts: number;
  /** How many recipients the mail had, for the limits that count them. */
  recipients: number;
  settled?: Settled;
}

/** How it was found out afterwards what had become of an attempt: by looking in Sent Items or message trace, or by the draft's id. */
export type Settled = 'verify' | 'trace' | 'draft';

/**
 * The mail was surely not sent, and would fail again as it is.
 * @internal
 */
export interface RejectedRecord extends OfRow {
  type: 'rejected';
  /** `'row'`: no mail could be made of the row. `'send'`: the mail was refused. */
  stage: 'row' | 'send';
  error: RecordedError;
  mailbox?: string;
  messageId?: string;
  requestId?: string;
  attempts?: number;
  /** It is known of every earlier attempt too: only with this may it follow `unknown`, or an attempt of an earlier session. */
  settled?: Settled;
}

/**
 * No mail is meant to be sent for this row. Final.
 * @internal
 */
export interface SkippedRecord extends OfRow {
  type: 'skipped';
  reason: 'duplicate' | 'suppressed';
  /** Of a duplicate: the number of the first row with this address. */
  of?: number;
  /** The entry of the suppression list. */
  entry?: string;
}

/** The mail may have been sent or not. */
export interface UnknownRecord extends OfRow {
  type: 'unknown';
  mailbox: string;
  messageId: string;
  draftId?: string;
  requestId?: string;
  attempts?: number;
  error: RecordedError;
}

/**
 * The mail was surely not sent and the row goes on being left: its request was refused for now and is to be repeated (written
 * before that is waited for), the error would have hit every row, the draft is withdrawn (written before it is deleted), or
 * the mailbox has to wait for long.
 * @internal
 */
export interface ReturnedRecord extends OfRow {
  type: 'returned';
  mailbox?: string;
  /** The draft of its last attempt still exists, and is to be sent by its id rather than made anew. */
  draftId?: string;
  error?: RecordedError;
  /** The mailbox is not asked before. */
  until?: string;
  /** As in {@link RejectedRecord.settled}. */
  settled?: Settled;
}

/** A process took up the run, or ended it properly. */
export interface SessionRecord {
  type: 'session';
  at: string;
  event: 'start' | 'end';
  pid: number;
  host: string;
  /** Of a start: the process that the run was taken over from because a user said that it had ended. */
  takenFrom?: LockOwner;
  totals?: Record<string, number>;
  ended?: string;
}

/** A mailbox was told to wait. */
interface ThrottledRecord {
  type: 'throttled';
  at: string;
  mailbox: string;
  until?: string;
  status?: number;
}

/** A delivery report about a mail of this run came back. */
export interface BounceRecord {
  type: 'bounce';
  row: number;
  at: string;
  recipient: string;
  status?: string;
  action?: string;
  hard: boolean;
  reason?: string;
  ndrId?: string;
}

/** The Inbox of a mailbox has been read for delivery reports up to a moment. */
interface BouncesReadRecord {
  type: 'bounces-read';
  at: string;
  mailbox: string;
  until: string;
}

/** What message trace says of the recipient of a row. */
export interface TraceRecord {
  type: 'trace';
  row: number;
  at: string;
  /** With its status; neither where the mail was found for others alone, or its row has changed: nothing of these is kept. */
  recipient?: string;
  status?: TraceStatus;
  /** When Exchange Online took the mail. */
  receivedAt: string;
}

/** Message trace has been searched for all mails of this run that a mailbox had sent by then. */
interface TraceReadRecord {
  type: 'trace-read';
  at: string;
  mailbox: string;
}

/** A record that changes what is known of a row. */
export type RowRecord = AttemptRecord | SentRecord | RejectedRecord | SkippedRecord | UnknownRecord | ReturnedRecord;

/** One line of a journal. */
export type JournalRecord =
  | RunRecord
  | RowRecord
  | SessionRecord
  | ThrottledRecord
  | BounceRecord
  | BouncesReadRecord
  | TraceRecord
  | TraceReadRecord;
