import { describe, expect, it } from 'vitest';
import { ResultQueue } from '../../../src/bulk/run/result-queue.js';

async function pushAll(queue: ResultQueue<number>, count: number): Promise<number> {
  let pushed = 0;
  for (; pushed < count; pushed++) {
    const room = queue.room();
    if (room) {
      const blocked = await Promise.race([room.then(() => false), new Promise((r) => setTimeout(r, 20, true))]);
      if (blocked) return pushed;
    }
    queue.push(pushed);
  }
  return pushed;
}

async function collect<T>(reader: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of reader) all.push(one);
  return all;
}

describe('ResultQueue', () => {
  it('gives the results in order, before and after the end', async () => {
    const queue = new ResultQueue<number>(10);
    const reader = queue.listen();
    queue.push(1);
    queue.push(2);
    const reading = collect(reader);
    await Promise.resolve();
    queue.push(3);
    queue.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  it('keeps nothing for nobody, and has room for ever then', async () => {
    const queue = new ResultQueue<number>(2);
    expect(await pushAll(queue, 100)).toBe(100);
    const reader = queue.listen();
    queue.end();
    expect(await collect(reader)).toEqual([]);
  });

  it('has its writer wait when it is full, and go on when it was read', async () => {
    const queue = new ResultQueue<number>(5);
    const reader = queue.listen();
    expect(await pushAll(queue, 100)).toBe(5);
    const room = queue.room();
    expect(room).toBeInstanceOf(Promise);
    for (let read = 0; read < 5; read++) await reader.next();
    await room;
    expect(queue.room()).toBeUndefined();
  });

  it('lets more results through than it keeps', async () => {
    const queue = new ResultQueue<number>(7);
    const reading = collect(queue.listen());
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    for (const number of numbers) {
      await queue.room();
      queue.push(number);
    }
    queue.end();
    expect(await reading).toEqual(numbers);
  });

  it('no longer holds up a run whose reader has left', async () => {
    const queue = new ResultQueue<number>(3);
    const reader = queue.listen();
    await pushAll(queue, 3);
    const waiting = queue.room();
    await reader.next();
    await reader.return();
    await waiting;
    expect(await pushAll(queue, 100)).toBe(100);
  });

  it('lets a writer go when it ends', async () => {
    const queue = new ResultQueue<number>(1);
    queue.listen();
    queue.push(1);
    const waiting = queue.room();
    queue.end();
    await waiting;
  });

  it('throws what ended it after the last result', async () => {
    const queue = new ResultQueue<number>(3);
    const reader = queue.listen();
    queue.push(1);
    queue.end({ error: new Error('The end') });
    expect(await reader.next()).toEqual({ value: 1, done: false });
    await expect(reader.next()).rejects.toThrow('The end');
    expect(await reader.next()).toEqual({ value: undefined, done: true });
  });

  it('has one reader only', () => {
    const queue = new ResultQueue<number>(3);
    queue.listen();
    expect(() => queue.listen()).toThrow('can be iterated over once');
  });
});
