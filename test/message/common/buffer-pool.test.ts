import { describe, expect, test, vi } from 'vitest';
import { BufferPool, large } from '../../../src/message/common/buffer-pool.js';

describe('buffers', () => {
  test('have exactly the size that was asked for', () => {
    const memory = new BufferPool();
    for (const size of [0, 1, large - 1, large, large + 1, 3_000_000]) expect(memory.take(size)).toHaveLength(size);
  });

  test('serve again once they were given back, and not before', () => {
    const memory = new BufferPool();
    const first = memory.take(1_000_000);
    const second = memory.take(1_000_000);
    expect(second.buffer).not.toBe(first.buffer);
    memory.giveBack(first);
    expect(memory.take(900_000).buffer).toBe(first.buffer);
    expect(memory.take(900_000).buffer).not.toBe(first.buffer);
  });

  test('that are given back twice serve one at a time', () => {
    const memory = new BufferPool();
    const buffer = memory.take(1_000_000);
    memory.giveBack(buffer);
    memory.giveBack(buffer.subarray(10));
    expect(memory.take(large).buffer).not.toBe(memory.take(large).buffer);
  });

  test('from elsewhere are never written to', () => {
    const memory = new BufferPool();
    const foreign = Buffer.alloc(1_000_000, 'a');
    memory.giveBack(foreign);
    memory.take(1_000_000).fill('b');
    expect(foreign.every((byte) => byte === 0x61)).toBe(true);
  });

  test('are let go of, however many there are', () => {
    const memory = new BufferPool();
    const taken = Array.from({ length: 20 }, () => memory.take(large));
    for (const buffer of taken) memory.giveBack(buffer);
    const again = Array.from({ length: 20 }, () => memory.take(large).buffer);
    expect(again.filter((buffer) => taken.some((one) => one.buffer === buffer))).toHaveLength(8);
    memory.giveBack(taken[0] as Buffer);
    memory.clear();
    expect(taken.map(({ buffer }) => buffer)).not.toContain(memory.take(large).buffer);
  });
});

describe('the encoded form of an attachment', () => {
  const encode = (bytes: Uint8Array) => vi.fn(() => Buffer.from(bytes.toString()));

  test('is kept from the second time on, while nothing else is done to the bytes', () => {
    const memory = new BufferPool();
    const file = Buffer.alloc(large, 1);
    const encoder = encode(file);
    expect(memory.encoded(file, encoder)).toBeUndefined();
    const second = memory.encoded(file, encoder);
    expect(memory.encoded(file, encoder)).toBe(second);
    expect(encoder).toHaveBeenCalledTimes(1);
  });

  test('is made again when the bytes have changed', () => {
    const memory = new BufferPool();
    const file = Buffer.alloc(large, 1);
    const encoded = () => memory.encoded(file, () => Buffer.from([file[1000] ?? 0]));
    encoded();
    expect(encoded()).toEqual(Buffer.from([1]));
    file[1000] = 2;
    expect(encoded()).toEqual(Buffer.from([2]));
    expect(encoded()).toEqual(Buffer.from([2]));
  });

  test('is kept of large ones only, and of no more than 8 MB of them', () => {
    const memory = new BufferPool();
    const kept = (file: Buffer) => {
      memory.encoded(file, () => file);
      return memory.encoded(file, () => file) !== undefined;
    };
    expect(kept(Buffer.alloc(large - 1))).toBe(false);
    expect(Array.from({ length: 4 }, () => kept(Buffer.alloc(3_000_000)))).toEqual([true, true, false, false]);
    memory.clear();
    expect(kept(Buffer.alloc(3_000_000))).toBe(true);
  });
});
