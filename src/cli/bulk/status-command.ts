import type { BulkTotals } from '../../bulk/common/bulk-results.js';
import { count, counted } from '../../bulk/common/words.js';
import { activityOf, type RunActivity } from '../../bulk/journal/lock.js';
import { readRecords } from '../../bulk/journal/read-journal.js';
import type { RunRecord, SessionRecord } from '../../bulk/journal/records.js';
import { RunState } from '../../bulk/journal/run-state.js';
import { begunByCommand } from '../../bulk/report/next-steps.js';
import { noTotals } from '../../bulk/report/totals.js';
import { printTotals, totalsOf } from '../../bulk/run/totals.js';
import { OwnCommands } from '../../common/own-commands.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printer, type Terminal } from '../common/terminal.js';
import { printable, timeOfDay } from '../common/wording.js';
import { type AdviceSituation, adviceLines, resumeCommand, shownFolder } from './ending-text.js';
import { findRun } from './find-run.js';

/** `bulk status`: the status of a run, also while it is in progress. */
export async function statusCommand(
  given: string | undefined,
  { json, runs }: { json?: boolean; runs: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const now = terminal.clock.now();
  const folder = await findRun(given, runs, terminal);
  const { status, run } = await readStatus(folder, now);
  if (json) terminal.stdout.write(`${JSON.stringify(status)}\n`);
  else {
    const byCommand = begunByCommand(run);
    const commands = byCommand && new OwnCommands({ envFile: byCommand.envFile });
    const next = { commands, suppress: byCommand?.suppress };
    statusText(status, shownFolder(folder), now, next).forEach(printer(terminal));
  }
  return EXIT.ok;
}

/**
 * A status for a person.
 * @internal
 */
export function statusText(status: RunStatus, folder: string, now: number, next: AdviceSituation): string[] {
  const { id, begun, recipients, totals, open, state, mailboxes, unknown, rejectedAs } = status;
  const lines = [
    `Run         ${id.slice(0, 12)}, begun ${timeOfDay(Date.parse(begun), now)}`,
    `Recipients  ${printable(recipients)}`,
    `State       ${stateText(status, now)}`,
    printTotals(totals),
  ];
  if (state === 'in-progress' && open > 0) {
    lines.push(`Of the unknown, ${count(open)} ${open === 1 ? 'is on its' : 'are on their'} way at this moment.`);
  }
  for (const { mailbox, sentLastMinute, recipientsLastDay, heldUntil } of mailboxes) {
    const held = heldUntil === undefined ? '' : `, waits until ${timeOfDay(Date.parse(heldUntil), now)}`;
    const day = `${counted(recipientsLastDay, 'recipient')} in 24 hours`;
    lines.push(`Mailbox     ${mailbox}: ${count(sentLastMinute)} in the last minute, ${day}${held}`);
  }
  if (state === 'in-progress') return lines;
  if (state === 'elsewhere') {
    const { commands } = next;
    const takeOver = commands && [
      'When you know that this process has ended, take the run over from it:',
      `  ${resumeCommand(folder, commands)} --take-over`,
    ];
    return [...lines, ...(takeOver ?? [])];
  }
  for (const { row, mailbox, messageId } of unknown) lines.push(`Unknown     row ${row}, ${mailbox}, ${messageId}`);
  if (totals.unknown > unknown.length) lines.push(`            and ${count(totals.unknown - unknown.length)} more`);
  return [...lines, ...adviceLines({ ...noTotals(), ...totals, rejectedAs }, folder, { ...next, ended: status.ended })];
}

function stateText({ state, ended, pid, host, since }: RunStatus, now: number): string {
  const process = pid === undefined ? 'a process' : `process ${pid} on ${host}`;
  const from = since === undefined ? '' : ` since ${timeOfDay(Date.parse(since), now)}`;
  switch (state) {
    case 'in-progress':
      return `in progress: ${process} has been sending${from}`;
    case 'elsewhere':
      return `begun by ${process}; whether that still runs cannot be seen from here`;
    case 'interrupted':
      return `interrupted: ${process} ended before the run did`;
    case 'ended':
      return endings[ended ?? ''] ?? 'ended';
  }
}

const endings: Record<string, string> = {
  complete: 'complete',
  limit: 'ended by --limit',
  stopped: 'interrupted: what was in flight was finished',
  aborted: 'interrupted: what was in flight was given up',
  'max-errors': 'paused after too many errors',
  refused: 'stopped by an error that would have hit every mail',
  temporary: 'stopped, since no mail could be sent',
  journal: 'stopped, since its journal could not be written',
};

const minute = 60_000;
const day = 86_400_000;

/** The status of a run according to its journal. */
interface RunStatus extends RunActivity {
  id: string;
  begun: string;
  recipients: string;
  totals: BulkTotals;
  /** Of the unknown: those in flight while a process is sending. */
  open: number;
  rejectedAs: { row: number; send: number };
  mailboxes: { mailbox: string; sentLastMinute: number; recipientsLastDay: number; heldUntil?: string }[];
  /** The first of the rows that are unknown. */
  unknown: { row: number; mailbox: string; messageId: string; at: string }[];
}

const mostUnknown = 20;

/**
 * Reads the status, also while the run is in progress; changes nothing.
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
