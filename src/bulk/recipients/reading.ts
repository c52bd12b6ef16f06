/** How recipients are read, where that is a choice. */
export interface Reading {
  /** The column that holds the address, where that is not found by its name. */
  readonly emailColumn?: string | undefined;
  /**
   * The rules for CSV. 1 is for runs that were begun before there were others: a row without content is a row, `email` and
   * `name` are not trimmed, a second header is a row. Numbers and digests of rows, by which a journal knows them, depend on it.
   * @default 2
   */
  readonly reader?: 1 | 2 | undefined;
}

/** The rules for CSV that a new run is read by. */
export const currentReader = 2;

/** What there is to say of recipients that were read to the end. */
export interface ReadingEnd {
  readonly columns: readonly string[];
  /** Rows of a CSV file whose cells are all empty. They are passed over. */
  readonly emptyRows?: { readonly count: number; readonly firstLine: number };
}

/** The caller adds their number. */
export function emptyRowsText({ firstLine }: NonNullable<ReadingEnd['emptyRows']>): string {
  return `Rows whose cells are all empty are passed over, the first on line ${firstLine}`;
}
