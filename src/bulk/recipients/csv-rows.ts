import { pipeline, Readable } from 'node:stream';
import { CsvError, csvParser } from '../../vendor/csv-parse.js';
import { BulkInputError, messageOf, quote } from '../common/errors.js';
import { plainName } from '../common/nearest-name.js';
import type { Row } from '../common/row.js';
import { type CsvHeader, csvForm, delimiterName, readHeader } from './csv-header.js';
import { emailNameKind } from './email-column.js';
import type { Reading, ReadingEnd } from './reading.js';

/** No row of recipients is longer: one that goes on and on has a quote that was never closed. In characters. */
const longestRow = 1024 * 1024;

/** A header is looked for in so many bytes. */
const headerWithin = 64 * 1024;

/** The rows of a CSV file (RFC 4180) that is given in pieces; in the end, what there is to say about them. */
export async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  name: string,
  { emailColumn, reader }: Reading = {},
): AsyncGenerator<Row, ReadingEnd> {
  const asBefore = reader === 1;
  const { beginning, rest } = await peek(bytes, headerWithin);
  const { delimiter, skip } = csvForm(beginning, emailColumn);
  const table = beginning.subarray(skip);
  const lineCounter = new LineCounter(skip > 0 ? 1 : 0);
  let header: CsvHeader | undefined;
  let number = 0;
  let emptyRows: ReadingEnd['emptyRows'];
  for await (const { line, fields } of records(together(table, rest), delimiter, name, lineCounter)) {
    if (isEmpty(fields) && !(asBefore && header)) {
      emptyRows = { count: (emptyRows?.count ?? 0) + 1, firstLine: emptyRows?.firstLine ?? line };
      continue;
    }
    if (!header) {
      header = readHeader(fields, { name, line, delimiter, emailColumn, beginning: table });
      continue;
    }
    const problem = columnsProblem(fields, header, delimiter) ?? (asBefore ? undefined : jointProblem(fields, header));
    if (problem !== undefined) throw new BulkInputError(`${name}, line ${line}: ${problem}`, { line });
    yield { number: ++number, line, values: valuesOf(fields, header, asBefore) };
  }
  if (!header) {
    throw new BulkInputError(`${name} is empty: its first line must name the columns, one of them "email"`);
  }
  const { columns, email } = header;
  return {
    // One of that name that does not hold the address gives way to the one that does.
    columns: columns.filter((column, index) => column !== 'email' || index === email),
    ...(emptyRows && { emptyRows }),
  };
}

function isEmpty(fields: readonly string[]): boolean {
  return fields.every((field) => field.trim() === '');
}

/** By the names of the columns; the address is also called `email`, whatever the file calls it. */
function valuesOf(fields: readonly string[], { columns, email }: CsvHeader, asBefore: boolean): Row['values'] {
  const values = Object.fromEntries(
    columns.map((column, index) => {
      const field = fields[index] ?? '';
      return [column, !asBefore && (index === email || column === 'name') ? field.trim() : field];
    }),
  );
  const column = columns[email] as string;
  return column === 'email' ? values : { ...values, email: values[column] };
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

function records(
  bytes: AsyncIterable<Buffer>,
  delimiter: string,
  name: string,
  lineCounter: LineCounter,
): AsyncIterable<CsvRecord> {
  const parser = csvParser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'], // and mixtures of them, as in files put together from two
    relax_column_count: true, // ragged rows get our own message
    skip_empty_lines: true,
    max_record_size: longestRow,
    // As they are parsed: when the parser fails, rows that it had ready are lost, but not their lines. Its types know
    // records of strings only.
    on_record: (fields, info) => ({ line: lineCounter.startOf(fields, info), fields }) as unknown as string[],
  });
  // Ends one when the other fails or is left; the error itself comes out of the iteration.
  pipeline(Readable.from(bytes, { highWaterMark: 1 }), parser, () => {});
  return explained(parser as AsyncIterable<CsvRecord>, lineCounter, name);
}

