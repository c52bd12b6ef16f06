import { parseCsv } from '../../vendor/csv-parse.js';
import { BulkInputError, quote } from '../errors.js';

export type Delimiter = ',' | ';' | '\t';

const delimiters: readonly Delimiter[] = [',', ';', '\t'];

export const delimiterNames: Readonly<Record<Delimiter, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };

export interface HeaderPlace {
  readonly name: string;
  readonly line: number;
  readonly delimiter: Delimiter;
}

/**
 * What separates the values, by the header at the beginning of a file: what makes a column `email` of it; where several
 * do or none, what makes the most columns.
 */
export function sniffDelimiter(beginning: Buffer): Delimiter {
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, columns: headerColumns(beginning, delimiter) }))
    .sort((a, b) => score(b.columns) - score(a.columns));
  return best?.delimiter ?? ',';
}

function score(columns: readonly string[]): number {
  return columns.length + (columns.includes('email') ? 1e9 : 0);
}

function headerColumns(beginning: Buffer, delimiter: Delimiter): string[] {
  try {
    const options = { delimiter, record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true, to: 1 };
    const [header = []] = parseCsv(beginning, options) as unknown as string[][];
    return header.map((name) => name.trim());
  } catch {
    return []; // read with this delimiter it is no CSV
  }
}

/** The names that a header gives its columns, if rows can be read by them. */
export function checkColumns(header: readonly string[], where: HeaderPlace) {
  const { name: file, line, delimiter } = where;
  const refuse = (problem: string) => new BulkInputError(`${file}, line ${line}: ${problem}`, { line });
  const columns = header.map((name) => name.trim());
  const seen = new Set<string>();
  for (const [index, column] of columns.entries()) {
    if (column === '') throw refuse(`column ${index + 1} has no name`);
    if (seen.has(column)) throw refuse(`two columns are named ${quote(column)}`);
    // Assigning to it would change an object's prototype instead of adding a value.
    if (column === '__proto__') throw refuse('a column cannot be named "__proto__"; give it another name');
    seen.add(column);
  }
  if (!seen.has('email')) {
    throw refuse(
      `the header names no column "email", only ${columns.map(quote).join(', ')}. The first line must name the columns, ` +
        `in lower case and separated by commas, semicolons or tabs (this one was read as separated by ${delimiterNames[delimiter]}s)`,
    );
  }
  return columns;
}
