import { readFile } from 'node:fs/promises';
import { parseCsv } from '../vendor/csv-parse.js';
import { BulkInputError, messageOf, quote } from './errors.js';
import type { RecipientRow } from './row.js';
import { decodeUtf8 } from './utf8.js';

/** Reads a CSV file of recipients: UTF-8, a header row, commas, one column named `email`. */
export async function readRecipients(file: string): Promise<RecipientRow[]> {
  return parseRecipients(decodeUtf8(await readFile(file), file), file);
}

/** Reads CSV text (RFC 4180); `file` is the name that errors speak of. */
export function parseRecipients(text: string, file = 'recipients'): RecipientRow[] {
  const [header, ...records] = parseRecords(text, file);
  if (!header) throw new BulkInputError(`${file} is empty: its first line must name the columns, one of them "email"`);
  const columns = checkColumns(header, file);
  return records.map(({ line, fields }) => {
    if (fields.length !== columns.length) {
      const message =
        `${file}, line ${line}: ${count(fields.length, 'field')} where the header names ${columns.length} ` +
        `(${columns.join(', ')}). A value that holds a comma must stand in double quotes`;
      throw new BulkInputError(message, { line });
    }
    return { line, values: Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ''])) };
  });
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function parseRecords(text: string, file: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let countedTwice = 0;
  try {
    parseCsv(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'], // and mixtures of them, as in files put together from two
      relax_column_count: true, // ragged rows get our own message
      skip_empty_lines: true,
      on_record: (fields: string[], { lines }) => {
        // The parser tells the line that a record ends on, and counts a CRLF inside quotes twice; a person looks for the
        // line that the record starts on.
        const inside = fields.join().match(/[\r\n]/g)?.length ?? 0;
        records.push({ line: lines - inside - countedTwice, fields });
        countedTwice += fields.join().match(/\r\n/g)?.length ?? 0;
        return null;
      },
    });
  } catch (cause) {
    throw new BulkInputError(`${file} is not valid CSV: ${messageOf(cause)}`, { cause });
  }
  return records;
}

function checkColumns({ line, fields }: CsvRecord, file: string): string[] {
  const refuse = (problem: string) => new BulkInputError(`${file}, line ${line}: ${problem}`, { line });
  const columns = fields.map((name) => name.trim());
  for (const [index, column] of columns.entries()) {
    if (column === '') throw refuse(`column ${index + 1} has no name`);
    if (columns.indexOf(column) !== index) throw refuse(`two columns are named ${quote(column)}`);
    // Assigning to it would change an object's prototype instead of adding a value.
    if (column === '__proto__') throw refuse('a column cannot be named "__proto__"; give it another name');
  }
  if (!columns.includes('email')) {
    throw refuse(
      `the header names no column "email", only ${columns.map(quote).join(', ')}. ` +
        'The first line must name the columns, in lower case and separated by commas',
    );
  }
  return columns;
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