async function* explained(parser: AsyncIterable<CsvRecord>, lineCounter: LineCounter, name: string) {
  try {
    yield* parser;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = lineCounter.startOfUnfinished(cause as unknown as ParserInfo);
    // A mark in front of a quote, which is then in the middle of the value.
    const isMark = cause.code === 'INVALID_OPENING_QUOTE' && cause.message.includes(`value is "${mark}`);
    const problem = isMark ? markProblem : (problems[cause.code] ?? messageOf(cause));
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

/** The parser tells the line that a row ends on, and counts a CRLF inside quotes twice; a user looks for where it starts. */
class LineCounter {
  /** Lines above those that the parser sees. */
  readonly #above: number;
  #countedTwice = 0;
  #lastEnd: number;
  #emptyLines = 0;

  constructor(above: number) {
    this.#above = above;
    this.#lastEnd = above;
  }

  startOf(fields: readonly string[], info: ParserInfo): number {
    const { empty_lines } = info;
    const lines = info.lines + this.#above;
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

/** Waits for the beginning of a file, and gives it, and what follows. */
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
  return { beginning: Buffer.concat(pieces), rest };
}

async function* together(beginning: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield beginning;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** What is wrong with the number of fields; more than columns are right when nothing stands in them. */
function columnsProblem(fields: readonly string[], { columns }: CsvHeader, delimiter: string): string | undefined {
  const more = fields.slice(columns.length);
  if (fields.length >= columns.length && isEmpty(more)) return undefined;
  if (fields.some((field) => field.includes(mark))) return markProblem;
  // Of lists put together, where the first had no line break at its end.
  const joint = fields.length === 2 * columns.length - 1 && fields[columns.length - 1]?.endsWith(columns[0] as string);
  if (joint) return jointRow(fields[columns.length - 1] as string, columns[0] as string);
  const message =
    `${fields.length} field${fields.length === 1 ? '' : 's'} where the header names ${columns.length} ` +
    `(${columns.join(', ')}). A value that holds a ${delimiterName(delimiter)} must stand in double quotes`;
  const stray = more.findIndex((field) => field.trim() !== '');
  return stray === -1
    ? message
    : `${message}; a column with values, as column ${columns.length + stray + 1}, must have a name`;
}

const mark = '\uFEFF';

const markProblem =
  'a byte order mark stands here, in the middle of the file, as where lists were put together. Remove it, and the header after it';

/** What shows that here another list begins. */
function jointProblem(fields: readonly string[], header: CsvHeader): string | undefined {
  const { columns, email } = header;
  if (fields[0]?.startsWith(mark)) return markProblem;
  const address = (fields[email] ?? '').trim();
  const name = columns[email] as string;
  if (columns.length === 1 && address.includes('@') && isGlued(address, name)) return jointRow(address, name);
  if (address === '' || address.includes('@') || !looksLikeHeader(fields, header)) return undefined;
  return 'this is a second header, as where lists were put together. Remove it, if the columns below it are the same';
}

/** The same columns again, or others: then a column of addresses is named, and mostly what is known to be a name. */
function looksLikeHeader(fields: readonly string[], { columns, email }: CsvHeader): boolean {
  const cells = fields.map((field) => field.trim()).filter((field) => field !== '');
  const isEmailName = (cell: string) => emailNameKind(cell) !== undefined || cell === columns[email];
  if (isEmailName((fields[email] ?? '').trim())) return true;
  const known = new Set(columns.map(plainName));
  const names = cells.filter((cell) => isEmailName(cell) || known.has(plainName(cell)));
  return cells.some(isEmailName) && names.length * 2 >= cells.length;
}

/** An address with the header of the next list right after it: no domain ends so, but for `.email`, `.mail`. */
function isGlued(address: string, name: string): boolean {
  const end = address.slice(address.lastIndexOf('.') + 1);
  return emailNameKind(name) !== undefined && end.length > name.length && end.endsWith(name);
}

function jointRow(text: string, name: string): string {
  return `${quote(text)} ends in ${quote(name)}, the header of another list: there must be a line break between lists, and one header alone`;
}
