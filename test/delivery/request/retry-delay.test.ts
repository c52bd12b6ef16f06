import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDelay } from '../../../src/delivery/request/retry-delay.js';
import { forAWhile } from '../../helpers/fixtures.js';

const limits = { maxRetries: 5, maxWait: 300_000 };
const almostOne = 1 - Number.EPSILON;

describe('without Retry-After', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
  ])('after attempt %i the wait is up to %i ms', (attempts, longest) => {
    expect(nextDelay(limits, { attempts, waited: 0 }, undefined, almostOne)).toBe(longest);
    expect(nextDelay(limits, { attempts, waited: 0 }, undefined, 0.5)).toBe(longest / 2);
    expect(nextDelay(limits, { attempts, waited: 0 }, undefined, 0)).toBe(0);
  });

  test('it never grows beyond a minute', () => {
    expect(nextDelay({ ...limits, maxRetries: 5_000 }, { attempts: 5_000, waited: 0 }, undefined, almostOne)).toBe(
      60_000,
    );
  });
});

describe('with Retry-After', () => {
  test('exactly that long', () => {
    expect(nextDelay(limits, { attempts: 3, waited: 0 }, 12_345, 0.1)).toBe(12_345);
  });

  test('up to the whole of maxWait', () => {
    expect(nextDelay(limits, { attempts: 1, waited: 200_000 }, 100_000, 0)).toBe(100_000);
  });

  test('not at all when it would take longer than maxWait: never a part of it', () => {
    expect(nextDelay(limits, { attempts: 1, waited: 200_000 }, 100_001, 0)).toBeUndefined();
  });
});

test('it ends after maxRetries', () => {
  expect(nextDelay(limits, { attempts: 5, waited: 0 }, 0, 0)).toBe(0);
  expect(nextDelay(limits, { attempts: 6, waited: 0 }, 0, 0)).toBeUndefined();
  expect(nextDelay({ ...limits, maxRetries: 0 }, { attempts: 1, waited: 0 }, undefined, 0)).toBeUndefined();
});

test('whatever the state, never before Retry-After, and never longer in total than maxWait', () => {
  const state = fc.record({ attempts: fc.integer({ min: 1, max: 2_000 }), waited: fc.nat(400_000) });
  fc.assert(
    fc.property(
      fc.record({ maxRetries: fc.nat(2_000), maxWait: fc.nat(400_000) }),
      state,
      fc.option(fc.nat(500_000), { nil: undefined }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (bounds, { attempts, waited }, retryAfter, random) => {
        const delay = nextDelay(bounds, { attempts, waited }, retryAfter, random);
        if (delay === undefined) return;
        expect(delay).toBeGreaterThanOrEqual(retryAfter ?? 0);
        expect(Number.isInteger(delay)).toBe(true);
        expect(waited + delay).toBeLessThanOrEqual(bounds.maxWait);
        expect(attempts).toBeLessThanOrEqual(bounds.maxRetries);
      },
    ),
    forAWhile(),
  );
});
