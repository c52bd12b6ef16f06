import { BulkInputError } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { isObject, kind, withEmail } from './jsonl-rows.js';
import type { Reading } from './reading.js';

/** Generators and other iterators: what gave its rows once has none to give again. */
const spent = new WeakSet<object>();

/** Rows that a program gives, one after another. What holds for their values is for the one who sends to see. */
export async function* objectRows(
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
