import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileProblem, shown, shownPath } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { checkedUtf8 } from '../common/utf8.js';
import { csvRows } from './csv-rows.js';
import { isObject, jsonlRows, kind, withEmail } from './jsonl-rows.js';
import type { Reading, ReadingEnd } from './reading.js';

/**
 * Where the recipients come from:
 * - the path of a file, or its `file:` URL. `.csv`, `.tsv` and `.txt` are read as CSV (RFC 4180): UTF-8, a first line that
 *   names the columns, one of them `email` or what Outlook, Google Contacts and others call it; separated by commas,
 *   semicolons or tabs, whichever the first line shows, or by what a line `sep=;` before it says.
 *   `.jsonl` and `.ndjson` are read as JSON Lines: one object a line, with an `email`;
 * - `{ csv }` or `{ jsonl }`: the same as a text;
 * - objects, from anything that can be iterated, also asynchronously: `email` is the address, the rest is for the template.
 */
export type RecipientsInput =
  | string
  | URL
  | { readonly csv: string }
  | { readonly jsonl: string }
  | Iterable<object>
  | AsyncIterable<object>;

export interface OpenRecipientsOptions {
  /**
   * The name of the column (in JSON Lines and objects: of the value) that holds the address, where it has none of the usual
   * names, or several columns have one.
   * @default in CSV the column `email`, else the only one with a usual name; elsewhere `email`
   */
  emailColumn?: string | undefined;
}

export interface RecipientsSource {
  /** For errors and the journal: the path of the file, or `recipients`. */
  readonly name: string;
  readonly format: 'csv' | 'jsonl' | 'rows';
  /**
   * Reads it all once, to see that it can be read, before anything is sent: its SHA-256 (hexadecimal), its number of rows,
   * the names of its columns, the rows that are passed over. Undefined for objects that a program gives, which may be there
   * only once.
   * @throws BulkInputError for what has to be corrected, with its line.
   */
  inspect(signal?: AbortSignal): Promise<RecipientsInspection | undefined>;
  /**
   * The rows in their order, read as they are taken: memory does not grow with their number. A file is read anew each time.
   * @throws BulkInputError as `inspect` does; for objects of a generator also when they are asked for a second time.
   */
  rows(): AsyncIterable<Row>;
  /** The same recipients, read as the run read them whose journal says this of its recipients: rows have its numbers then. */
  asBegun(recorded: {
    readonly emailColumn?: string | undefined;
    readonly reader?: number | undefined;
  }): RecipientsSource;
}

interface RecipientsInspection extends ReadingEnd {
  readonly sha256: string;
  readonly rows: number;
}

/** @throws BulkInputError for what is no input at all. Whether a file can be read shows when it is read. */
export function openRecipients(input: RecipientsInput, { emailColumn }: OpenRecipientsOptions = {}): RecipientsSource {
  if (emailColumn !== undefined && (typeof emailColumn !== 'string' || emailColumn.trim() === '')) {
    throw new BulkInputError('The option emailColumn is the name of the column that holds the address');
  }
  return openWith(input, { emailColumn });
}

function openWith(input: RecipientsInput, reading: Reading): RecipientsSource {
  if (typeof input === 'string' || input instanceof URL) {
    const file = input instanceof URL ? pathOf(input) : input;
    return textSource(file, formatOf(file), fileBytes(file), reading);
  }
  if (typeof input === 'object' && input !== null) {
    if (Symbol.iterator in input || Symbol.asyncIterator in input) return objectSource(input, reading);
    if ('csv' in input && typeof input.csv === 'string') {
      return textSource('recipients', 'csv', textBytes(input.csv), reading);
    }
    if ('jsonl' in input && typeof input.jsonl === 'string') {
      return textSource('recipients', 'jsonl', textBytes(input.jsonl), reading);
    }
  }
  throw new BulkInputError(
    'Recipients are the path of a file, { csv: text }, { jsonl: text }, or objects that can be iterated',
  );
}

