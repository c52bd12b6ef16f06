import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ContentSource, Spool, streamOf } from '../../../src/message/large/content-source.js';
import { failureOf } from '../../helpers/failure.js';
import { bytesOf, ownTemporaryDirectory, seesOpenFiles } from '../large-support.js';

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

test.skipIf(!seesOpenFiles).each([
  ['stays in memory', memory, 0],
  ['goes to a file without a name when it is longer than 256 KiB', memory + 1, 1],
])('content %s', async (_, length, opened) => {
  const { files, open } = ownTemporaryDirectory();
  const bytes = bytesOf(length);
  const source = await newSpool().keep(chunksOf(bytes.subarray(0, 100_001), bytes.subarray(100_001)), 1e9);
  expect(files()).toEqual([]);
  expect(open()).toHaveLength(opened);
  expect(source?.size).toBe(length);
  expect((await source?.read(0, length))?.equals(bytes)).toBe(true);
  expect((await source?.read(length - 3, 3))?.equals(bytes.subarray(-3))).toBe(true);
});

test('each content has a file of its own, until release', async () => {
  ownTemporaryDirectory();
  const spool = newSpool();
  const contents = [1, 2].map((seed) => bytesOf(memory + 1, seed));
  const sources = [];
  for (const content of contents) sources.push(await spool.keep(chunksOf(content), 1e9));
  for (const [i, source] of sources.entries())
    expect((await source?.read(0, memory + 1))?.equals(contents[i] as Buffer)).toBe(true);
  await spool.release();
  expect(await failureOf(sources[0]?.read(0, 1) as Promise<Buffer>)).toMatchObject({
    code: 'ESTREAM',
    outcome: 'not-sent',
  });
});

test('is read in many ways at once', async () => {
  ownTemporaryDirectory();
  const bytes = bytesOf(memory * 3 + 7);
  const source = (await newSpool().keep(chunksOf(bytes), 1e9)) as ContentSource;
  const whole = async () => Buffer.concat(await streamOf(source).toArray());
  const ranges = Array.from({ length: 50 }, (_, i) => [(i * 7_919) % memory, 1_000 + i * 131] as const);
  const [one, two, ...pieces] = await Promise.all([
    whole(),
    whole(),
    ...ranges.map(([position, length]) => source.read(position, length)),
  ]);
  expect([one, two].map((all) => all?.equals(bytes))).toEqual([true, true]);
  for (const [i, [position, length]] of ranges.entries())
    expect(pieces[i]?.equals(bytes.subarray(position, position + length))).toBe(true);
});

test('release waits for what is being read, and a later file is not read in its place', async () => {
  ownTemporaryDirectory();
  const spool = newSpool();
  const [first, second] = [bytesOf(memory + 1, 1), bytesOf(memory + 1, 2)];
  const source = (await spool.keep(chunksOf(first), 1e9)) as ContentSource;
  const reading = source.read(0, memory);
  const released = spool.release();
  const late = failureOf(source.read(0, 10));
  expect((await reading).equals(first.subarray(0, memory))).toBe(true);
  await released;
  await newSpool().keep(chunksOf(second), 1e9);
  expect(await late).toMatchObject({ code: 'ESTREAM' });
  expect(await failureOf(source.read(0, 10))).toMatchObject({ code: 'ESTREAM' });
});

test.skipIf(!seesOpenFiles)('content that is too long or breaks off leaves no file open after release', async () => {
  const { files, open } = ownTemporaryDirectory();
  const spool = newSpool();
  expect(await spool.keep(chunksOf(bytesOf(memory + 1), bytesOf(memory)), memory + 2)).toBeUndefined();
  expect(open()).toEqual([]);
  async function* broken() {
    yield bytesOf(memory + 1);
    throw new Error('broken off');
  }
  await expect(spool.keep(broken(), 1e9)).rejects.toThrow('broken off');
  await spool.release();
  expect([...files(), ...open()]).toEqual([]);
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
