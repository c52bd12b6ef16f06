import { readRun } from '../../bulk/journal/read-journal.js';
import type { RunRecord } from '../../bulk/journal/records.js';
import { openRecipients, type RecipientsSource } from '../../bulk/recipients/open-recipients.js';
import { writeReports } from '../../bulk/report/write-reports.js';
import { printTotals } from '../../bulk/run/totals.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printer, type Terminal } from '../common/terminal.js';
import { reportLines, shownFolder } from './ending-text.js';
import { findRun } from './find-run.js';
import { choicesOf } from './mail-choices.js';

/** `bulk report`: writes the reports again from the journal, also while the run is in progress. */
export async function reportCommand(
  given: string | undefined,
  { runs }: { runs: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = await findRun(given, runs, terminal);
  const run = shownFolder(folder);
  const { run: record } = await readRun(folder);
  const { totals, inProgress, ...files } = await writeReports({ folder, recipients: recipientsOfRun(record, run) });
  const print = printer(terminal);
  if (inProgress) print('The run is in progress: this report is as of now.');
  for (const line of [printTotals(totals), ...reportLines(files)]) print(line);
  return EXIT.ok;
}

/** The recipients that a run was begun with. */
export function recipientsOfRun(record: RunRecord, run: string): RecipientsSource {
  return openRecipients(record.recipients.path ?? choicesOf(record, run).recipients);
}
