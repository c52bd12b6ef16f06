import type { BulkProgress, BulkResult, BulkSummary } from '../../bulk/common/bulk-results.js';
import type { JustDone } from '../../bulk/report/next-steps.js';
import type { ReportTotals } from '../../bulk/report/totals.js';

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
  /** The folder as the user would name it. */
  folder?: string | undefined;
  /** The suppression list that the run has. */
  suppress?: string | undefined;
  /** What this session was asked to do about mails of unknown outcome. */
  just?: JustDone | undefined;
}

/** What shows a run as it goes on. */
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
