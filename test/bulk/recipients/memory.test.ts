import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { csvRows } from '../../../src/bulk/recipients/csv-rows.js';
import { jsonlRows } from '../../../src/bulk/recipients/jsonl-rows.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is really in use, in MB. */
function inUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

async function largeFile(name: string, line: (index: number) => string, header = ''): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'recipients-'));
  const file = path.join(folder, name);
  const handle = await open(file, 'w');
  await handle.write(header);
  for (let start = 0; start < rows; start += 10_000) {
    await handle.write(Array.from({ length: 10_000 }, (_, index) => line(start + index)).join(''));
  }
  await handle.close();
  return file;
}

const rows = 200_000;

test.each([
  ['people.csv', 'email,name\n', (index: number) => `a${index}@example.com,Müller ${index}\n`],
  ['people.jsonl', '', (index: number) => `{"email":"a${index}@example.com","name":"Müller"}\n`],
] as const)(
  '%s of 200,000 rows is read with no more memory at its end than at its beginning',
  async (name, header, line) => {
    const file = await largeFile(name, line, header);
    const source = openRecipients(file);
    const [afterFirst, growth] = [new Map<string, number>(), [] as number[]];
    for (const read of ['rows', 'again']) {
      for await (const row of source.rows()) {
        if (row.number === 1_000) afterFirst.set(read, inUse());
        if (row.number % 50_000 === 0) growth.push(inUse() - (afterFirst.get(read) ?? 0));
      }
    }
    expect(growth).toHaveLength(8);
    expect(Math.max(...growth)).toBeLessThan(3);
    const before = inUse();
    expect(await source.inspect()).toMatchObject({ rows });
    expect(inUse() - before).toBeLessThan(3);
    await rm(path.dirname(file), { recursive: true });
  },
);

test.each([
  ['CSV', csvRows, 'email,name\n', 'a@example.com,Ann\n'],
  ['JSON Lines', jsonlRows, '\n', '{"email":"a@example.com"}\n'],
] as const)('%s is read no faster than its rows are taken', async (_, read, header, line) => {
  let pieces = 0;
  let ended = false;
  async function* endless() {
    try {
      yield Buffer.from(header);
      for (;;) {
        pieces++;
        yield Buffer.from(line.repeat(4_000));
      }
    } finally {
      ended = true;
    }
  }
  const reading = read(endless(), 'f');
  await reading.next();
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  expect(pieces).toBeLessThan(8);
  await reading.return?.({ columns: [] });
  for (let turn = 0; turn < 20 && !ended; turn++) await setImmediate();
  expect(ended).toBe(true);
});
