/** One recipient: what a template may name, and where it stands in its file so that an error can say so. */
export interface Row {
  /** The line on which the row starts, counted from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A row of a CSV file, where every value is text. */
export interface RecipientRow extends Row {
  readonly values: Readonly<Record<string, string>>;
}
