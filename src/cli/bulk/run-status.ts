import type { BulkTotals } from '../../bulk/common/bulk-results.js';
import { activityOf, type RunActivity } from '../../bulk/journal/lock.js';
import { readRecords } from '../../bulk/journal/read-journal.js';
import type { RunRecord, SessionRecord } from '../../bulk/journal/records.js';
import { RunState } from '../../bulk/journal/run-state.js';
import { totalsOf } from '../../bulk/run/totals.js';

const minute = 60_000;
const day = 86_400_000;

/** Where a run stands, by its journal. */
export interface RunStatus extends RunActivity {
  id: string;
  begun: string;
  recipients: string;
  totals: BulkTotals;
  /** Of the unknown: those that are on their way while a process is at it. */
  open: number;
  rejectedAs: { row: number; send: number };
  mailboxes: { mailbox: string; sentLastMinute: number; recipientsLastDay: number; heldUntil?: string }[];
  /** The first of the rows that are unknown. */
  unknown: { row: number; mailbox: string; messageId: string; at: string }[];
}

const mostUnknown = 20;

/**
 * Reads it while the run may be going on; nothing is changed.
 * @throws JournalError
 */
export async function readStatus(folder: string, now: number): Promise<{ status: RunStatus; run: RunRecord }> {
  const state = new RunState();
  let run: RunRecord | undefined;
  let session: SessionRecord | undefined;
  for await (const { record } of readRecords(folder)) {
    state.apply(record);
    if (record.type === 'run') run = record;
    if (record.type === 'session') session = record;
  }
  if (!run) throw new Error(`${folder} has no journal that begins with a run`);
  const totals = totalsOf(state, run.recipients.rows ?? state.tally.seen);
  const status: RunStatus = {
    id: run.id,
    begun: run.at,
    recipients: run.recipients.path ?? run.recipients.name,
    ...(await activityOf(session, folder)),
    totals,
    open: [...state.openAttempts()].length,
    rejectedAs: rejectedOf(state, totals),
    mailboxes: [...state.mailboxes()].map((mailbox) => mailboxStatus(state, mailbox, now)),
    unknown: [...state.unknowns()].slice(0, mostUnknown).map(({ row, mailbox, messageId, at }) => {
      return { row, mailbox, messageId, at };
    }),
  };
  return { status, run };
}

function rejectedOf(state: RunState, { rows, rejected }: BulkTotals): RunStatus['rejectedAs'] {
  let row = 0;
  if (rejected > 0) for (let number = 1; number <= rows; number++) if (state.stateOf(number) === 'rejected-row') row++;
  return { row, send: rejected - row };
}

function mailboxStatus(state: RunState, mailbox: string, now: number): RunStatus['mailboxes'][number] {
  const sends = [...state.recentSends(mailbox, now - day)];
  const held = state.heldUntil(mailbox);
  return {
    mailbox,
    sentLastMinute: sends.filter(({ at }) => at > now - minute).length,
    recipientsLastDay: sends.reduce((sum, { recipients }) => sum + recipients, 0),
    ...(held > now && { heldUntil: new Date(held).toISOString() }),
  };
}
