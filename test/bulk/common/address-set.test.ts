import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressSet } from '../../../src/bulk/common/address-set.js';

describe('the set of addresses', () => {
  test('names the first row that had an address', () => {
    const set = new AddressSet();
    expect(set.add('ana@x.test', 1)).toBeUndefined();
    expect(set.add('ben@x.test', 2)).toBeUndefined();
    expect(set.add('ana@x.test', 3)).toBe(1);
    expect(set.add('ana@x.test', 4)).toBe(1);
    expect(set.size).toBe(2);
  });

  test.each([
    ['ana@x.test', 'ANA@X.Test'],
    ['ana@münchen.example', 'ana@xn--mnchen-3ya.example'],
    ['ana@münchen.example', 'Ana@MÜNCHEN.example'],
  ])('takes %s and %s for the same', (one, other) => {
    const set = new AddressSet();
    set.add(one, 7);
    expect(set.add(other, 8)).toBe(7);
  });

  test('keeps apart what reaches different people', () => {
    const set = new AddressSet();
    for (const [index, address] of ['a+b@x.test', 'a@x.test', 'ab@x.test', 'a.b@x.test', 'a@y.test'].entries()) {
      expect(set.add(address, index + 1)).toBeUndefined();
    }
  });

  test('says the same as a map, whatever comes', () => {
    const text = fc.oneof(fc.string({ maxLength: 3 }), fc.emailAddress(), fc.constantFrom('a@x.test', 'A@x.test'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (addresses) => {
        const set = new AddressSet();
        const map = new Map<string, number>();
        for (const [index, address] of addresses.entries()) {
          const key = address.toLowerCase();
          expect(set.add(address, index + 1)).toBe(map.get(key));
          if (!map.has(key)) map.set(key, index + 1);
        }
      }),
    );
  });

  test('goes on with a hundred thousand, in few bytes each', () => {
    const set = new AddressSet();
    const before = process.memoryUsage().arrayBuffers;
    for (let row = 1; row <= 100_000; row++) set.add(`person${row}@x.test`, row);
    expect(set.size).toBe(100_000);
    // What was outgrown may not have been collected yet: with growth by 1.4 that is at most 2.5 times as much again.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000 * 27 * 3.5);
    expect([set.add('person1@x.test', 1), set.add('person77777@x.test', 9)]).toEqual([1, 77_777]);
  });
});
