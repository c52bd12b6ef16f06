import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Spool } from '../../src/message/spool.js';
import { failureOf } from '../helpers/failure.js';
import { bytesOf, ownTemporaryDirectory } from './large-support.js';

const memory = 256 * 1024;

async function* chunksOf(...chunks: Buffer[]) {
  yield* chunks;
}

/** A spool whose files are gone after the test. */
function newSpool(): Spool {
  const spool = new Spool();
  onTestFinished(() => spool.release());
  return spool;
}

test.each([
  ['stays in memory', memory, 0],
  ['goes to a file when it is longer than 256 KiB', memory + 1, 2],
])('content %s', async (_, length, entries) => {
  const { files } = ownTemporaryDirectory();
  const bytes = bytesOf(length);
  const source = await newSpool().keep(chunksOf(bytes.subarray(0, 100_001), bytes.subarray(100_001)), 1e9);
  expect(files()).toHaveLength(entries);
  expect(source?.size).toBe(length);
  expect((await source?.read(0, length))?.equals(bytes)).toBe(true);
  expect((await source?.read(length - 3, 3))?.equals(bytes.subarray(-3))).toBe(true);
});

test('several contents share a directory, and each keeps its own', async () => {
  const { files } = ownTemporaryDirectory();
  const spool = newSpool();
  const contents = [1, 2].map((seed) => bytesOf(memory + 1, seed));
  const sources = [];
  for (const content of contents) sources.push(await spool.keep(chunksOf(content), 1e9));
  expect(files()).toHaveLength(3);
  for (const [i, source] of sources.entries())
    expect((await source?.read(0, memory + 1))?.equals(contents[i] as Buffer)).toBe(true);
  await spool.release();
  expect(files()).toEqual([]);
  expect(await failureOf(sources[0]?.read(0, 1) as Promise<Buffer>)).toMatchObject({ code: 'ESTREAM' });
});

test('nothing beyond what content ends with can be read', async () => {
  const source = await newSpool().keep(chunksOf(Buffer.from('abc')), 3);
  expect(await failureOf(source?.read(1, 3) as Promise<Buffer>)).toMatchObject({ code: 'ESTREAM' });
});

test('content longer than it may be is not read any further', async () => {
  let read = 0;
  async function* endless() {
    for (; ; read++) yield Buffer.alloc(10);
  }
  expect(await newSpool().keep(endless(), 95)).toBeUndefined();
  expect(read).toBe(9);
});

test('no place for temporary files is ESTREAM, and the hint says where it was looked for', async () => {
  const { directory } = ownTemporaryDirectory();
  process.env.TMPDIR = path.join(directory, 'nowhere');
  const error = await failureOf(newSpool().keep(chunksOf(bytesOf(memory + 1)), 1e9));
  expect(error).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent', command: 'API' });
  expect(error.hint).toContain(process.env.TMPDIR);
});
