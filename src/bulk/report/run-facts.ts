import { activityOf, type RunActivity } from '../journal/lock.js';
import { notBegun, readRecords } from '../journal/read-journal.js';
import type { JournalRecord, RunRecord, SessionRecord } from '../journal/records.js';
import { RowIndex } from './row-index.js';
import { Timeline } from './timeline.js';

interface MailboxFacts {
  mailbox: string;
  sent: number;
  throttled: number;
  /** Up to when its Inbox has been read for bounces, in milliseconds since the epoch. */
  readUntil?: number;
  /** When message trace was last searched for its mails, likewise. */
  tracedAt?: number;
}

/** What the whole journal of a run says, other than the details of its rows. */
export interface RunFacts {
  run: RunRecord;
  rows: RowIndex;
  timeline: Timeline;
  mailboxes: Map<string, MailboxFacts>;
  /** Processes that worked at the run. */
  sessions: number;
  /** When the first one began. */
  startedAt: string;
  /** When something was last written about a row or a session. */
  lastAt: string;
  /** Why the last session ended; undefined while it goes on, or when it was killed. */
  ended: string | undefined;
  /** Whether a process is sending. */
  activity: RunActivity;
}

/** Reads the journal of a run once, in constant memory for each row. Throws JournalError as reading it does. */
export async function readRunFacts(folder: string): Promise<RunFacts> {
  const rows = new RowIndex();
  const timeline = new Timeline();
  const mailboxes = new Map<string, MailboxFacts>();
  const session: SessionFacts = { sessions: 0, ended: undefined, last: undefined };
  let run: RunRecord | undefined;
  let lastAt = '';
  for await (const { record, offset, length } of readRecords(folder)) {
    if (record.type === 'run') run ??= record;
    rows.add(record, { offset, length });
    timeline.add(record);
    addToMailbox(mailboxes, record);
    addToSession(session, record);
    if (!isAfterwards(record)) lastAt = record.at;
  }
  if (run === undefined) throw notBegun(folder);
  const { sessions, ended, last } = session;
  const activity = await activityOf(last, folder);
  return { run, rows, timeline, mailboxes, sessions, ended, activity, startedAt: run.at, lastAt };
}

/** Written when the run may have ended long before. */
function isAfterwards(record: JournalRecord): boolean {
  if (record.type === 'sent') return record.settled === 'trace';
  return afterwards.has(record.type);
}

const afterwards: ReadonlySet<JournalRecord['type']> = new Set(['bounce', 'bounces-read', 'trace', 'trace-read']);

interface SessionFacts {
  sessions: number;
  ended: string | undefined;
  last: SessionRecord | undefined;
}

function addToSession(session: SessionFacts, record: JournalRecord): void {
  if (record.type !== 'session') return;
  if (record.event === 'start') session.sessions += 1;
  session.last = record;
  session.ended = record.event === 'end' ? record.ended : undefined;
}

function addToMailbox(mailboxes: Map<string, MailboxFacts>, record: JournalRecord): void {
  const { type } = record;
  if (type !== 'sent' && type !== 'throttled' && type !== 'bounces-read' && type !== 'trace-read') return;
  const mailbox = record.mailbox.toLowerCase();
  const facts = mailboxes.get(mailbox) ?? { mailbox, sent: 0, throttled: 0 };
  mailboxes.set(mailbox, facts);
  if (record.type === 'sent') facts.sent += 1;
  if (record.type === 'throttled') facts.throttled += 1;
  if (record.type === 'trace-read') facts.tracedAt = Math.max(facts.tracedAt ?? 0, Date.parse(record.at));
  if (record.type === 'bounces-read') facts.readUntil = Math.max(facts.readUntil ?? 0, Date.parse(record.until));
}
