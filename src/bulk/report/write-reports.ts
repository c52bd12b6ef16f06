import path from 'node:path';
import { Times } from '../common/words.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { byteOrderMark, CsvReport } from './csv-report.js';
import { Highlights } from './highlights.js';
import { htmlReport } from './html-report.js';
import { ReportFile, sweepReports } from './report-file.js';
import { openReport } from './report-rows.js';
import type { RunFacts } from './run-facts.js';
import { countRow, noTotals, type ReportTotals } from './totals.js';

export interface WriteReportsOptions {
  /** The run folder. */
  folder: string;
  /**
   * The recipients that the run was begun with. When they have changed since, or cannot be read, the reports are made of the
   * journal alone, without the columns of the input, and say so.
   */
  recipients?: RecipientsSource | undefined;
  /**
   * The folder that the reports are written to; it must be there.
   * @default the run folder
   */
  into?: string | undefined;
  /**
   * IANA name of the time zone that the page shows times in.
   * @default that of the system
   */
  timeZone?: string | undefined;
}

export interface WrittenReports {
  /** Paths of the files. */
  csv: string;
  html: string;
  summary: string;
  totals: ReportTotals;
  /** Why the last session ended; absent while it goes on, and when its process was killed. */
  ended?: string;
  /** Whether a process was sending meanwhile. */
  inProgress: boolean;
  /** What was not as it should be: recipients that have changed, for instance. */
  notes: readonly string[];
}

/**
 * Writes `report.csv`, `report.html` and `summary.json` of a run. They can be made again at any time, also while the run goes
 * on. Each appears whole or not at all, and only its owner can read it, as they hold addresses.
 * @throws JournalError as reading the journal does
 */
export async function writeReports({
  folder,
  recipients,
  into = folder,
  timeZone,
}: WriteReportsOptions): Promise<WrittenReports> {
  const { facts, columns, notes, rows } = await openReport({ folder, recipients });
  await sweepReports(into, Date.now());
  const files = await createAll(['report.csv', 'report.html', 'summary.json'].map((name) => path.join(into, name)));
  try {
    const [csv, html, summary] = files as [ReportFile, ReportFile, ReportFile];
    const totals = noTotals();
    const highlights = new Highlights();
    const table = new CsvReport(columns);
    await csv.write(byteOrderMark + table.header());
    for await (const row of rows()) {
      countRow(totals, row);
      highlights.add(row);
      await csv.write(table.line(row));
    }
    const now = Date.now();
    const inProgress = facts.activity.state === 'in-progress';
    const { platform } = process;
    await html.write(
      htmlReport({ facts, totals, highlights, notes, folder, now, times: new Times(timeZone), platform }),
    );
    await summary.write(`${JSON.stringify(runSummary(facts, totals, { highlights, notes, now }), null, 2)}\n`);
    return {
      csv: await csv.finish(),
      html: await html.finish(),
      summary: await summary.finish(),
      totals,
      ...(facts.ended !== undefined && { ended: facts.ended }),
      inProgress,
      notes,
    };
  } catch (error) {
    await Promise.all(files.map((file) => file.discard()));
    throw error;
  }
}

async function createAll(paths: readonly string[]): Promise<ReportFile[]> {
  const files: ReportFile[] = [];
  try {
    for (const one of paths) files.push(await ReportFile.create(one));
  } catch (error) {
    await Promise.all(files.map((file) => file.discard()));
    throw error;
  }
  return files;
}

/** What `summary.json` holds, for programs. Times are ISO 8601. */
interface RunSummary {
  version: 1;
  run: string;
  madeAt: string;
  recipients: string;
  template?: string;
  startedAt: string;
  lastAt: string;
  sessions: number;
  /** Why the last session ended; absent while it goes on, or when it was killed. */
  ended?: string;
  totals: ReportTotals;
  mailboxes: { mailbox: string; sent: number; throttled: number; inboxReadUntil?: string; tracedAt?: string }[];
  errors: { code: string; rows: number }[];
  bounces: { status: string; rows: number }[];
  notes: readonly string[];
}

/** Pure. */
function runSummary(facts: RunFacts, totals: ReportTotals, found: SummaryFindings): RunSummary {
  const { run, startedAt, lastAt, sessions, ended } = facts;
  return {
    version: 1,
    run: run.id,
    madeAt: new Date(found.now).toISOString(),
    recipients: run.recipients.path ?? run.recipients.name,
    ...(run.template.path !== undefined && { template: run.template.path }),
    startedAt,
    lastAt,
    sessions,
    ...(ended !== undefined && { ended }),
    totals,
    mailboxes: [...facts.mailboxes.values()].map(({ readUntil, tracedAt, ...mailbox }) => ({
      ...mailbox,
      ...(readUntil !== undefined && { inboxReadUntil: new Date(readUntil).toISOString() }),
      ...(tracedAt !== undefined && { tracedAt: new Date(tracedAt).toISOString() }),
    })),
    errors: found.highlights.errors.map(({ code, rows }) => ({ code, rows })),
    bounces: found.highlights.bounces.map(({ code, rows }) => ({ status: code, rows })),
    notes: found.notes,
  };
}

interface SummaryFindings {
  highlights: Highlights;
  notes: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}
