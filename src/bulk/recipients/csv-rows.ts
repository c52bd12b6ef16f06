import { pipeline, Readable } from 'node:stream';
import { CsvError, csvParser } from '../../vendor/csv-parse.js';
import { BulkInputError, messageOf } from '../errors.js';
import type { Row } from '../row.js';
import { checkColumns, type Delimiter, delimiterNames, type HeaderPlace, sniffDelimiter } from './csv-header.js';

/** No row of recipients is longer: one that goes on and on has a quote that nobody closed. In characters. */
const longestRow = 1024 * 1024;

/** A header is looked for in so many bytes. */
const headerWithin = 64 * 1024;

/** The rows of a CSV file (RFC 4180) that is given in pieces; in the end, the names of its columns. */
export async function* csvRows(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Row, readonly string[]> {
  const { beginning, all } = await peek(bytes, headerWithin);
  const delimiter = sniffDelimiter(beginning);
  let columns: readonly string[] | undefined;
  let number = 0;
  for await (const { line, fields } of records(all, delimiter, name)) {
    if (!columns) {
      columns = checkColumns(fields, { name, line, delimiter });
      continue;
    }
    if (fields.length !== columns.length) throw ragged(fields.length, columns, { name, line, delimiter });
    const values = Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
    yield { number: ++number, line, values };
  }
  if (!columns) throw new BulkInputError(`${name} is empty: its first line must name the columns, one of them "email"`);
  return columns;
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function records(bytes: AsyncIterable<Buffer>, delimiter: Delimiter, name: string): AsyncIterable<CsvRecord> {
  const place = new LinePlace();
  const parser = csvParser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'], // and mixtures of them, as in files put together from two
    relax_column_count: true, // ragged rows get our own message
    skip_empty_lines: true,
    max_record_size: longestRow,
    // As they are parsed: when the parser fails, rows that it had ready are lost, but not their lines. Its types know
    // records of strings only.
    on_record: (fields, info) => ({ line: place.startOf(fields, info), fields }) as unknown as string[],
  });
  // Ends one when the other fails or is left; the error itself comes out of the iteration.
  pipeline(Readable.from(bytes, { highWaterMark: 1 }), parser, () => {});
  return explained(parser as AsyncIterable<CsvRecord>, place, name);
}

async function* explained(parser: AsyncIterable<CsvRecord>, place: LinePlace, name: string) {
  try {
    yield* parser;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = place.startOfUnfinished(cause as unknown as ParserInfo);
    const problem = problems[cause.code] ?? messageOf(cause);
    throw new BulkInputError(`${name} is not valid CSV: in the row that begins on line ${line}, ${problem}`, {
      line,
      cause,
    });
  }
}

const problems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a double quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: 'there is more than 1 MB of text, so that a double quote was probably opened and never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'text goes on after the double quote that closes a value. Inside a value, a double quote is written twice: ""',
  INVALID_OPENING_QUOTE:
    'a double quote stands in the middle of a value. Put the whole value in double quotes, and write those inside it twice: ""',
};

interface ParserInfo {
  readonly lines: number;
  readonly empty_lines: number;
}

/** The parser tells the line that a row ends on, and counts a CRLF inside quotes twice; a person looks for where it starts. */
class LinePlace {
  #countedTwice = 0;
  #lastEnd = 0;
  #emptyLines = 0;

  startOf(fields: readonly string[], { lines, empty_lines }: ParserInfo): number {
    const breaks = fields.join().match(/[\r\n]/g)?.length ?? 0;
    const start = lines - breaks - this.#countedTwice;
    if (breaks > 0) this.#countedTwice += fields.join().match(/\r\n/g)?.length ?? 0;
    this.#lastEnd = lines - this.#countedTwice;
    this.#emptyLines = empty_lines;
    return start;
  }

  startOfUnfinished({ empty_lines }: ParserInfo): number {
    return this.#lastEnd + 1 + (empty_lines - this.#emptyLines);
  }
}

/** Waits for the beginning of a file, and gives it back together with all that follows. */
async function peek(bytes: AsyncIterable<Buffer>, length: number) {
  const rest = bytes[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  let size = 0;
  while (size < length) {
    const { value, done } = await rest.next();
    if (done) break;
    pieces.push(value);
    size += value.length;
  }
  const beginning = Buffer.concat(pieces);
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield beginning;
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }
  return { beginning, all: all() };
}

function ragged(found: number, columns: readonly string[], { name, line, delimiter }: HeaderPlace): BulkInputError {
  const message =
    `${name}, line ${line}: ${found} field${found === 1 ? '' : 's'} where the header names ${columns.length} ` +
    `(${columns.join(', ')}). A value that holds a ${delimiterNames[delimiter]} must stand in double quotes`;
  return new BulkInputError(message, { line });
}
