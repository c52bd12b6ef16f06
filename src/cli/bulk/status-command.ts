import path from 'node:path';
import { noTotals } from '../../bulk/report/totals.js';
import { count, counted } from '../../bulk/report/words.js';
import { printTotals } from '../../bulk/run/totals.js';
import { OwnCommands } from '../../own-commands.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import { printable, timeOfDay } from '../wording.js';
import { type RunCommands, shownFolder, stepLines } from './ending-text.js';
import { type RunStatus, readStatus } from './run-status.js';

/** `bulk status`: where a run stands, also while it goes on. */
export async function statusCommand(
  run: string,
  { json }: { json?: boolean },
  { stdout, clock }: Terminal,
): Promise<ExitCode> {
  const now = clock.now();
  const folder = path.resolve(run);
  const { byCommand, ...status } = await readStatus(folder, now);
  if (json) stdout.write(`${JSON.stringify(status)}\n`);
  else {
    const commands = byCommand && new OwnCommands({ envFile: byCommand.envFile });
    const next = { commands, suppress: byCommand?.suppress };
    for (const line of statusText(status, shownFolder(folder), now, next)) stdout.write(`${line}\n`);
  }
  return EXIT.ok;
}

/** A status for a person. */
export function statusText(
  status: Omit<RunStatus, 'byCommand'>,
  folder: string,
  now: number,
  next: RunCommands,
): string[] {
  const { id, begun, recipients, totals, open, state, mailboxes, unknown, rejectedAs } = status;
  const lines = [
    `Run         ${id.slice(0, 12)}, begun ${timeOfDay(Date.parse(begun), now)}`,
    `Recipients  ${printable(recipients)}`,
    `State       ${stateText(status)}`,
    printTotals(totals),
  ];
  if (state === 'going-on' && open > 0) lines.push(`Of the unknown, ${count(open)} are on their way at this moment.`);
  for (const { mailbox, sentLastMinute, recipientsLastDay, heldUntil } of mailboxes) {
    const held = heldUntil === undefined ? '' : `, waits until ${timeOfDay(Date.parse(heldUntil), now)}`;
    const day = `${counted(recipientsLastDay, 'recipient')} in 24 hours`;
    lines.push(`Mailbox     ${mailbox}: ${count(sentLastMinute)} in the last minute, ${day}${held}`);
  }
  if (state === 'going-on' || state === 'elsewhere') return lines;
  for (const { row, mailbox, messageId } of unknown) lines.push(`Unknown     row ${row}, ${mailbox}, ${messageId}`);
  if (totals.unknown > unknown.length) lines.push(`            and ${count(totals.unknown - unknown.length)} more`);
  return [...lines, ...stepLines({ ...noTotals(), ...totals, rejectedAs }, folder, next)];
}

function stateText({ state, ended, pid, host }: Pick<RunStatus, 'state' | 'ended' | 'pid' | 'host'>): string {
  switch (state) {
    case 'going-on':
      return `going on, process ${pid}`;
    case 'elsewhere':
      return `begun by process ${pid} on ${host}; whether that goes on cannot be seen from here`;
    case 'killed':
      return 'its process is gone without a word';
    case 'ended':
      return endings[ended ?? ''] ?? 'ended';
  }
}

const endings: Record<string, string> = {
  complete: 'complete',
  limit: 'ended by --limit',
  stopped: 'interrupted',
  aborted: 'interrupted, and what was in flight given up',
  'max-errors': 'paused after too many errors',
  refused: 'stopped by an error that would have hit every mail',
  temporary: 'stopped, since no mail could be sent',
  journal: 'stopped, since its journal could not be written',
};
