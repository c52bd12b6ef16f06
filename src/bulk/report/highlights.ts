import type { ReportRow } from './report-row.js';

/** The rows of one kind that a page shows, and how many there are in all. */
export interface Shown {
  rows: ReportRow[];
  all: number;
}

/** How often something was the reason. */
export interface Reason {
  code: string;
  rows: number;
  /** The words of the first row with it. */
  example: string;
  hint?: string;
}

const shownRows = 1000;
const keptReasons = 200;

/** The rows that a user has to look at: the first of each kind, so that memory does not grow with the run. */
export class Highlights {
  readonly failed: Shown = { rows: [], all: 0 };
  readonly bounced: Shown = { rows: [], all: 0 };
  readonly unknown: Shown = { rows: [], all: 0 };
  /** By message trace. */
  readonly undelivered: Shown = { rows: [], all: 0 };
  readonly #errors = new Map<string, Reason>();
  readonly #bounces = new Map<string, Reason>();

  add(row: ReportRow): void {
    if (row.status === 'rejected') {
      show(this.failed, row);
      const code = row.error?.code ?? (row.stage === 'row' ? 'input' : 'other');
      countReason(this.#errors, code, row.error?.message ?? '', row.error?.hint);
    }
    if (row.status === 'unknown') show(this.unknown, row);
    if (row.delivery === 'failed') show(this.undelivered, row);
    if (row.bounce?.action === 'failed') {
      show(this.bounced, row);
      countReason(this.#bounces, row.bounce.status ?? 'no code', row.bounce.reason ?? '');
    }
  }

  /** Why rows were rejected, the most frequent first. */
  get errors(): Reason[] {
    return sorted(this.#errors);
  }

  /** Why mails bounced, by enhanced status code, the most frequent first. */
  get bounces(): Reason[] {
    return sorted(this.#bounces);
  }
}

function show(shown: Shown, row: ReportRow): void {
  shown.all += 1;
  if (shown.rows.length < shownRows) shown.rows.push(row);
}

function countReason(reasons: Map<string, Reason>, code: string, example: string, hint?: string): void {
  const known = reasons.get(code);
  if (known !== undefined) known.rows += 1;
  else if (reasons.size < keptReasons)
    reasons.set(code, { code, rows: 1, example, ...(hint !== undefined && { hint }) });
}

function sorted(reasons: Map<string, Reason>): Reason[] {
  return [...reasons.values()].sort((a, b) => b.rows - a.rows);
}
