import { BulkInputError, quote } from '../common/errors.js';
import type { Row } from '../common/row.js';
import type { Reading, ReadingEnd } from './reading.js';

/** In bytes. */
const longestLine = 1024 * 1024;
/** Levels of lists and objects in one another. Whatever goes down all of them would fail at some ten thousand. */
const deepest = 50;
/** More names than a list has columns: values are used as names. */
const mostNames = 1_000;
const lf = 0x0a;

/** The rows of a JSON Lines file (one object a line) that is given in pieces; in the end, all names that were in use. */
export async function* jsonlRows(
  bytes: AsyncIterable<Buffer>,
  name: string,
  { emailColumn = 'email' }: Reading = {},
): AsyncGenerator<Row, ReadingEnd> {
  const names = new Set<string>();
  let number = 0;
  for await (const { line, text } of lines(bytes, name)) {
    if (text.trim() === '') continue;
    const values = parseRow(text, emailColumn, `${name}, line ${line}`, line);
    for (const key of Object.keys(values)) if (key !== 'email' || emailColumn === 'email') names.add(key);
    if (names.size > mostNames) {
      const message = `${name}, line ${line}: there are more than ${mostNames} different names up to here. Every row should have the same`;
      throw new BulkInputError(message, { line });
    }
    yield { number: ++number, line, values: withEmail(values, emailColumn) };
  }
  if (number === 0)
    throw new BulkInputError(`${name} is empty: every line must be an object with an ${quote(emailColumn)}`);
  return { columns: [...names] };
}

/** Values whose `email` is the address, whatever the program that made them calls it. */
export function withEmail(values: Row['values'], emailColumn = 'email'): Row['values'] {
  if (emailColumn === 'email') return values;
  return { ...values, email: Object.hasOwn(values, emailColumn) ? values[emailColumn] : undefined };
}

function parseRow(text: string, email: string, where: string, line: number): Record<string, unknown> {
  const refuse = (problem: string) => new BulkInputError(`${where}: ${problem}`, { line });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Neither the text nor Node's words, which quote it: a text that is no list of recipients may be anything.
    throw refuse('this is not JSON; each line is one object, as in {"email":"…"}');
  }
  if (!isObject(value)) throw refuse(`a row must be an object, as in {"email":"…"}, not ${kind(value)}`);
  // Copying it would change an object's prototype instead of adding a value.
  if (Object.hasOwn(value, '__proto__')) throw refuse('a value cannot be named "__proto__"; give it another name');
  if (isDeeper(value, deepest)) throw refuse(`lists and objects stand in one another more than ${deepest} deep`);
  if (!Object.hasOwn(value, email)) throw refuse(`there is no ${quote(email)}`);
  if (typeof value[email] !== 'string') throw refuse(`${quote(email)} must be text, not ${kind(value[email])}`);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

export function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

async function* lines(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<{ line: number; text: string }> {
  let line = 1;
  let begun: Buffer[] = [];
  let size = 0;
  const add = (piece: Buffer) => {
    begun.push(piece);
    size += piece.length;
    if (size > longestLine) throw new BulkInputError(`${name}, line ${line}: it is longer than 1 MB`, { line });
  };
  const finished = () => {
    const text = Buffer.concat(begun).toString('utf8');
    begun = [];
    size = 0;
    return { line: line++, text };
  };
  for await (const piece of bytes) {
    let start = 0;
    for (let end = piece.indexOf(lf); end !== -1; end = piece.indexOf(lf, start)) {
      add(piece.subarray(start, end));
      start = end + 1;
      yield finished();
    }
    add(piece.subarray(start));
  }
  yield finished();
}
