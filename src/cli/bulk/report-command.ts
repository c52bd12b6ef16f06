import path from 'node:path';
import { readRun } from '../../bulk/journal/reading.js';
import type { RunRecord } from '../../bulk/journal/records.js';
import { openRecipients, type RecipientsSource } from '../../bulk/recipients/index.js';
import { writeReports } from '../../bulk/report/write-reports.js';
import { printTotals } from '../../bulk/run/totals.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import { reportLines } from './ending-text.js';
import { choicesOf } from './mail-choices.js';

/** `bulk report`: writes the reports again from the journal, also while the run goes on. */
export async function reportCommand(run: string, { stdout }: Terminal): Promise<ExitCode> {
  const folder = path.resolve(run);
  const { run: record } = await readRun(folder);
  const { totals, ...files } = await writeReports({ folder, recipients: recipientsOf(record, run) });
  for (const line of [printTotals(totals), ...reportLines(files)]) stdout.write(`${line}\n`);
  return EXIT.ok;
}

/** The recipients that a run was begun with. */
export function recipientsOf(record: RunRecord, run: string): RecipientsSource {
  return openRecipients(record.recipients.path ?? choicesOf(record, run).recipients);
}
