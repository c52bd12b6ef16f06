import { existsSync } from 'node:fs';
import { journalFile } from '../../bulk/journal/run-folder.js';
import { writeReports } from '../../bulk/report/write-reports.js';
import type { BulkOptions } from '../../bulk/run/bulk-options.js';
import { sendBulk } from '../../bulk/send-bulk.js';
import { type ExitCode, exitCodeOfRun } from '../common/exit-codes.js';
import { ownCommands, type Terminal } from '../common/terminal.js';
import { couldNotLook, resumeCommand, shownFolder } from './ending-text.js';
import { HumanView } from './human-view.js';
import { JsonView } from './json-view.js';
import { bulkOptions, type MailChoices, recipientsOf, transportOptions } from './mail-choices.js';
import { followRun, type ReportFiles, type RunView } from './run-view.js';

/** Options of one session besides the choices of its run. */
export type SessionOptions = Pick<BulkOptions, 'journal' | 'resume' | 'takeOver' | 'limit' | 'unknown' | 'retryFailed'>;

export function createView(json: boolean | undefined, terminal: Terminal): RunView {
  return json ? new JsonView(terminal) : new HumanView(terminal);
}

/**
 * Sends what is left, shows the progress, writes the reports however the run ends, and says what to do next.
 * @throws when nothing was sent
 */
export async function runSession(
  choices: MailChoices,
  session: SessionOptions,
  view: RunView,
  terminal: Terminal,
): Promise<ExitCode> {
  const transporter = terminal.connect(transportOptions(choices));
  try {
    const run = sendBulk({ transporter, ...bulkOptions(choices), ...session });
    const summary = await followRun(run, view, terminal, {
      shownFolder,
      advice: (begun) => advice(begun, terminal),
    });
    const exitCode = exitCodeOfRun(summary);
    // A folder that was deleted meanwhile has no reports, and nothing that could be resumed.
    const folder = summary.folder && existsSync(journalFile(summary.folder)) ? summary.folder : undefined;
    const reports = folder === undefined ? undefined : await reportsOf(folder, choices, view);
    const lookedIn = { verify: 'sent-items', trace: 'trace', hold: undefined, resend: undefined } as const;
    const just = { lookedIn: lookedIn[session.unknown ?? 'hold'], couldNotLook: couldNotLook(summary.error) };
    const { suppress } = choices;
    view.ended({ summary, exitCode, reports, folder: folder && shownFolder(folder), suppress, just });
    return exitCode;
  } finally {
    transporter.close();
  }
}

function advice(folder: string | undefined, terminal: Terminal): string {
  return folder === undefined ? '' : ` To go on later:\n  ${resumeCommand(folder, ownCommands(terminal))}`;
}

/** The run has ended as it has; a report that cannot be written can be made again from the journal. */
async function reportsOf(folder: string, choices: MailChoices, view: RunView): Promise<ReportFiles | undefined> {
  try {
    return await writeReports({ folder, recipients: recipientsOf(choices) });
  } catch (error) {
    view.note(`The report could not be written: ${(error as Error).message}`);
    return undefined;
  }
}
