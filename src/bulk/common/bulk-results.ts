import type { Row } from './row.js';

/** How one row ended in this session. */
export interface BulkResult {
  row: Row;
  /**
   * `sent`: accepted, which is not delivered yet. `rejected`: surely not sent. `skipped`: not meant to be sent. `unknown`: it
   * may have been sent, so sending it again may make a duplicate.
   */
  status: 'sent' | 'rejected' | 'skipped' | 'unknown';
  /** The mailbox that it went from, or was to. */
  mailbox?: string;
  messageId?: string;
  /** What `sendMail` gave. */
  info?: unknown;
  /** Why it was rejected or is unknown. */
  error?: Error;
  /** Why it was skipped, in words. */
  reason?: string;
}

/** The rows of a run, each in one of five states. */
export interface BulkTotals {
  /** All rows; while some have not been read, those that have been, unless the recipients are a file. */
  rows: number;
  sent: number;
  rejected: number;
  skipped: number;
  unknown: number;
  /** Not tried, or surely not sent and to be tried again. */
  left: number;
}

/** One mailbox of a run. */
export interface MailboxProgress {
  mailbox: string;
  /** In this session. */
  sentLastMinute: number;
  /** Recipients in the last 24 hours, earlier sessions included. */
  recipientsLastDay: number;
  /** What it waits for: the limit of the minute, that of the day, or the service; and until when (ms since the epoch). */
  waiting?: { for: 'rate' | 'day' | 'throttled'; until: number };
}

/** Where a run stands. */
export interface BulkProgress extends BulkTotals {
  /** How many rows there are, where that is known before the end. */
  total: number | undefined;
  /** Mails that went out in the last minute. */
  rate: number;
  /** Requests that the service refused in this session for coming too fast. */
  throttled: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds that this session has taken so far, also when the clock was set meanwhile. */
  elapsed: number;
  /** Milliseconds that the rest will take as things stand. */
  timeLeft: number | undefined;
  mailboxes: MailboxProgress[];
}

/**
 * Why a run ended:
 * - `complete`: every row has an end;
 * - `limit`: as many mails as `limit` allows were sent;
 * - `stopped`, `aborted`: the caller or a user ended it;
 * - `max-errors`: too many sends failed;
 * - `refused`: an error that would hit every row, such as a missing permission;
 * - `temporary`: the network or the service could not be reached for too long;
 * - `journal`: the disk failed, or another process changed the journal or took the run over.
 *
 * All but `complete` can be continued.
 */
export type BulkEnding =
  | 'complete'
  | 'limit'
  | 'stopped'
  | 'aborted'
  | 'max-errors'
  | 'refused'
  | 'temporary'
  | 'journal';

/** How a run ended. `rows` is always `sent + rejected + skipped + unknown + left`, which is checked against the journal. */
export interface BulkSummary extends BulkTotals {
  /** The run's id: the same for the same recipients, template and options. */
  id: string;
  ended: BulkEnding;
  /** What ended it, if it was an error. */
  error?: Error;
  /** The folder of the run, if it has one. */
  folder?: string;
  /** Milliseconds since the epoch, of this session. */
  startedAt: number;
  finishedAt: number;
  /** Milliseconds that this session took, also when the clock was set meanwhile. */
  duration: number;
  /** Requests that the service refused in this session for coming too fast. */
  throttled: number;
}