const readers = { csv: csvRows, jsonl: jsonlRows } as const;

function textSource(name: string, format: keyof typeof readers, bytes: InputBytes, reading: Reading): RecipientsSource {
  const read = (input: AsyncIterable<Buffer>) => readers[format](checkedUtf8(input, name), name, reading);
  return {
    name,
    format,
    async inspect(signal) {
      signal?.throwIfAborted();
      const hash = createHash('sha256');
      const rows = read(hashed(bytes(signal), hash));
      for (let count = 0; ; count++) {
        const next = await rows.next();
        if (next.done) return { sha256: hash.digest('hex'), rows: count, ...next.value };
      }
    },
    rows: () => read(bytes()),
    asBegun: (recorded) => textSource(name, format, bytes, readingOf(recorded)),
  };
}

function readingOf({ emailColumn, reader = 1 }: Parameters<RecipientsSource['asBegun']>[0]): Reading {
  return { emailColumn, reader: reader === 1 ? 1 : 2 };
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
}

function objectSource(items: Iterable<object> | AsyncIterable<object>, reading: Reading): RecipientsSource {
  return {
    name: 'recipients',
    format: 'rows',
    inspect: async () => undefined,
    rows: () => objectRows(items, reading),
    asBegun: (recorded) => objectSource(items, readingOf(recorded)),
  };
}

function formatOf(file: string): keyof typeof readers {
  const extension = path.extname(file).toLowerCase();
  if (['.csv', '.tsv', '.txt'].includes(extension)) return 'csv';
  if (['.jsonl', '.ndjson'].includes(extension)) return 'jsonl';
  throw new BulkInputError(`${shownPath(file)}: recipients are read from .csv, .tsv, .txt, .jsonl or .ndjson files`);
}

function pathOf(url: URL): string {
  if (url.protocol !== 'file:')
    throw new BulkInputError(`Recipients can be read from a file: URL, not from ${shown(url.href)}`);
  return fileURLToPath(url);
}

/** Something that can be read from its beginning as often as need be. */
type InputBytes = (signal?: AbortSignal) => AsyncIterable<Buffer>;

function fileBytes(file: string): InputBytes {
  return async function* (signal) {
    try {
      // A pipe could be read only once, and might never end.
      if (!(await stat(file)).isFile()) throw new BulkInputError(`${shownPath(file)} is not a file`);
      for await (const chunk of createReadStream(file, { signal })) yield chunk;
    } catch (cause) {
      if (cause instanceof BulkInputError || signal?.aborted) throw cause;
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      const message = isMissing
        ? `There is no file ${shownPath(file)}`
        : `${shownPath(file)} cannot be read: ${fileProblem(cause)}`;
      throw new BulkInputError(message);
    }
  };
}

const pieceLength = 64 * 1024;

function textBytes(text: string): InputBytes {
  return async function* (signal) {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += pieceLength) {
      signal?.throwIfAborted();
      yield bytes.subarray(start, start + pieceLength);
    }
  };
}

/** Generators and other iterators: what gave its rows once has none to give again. */
const spent = new WeakSet<object>();

/** Rows that a program gives, one after another. The sender of the mails checks their values. */
async function* objectRows(
  items: Iterable<object> | AsyncIterable<object>,
  { emailColumn }: Reading = {},
): AsyncGenerator<Row> {
  // A second reading would find no rows, as if there were none.
  if (spent.has(items)) throw new BulkInputError('These recipients come from a generator, which can be read only once');
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  if ((iterator as object) === items) spent.add(items);
  let number = 0;
  for await (const item of { [Symbol.asyncIterator]: () => iterator } as AsyncIterable<unknown>) {
    number++;
    if (!isObject(item)) {
      const message = `Recipients, row ${number}: a row must be an object, as in { email: '…' }, not ${kind(item)}`;
      throw new BulkInputError(message, { line: number });
    }
    yield { number, line: number, values: withEmail(item, emailColumn) };
  }
}
