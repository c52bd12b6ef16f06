import { guardFormula } from './formula-guard.js';
import { type ReportedBounce, type ReportRow, traceWords } from './report-row.js';

const own = {
  status: ({ status }: ReportRow) => status,
  message_id: ({ messageId }: ReportRow) => messageId,
  request_id: ({ requestId }: ReportRow) => requestId,
  attempts: ({ attempts }: ReportRow) => String(attempts),
  first_attempt_at: ({ firstAttemptAt }: ReportRow) => firstAttemptAt,
  finished_at: ({ finishedAt }: ReportRow) => finishedAt,
  error_code: ({ error }: ReportRow) => error?.code,
  error: ({ error }: ReportRow) => error?.message,
  bounce: ({ bounce }: ReportRow) => bounce && bounceText(bounce),
  trace: ({ trace }: ReportRow) => trace && traceWords[trace.status],
} as const;

/** Excel takes a file without it for one in the code page of the system. */
export const byteOrderMark = '\ufeff';

/** Writes the rows of a report as CSV (RFC 4180): the columns of the input, or the row's number without them, and our own. */
export class CsvReport {
  readonly #columns: readonly string[] | undefined;

  /** @param columns the columns of the input, where they are known */
  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns;
  }

  /** The first line, which names the columns. */
  header(): string {
    const columns = this.#columns ?? ['row'];
    const taken = new Set(columns.map((column) => column.toLowerCase()));
    return line([...columns, ...Object.keys(own).map((column) => freeName(column, taken))]);
  }

  line(row: ReportRow): string {
    const input = this.#columns?.map((column) => cellText(row.values?.[column])) ?? [String(row.number)];
    return line([...input, ...Object.values(own).map((read) => read(row) ?? '')]);
  }
}

/** A report may be the input of another run, and then has columns of these names already. */
function freeName(column: string, taken: ReadonlySet<string>): string {
  return taken.has(column) ? freeName(`mail_${column}`, taken) : column;
}

function bounceText({ action, status, hard, reason, recipient }: ReportedBounce): string {
  const kind = action === 'failed' ? (hard ? 'hard' : 'soft') : action;
  return `${[kind, status].filter(Boolean).join(' ')}: ${reason ?? recipient}`;
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(text: string): string {
  const value = guardFormula(text);
  return /[",;\t\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
