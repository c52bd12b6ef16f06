import type { BulkProgress, BulkResult, BulkSummary } from '../../bulk/common/bulk-results.js';
import type { JustDone } from '../../bulk/report/next-steps.js';
import type { ReportTotals } from '../../bulk/report/totals.js';
import type { BulkRun } from '../../bulk/send-bulk.js';
import { onInterruptions } from '../common/interruption.js';
import type { Terminal } from '../common/terminal.js';

/** The files of a report. */
export interface ReportFiles {
  csv: string;
  html: string;
  summary: string;
  totals: ReportTotals;
}

export interface RunEnded {
  summary: BulkSummary;
  exitCode: number;
  /** Missing where there is no run folder. */
  reports?: ReportFiles | undefined;
  /** The folder as it is printed. */
  folder?: string | undefined;
  /** The suppression list that the run has. */
  suppress?: string | undefined;
  /** What this session was asked to do about mails of unknown outcome. */
  just?: JustDone | undefined;
}

/** Shows a run while it is in progress. */
export interface RunView {
  /** The run has begun. @param progress how it is getting on at any moment */
  started(run: { id: string; folder: string | undefined; progress: () => BulkProgress }): void;
  result(result: BulkResult): void;
  /** The numbers have changed. */
  progressed(): void;
  throttled(event: { mailbox: string; until?: number | undefined; status?: number | undefined }): void;
  /** Something a person should know meanwhile. */
  note(text: string): void;
  /** No more results come; nothing is redrawn any more. */
  finished(): void;
  ended(end: RunEnded): void;
}

interface FollowOptions {
  /** A folder as it is shown to a person. */
  shownFolder(folder: string): string;
  /** What is added when the user interrupts. */
  advice(folder: string | undefined): string;
}

/**
 * Shows a run until it ends. The first interruption lets it finish what is in flight, the second gives that up.
 * @throws what `finished` throws: nothing was sent then
 */
export async function followRun(
  run: BulkRun,
  view: RunView,
  terminal: Pick<Terminal, 'signals'>,
  { shownFolder, advice }: FollowOptions,
): Promise<BulkSummary> {
  const release = onInterruptions(
    [
      () => {
        run.stop();
        view.note(`Stopping: what is in flight is finished; interrupt again to give it up.${advice(run.folder)}`);
      },
      () => {
        run.abort();
        view.note('Giving up what is in flight: some of it may have been sent, and counts as unknown then.');
      },
    ],
    terminal.signals,
  );
  run.on('started', ({ id, folder }) => {
    view.started({ id, folder: folder && shownFolder(folder), progress: () => run.progress });
  });
  run.on('throttled', (event) => view.throttled(event));
  try {
    // `finished` rejects with what ended the run.
    await showResults(run, view).catch(() => {});
    return await run.finished;
  } finally {
    release();
    view.finished();
  }
}

async function showResults(run: BulkRun, view: RunView): Promise<void> {
  for await (const result of run) {
    view.result(result);
    view.progressed();
  }
}
