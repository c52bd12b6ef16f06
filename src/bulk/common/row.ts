/** One recipient: what a template may name, and where it stands in the input so that an error can say so. */
export interface Row {
  /** 1, 2, 3 … in the order of the input; the same at every reading of the same input. */
  readonly number: number;
  /** The line of its file on which the row starts, counted from 1. Rows that come from no file: the same as `number`. */
  readonly line: number;
  /** Column names and values. From CSV every value is text; from JSON Lines and iterables, whatever stands there. */
  readonly values: Readonly<Record<string, unknown>>;
}
