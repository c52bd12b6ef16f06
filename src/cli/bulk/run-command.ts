import path from 'node:path';
import type { CheckReport } from '../../bulk/checks/check-recipients.js';
import type { BulkTotals } from '../../bulk/common/bulk-results.js';
import { JournalError } from '../../bulk/common/errors.js';
import { counted } from '../../bulk/common/words.js';
import { begunByCommand } from '../../bulk/report/next-steps.js';
import { noTotals } from '../../bulk/report/totals.js';
import { identifyBulk } from '../../bulk/run/run-input.js';
import { printTotals } from '../../bulk/run/totals.js';
import { EXIT, type ExitCode, UsageError } from '../common/exit-codes.js';
import { ownCommands, printer, type Terminal } from '../common/terminal.js';
import { alreadyToday, checkDays, confirmSending, refuseInProgress } from './before-sending.js';
import { checkRows, checkText } from './check-rows.js';
import { adviceLines, shownFolder } from './ending-text.js';
import { JsonView } from './json-view.js';
import {
  bulkOptions,
  choicesOf,
  type MailChoices,
  type MailFlags,
  makeRunsFolder,
  settleChoices,
} from './mail-choices.js';
import { sendTests } from './preview-command.js';
import { createView, runSession } from './send-session.js';
import { readStatus } from './status-command.js';

export interface RunFlags extends MailFlags {
  runs: string;
  limit?: number;
  dryRun?: boolean;
  testTo?: string;
  testRows: number;
  confirm?: number;
  json?: boolean;
}

/** `bulk run`: checks everything, asks for confirmation where it must, sends. */
export async function runCommand(flags: RunFlags, terminal: Terminal): Promise<ExitCode> {
  refuseContradictions(flags);
  const choices = settleChoices(flags, terminal);
  if (flags.testTo !== undefined) return sendTests(choices, flags.testTo, flags.testRows, terminal);
  const runs = path.resolve(flags.runs);
  const report = await checkRows(choices, flags.limit, await alreadyToday(runs, choices, terminal.clock.now()));
  const view = createView(flags.json, terminal);
  showCheck(report, view instanceof JsonView ? view : undefined, flags.dryRun === true, terminal);
  if (flags.dryRun) return report.problemCount > 0 ? EXIT.badInput : EXIT.ok;
  if (report.ready === 0) return nothingToSend(report, terminal);
  if (report.problemCount > 0) view.note(`${counted(report.problemCount, 'row')} will be rejected.`);
  checkDays(report, flags);
  const mails = Math.min(report.ready, flags.limit ?? report.ready);
  const interactive = !flags.json && terminal.stdin.isTTY === true && terminal.stdout.isTTY === true;
  const { id } = await identifyBulk(bulkOptions(choices));
  const folder = path.join(runs, id.slice(0, 12));
  await refuseBegun(folder, choices, terminal);
  await confirmSending({ mails, given: flags.confirm, interactive }, terminal);
  await makeRunsFolder(runs);
  const session = { journal: folder, resume: false, limit: flags.limit };
  return runSession({ ...choices, confirmed: mails }, session, view, terminal);
}

/** @throws UsageError for flags of which one would be ignored */
function refuseContradictions({ testTo, dryRun, json }: RunFlags): void {
  if (testTo === undefined) return;
  if (dryRun) throw new UsageError('--dry-run sends nothing and --test-to sends test mails: give one of them.');
  if (json) throw new UsageError('--test-to is for a person to look at and prints no events: leave --json out.');
}

/**
 * Comes before the confirmation: what would be refused need not be confirmed.
 * @throws UsageError when the same run was begun before, with what can be done about it
 * @throws JournalError `'locked'` when it is in progress
 */
async function refuseBegun(folder: string, choices: MailChoices, terminal: Terminal): Promise<void> {
  const begun = await readStatus(folder, terminal.clock.now()).catch((error: unknown) => {
    if (error instanceof JournalError && error.code === 'missing') return undefined;
    throw error;
  });
  if (!begun) return;
  await refuseInProgress(folder);
  const { totals, rejectedAs, ended } = begun.status;
  const shown = shownFolder(folder);
  const situation = { commands: ownCommands(terminal), suppress: begunByCommand(begun.run)?.suppress, ended };
  throw new UsageError(
    [
      `This run was begun before, in ${shown}: ${printTotals(totals)}. Nothing was sent now.`,
      'To send the very same mails once more on purpose, give another folder with --runs.',
      ...otherMailbox(choices.mailbox, choicesOf(begun.run, shown).mailbox, totals),
      ...adviceLines({ ...noTotals(), ...totals, rejectedAs }, folder, situation),
    ].join('\n'),
  );
}

/** The mailbox is not part of a run's identity, and a run keeps the one that it was begun with. */
function otherMailbox(wanted: string | undefined, begun: string | undefined, totals: BulkTotals): string[] {
  if (wanted === begun || wanted === undefined || begun === undefined) return [];
  const anew =
    totals.sent + totals.unknown === 0
      ? 'Nothing was sent so far, so it can be begun anew in another folder, with --runs.'
      : `In another folder (--runs) those who have had their mail would get it again from ${wanted}.`;
  return [`It goes on from the mailbox ${begun}, with which it was begun, and not from ${wanted}. ${anew}`];
}

function showCheck(report: CheckReport, json: JsonView | undefined, all: boolean, terminal: Terminal): void {
  if (json) json.write('check', report);
  else checkText(report, { all }).forEach(printer(terminal));
}

function nothingToSend({ rows, problemCount }: CheckReport, { stderr }: Terminal): ExitCode {
  if (problemCount > 0) {
    stderr.write('Error: no row can be sent as it is. Nothing was sent.\n');
    return EXIT.badInput;
  }
  stderr.write(rows === 0 ? 'Error: there are no recipients. Nothing was sent.\n' : 'There is nobody to send to.\n');
  return rows === 0 ? EXIT.badInput : EXIT.ok;
}
