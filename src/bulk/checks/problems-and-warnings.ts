import { BulkInputError } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { RowRefused } from '../message/compose-row.js';

/** A row that would be rejected. */
export interface RowProblem {
  row: number;
  line: number;
  /** As it stands in the row, if it is text. */
  email?: string;
  /** `'address'`, `'name'`, `'message'`, `'unsubscribe'`, `'template'`, `'recipients'` or `'size'`. */
  kind: string;
  message: string;
}

export interface RowWarning {
  kind: WarningKind;
  message: string;
  /** How many rows it is about. */
  rows: number;
}

export type WarningKind =
  | 'empty-rows'
  | 'no-from'
  | 'from-not-mailbox'
  | 'onmicrosoft-sender'
  | 'no-subject'
  | 'no-text'
  | 'no-unsubscribe'
  | 'no-one-click'
  | 'copy-suppressed'
  | 'many-recipients'
  | 'large';

const mostProblems = 100;

/** Collects what is found about rows, in bounded memory. */
export class Findings {
  readonly #problems: RowProblem[] = [];
  readonly #kinds = new Map<string, number>();
  readonly #warnings = new Map<WarningKind, RowWarning>();

  /** What `run` gives, or undefined when it refuses the row. */
  async attempt<T>(row: Row, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof BulkInputError)) throw error;
      this.problem(row, error instanceof RowRefused ? error.fault : 'template', error.message);
      return undefined;
    }
  }

  problem(row: Row, kind: string, message: string): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (this.#problems.length === mostProblems) return;
    const { email } = row.values;
    const shown = typeof email === 'string' ? { email: email.slice(0, 320) } : {};
    this.#problems.push({ row: row.number, line: row.line, ...shown, kind, message });
  }

  warn({ kind, message }: Omit<RowWarning, 'rows'>, rows = 1): void {
    const known = this.#warnings.get(kind);
    if (known) known.rows += rows;
    else this.#warnings.set(kind, { kind, message, rows });
  }

  report() {
    return {
      problems: this.#problems,
      problemCount: [...this.#kinds.values()].reduce((sum, rows) => sum + rows, 0),
      problemKinds: Object.fromEntries(this.#kinds),
      warnings: [...this.#warnings.values()],
    };
  }
}
