import { BulkInputError } from '../../../src/bulk/common/errors.js';
import type { Row } from '../../../src/bulk/common/row.js';
import { openRecipients, type RecipientsInput } from '../../../src/bulk/recipients/open-recipients.js';

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function readAll(input: RecipientsInput): Promise<Row[]> {
  return collect(openRecipients(input).rows());
}

/** The input error that something ends in, and nothing else. */
export async function refusal(run: () => unknown): Promise<BulkInputError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof BulkInputError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
