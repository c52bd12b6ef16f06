import { parseCsv } from '../../vendor/csv-parse.js';
import { BulkInputError, quote } from '../common/errors.js';
import { emailNameKind, findEmailColumn } from './email-column.js';

const delimiters: readonly string[] = [',', ';', '\t'];

const delimiterNames: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };

export function delimiterName(delimiter: string): string {
  return delimiterNames[delimiter] ?? quote(delimiter);
}

/** How a file is read, by its beginning. */
interface CsvForm {
  readonly delimiter: string;
  /** Bytes at the beginning that are no part of the table: the line `sep=;`. */
  readonly skip: number;
}

/**
 * What separates the values: what the first line says, if it is `sep=;` (Excel obeys it, and leaves it out); else what the
 * header shows. Of several, that by which a column holds the address; where none does, the one with the most columns.
 */
export function csvForm(beginning: Buffer, emailColumn: string | undefined): CsvForm {
  const [line, delimiter] = /^"?sep=([^\p{L}\p{N}"\r\n])"?\1*(?:\r\n|\n|\r|$)/iu.exec(beginning.toString('utf8')) ?? [];
  if (line !== undefined && delimiter !== undefined) return { delimiter, skip: Buffer.byteLength(line) };
  const [best] = delimiters
    .map((one) => ({ delimiter: one, score: score(firstRecords(beginning, one, 1)[0] ?? [], emailColumn) }))
    .sort((a, b) => b.score - a.score);
  return { delimiter: best?.delimiter ?? ',', skip: 0 };
}

function score(header: readonly string[], emailColumn: string | undefined): number {
  const columns = header.map((name) => name.trim());
  return columns.length + 1e6 * likeness(columns, emailColumn);
}

function likeness(columns: readonly string[], emailColumn: string | undefined): number {
  if (emailColumn !== undefined) return typeof findEmailColumn(columns, emailColumn) === 'number' ? 1 : 0;
  if (columns.includes('email')) return 3;
  return columns.some((name) => emailNameKind(name) === 'first') ? 2 : columns.some(emailNameKind) ? 1 : 0;
}

/** The first records that are not empty; what cannot be read so is left out. */
function firstRecords(beginning: Buffer, delimiter: string, most: number): string[][] {
  const found: string[][] = [];
  try {
    parseCsv(beginning, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to: most,
      on_record: (record: string[]) => {
        found.push(record);
        return null;
      },
    });
  } catch {
    // Read with this delimiter it is no CSV, or it goes on after the beginning.
  }
  return found;
}

export interface CsvHeader {
  /** Names, as many as columns have one; those without, at the end, are empty throughout. */
  readonly columns: readonly string[];
  /** The index of the column of the address. */
  readonly email: number;
}

interface HeaderContext {
  readonly name: string;
  readonly line: number;
  readonly delimiter: string;
  readonly emailColumn: string | undefined;
  /** The beginning of the table, for advice. */
  readonly beginning: Buffer;
}

/** What a header says of the columns, if rows can be read by it. */
export function readHeader(header: readonly string[], where: HeaderContext): CsvHeader {
  const { name: file, line, delimiter, emailColumn } = where;
  const refuse = (problem: string) => new BulkInputError(`${file}, line ${line}: ${problem}`, { line });
  const names = header.map((name) => name.trim());
  const columns = names.slice(0, names.findLastIndex((name) => name !== '') + 1);
  const seen = new Set<string>();
  for (const [index, column] of columns.entries()) {
    if (column === '') throw refuse(`column ${index + 1} has no name`);
    if (seen.has(column)) throw refuse(`two columns are named ${quote(column)}`);
    // Assigning to it would change an object's prototype instead of adding a value.
    if (column === '__proto__') throw refuse('a column cannot be named "__proto__"; give it another name');
    seen.add(column);
  }
  const email = findEmailColumn(columns, emailColumn);
  if (typeof email === 'number') return { columns, email };
  if (columns.some(emailNameKind) || emailColumn !== undefined) throw refuse(email);
  throw refuse(
    `${email}. ${adviceOn(columns, where)} (the line was read as separated by ${delimiterName(delimiter)}s)`,
  );
}

function adviceOn(columns: readonly string[], { delimiter, beginning }: HeaderContext): string {
  const general =
    'The first line must name the columns, separated by commas, semicolons or tabs; the option emailColumn says which one holds the address';
  if (columns.some((name) => name.includes('@')))
    return `This line looks like a row, and not like a header. ${general}`;
  const below = [delimiter, ...delimiters]
    .flatMap((one) => firstRecords(beginning, one, 20))
    .find((record) => record.some((name) => emailNameKind(name) === 'first'));
  if (below === undefined) return general;
  return `The line with ${below.slice(0, 4).map(quote).join(', ')} looks like the header: remove what stands above it. ${general}`;
}
