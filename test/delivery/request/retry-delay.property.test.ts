import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDelay, repeatDelay } from '../../../src/delivery/request/retry-delay.js';
import { forAWhile } from '../../helpers/fixtures.js';

const limits = fc.record({ maxRetries: fc.nat(200), maxWait: fc.nat(4_000_000) });
const random = fc.oneof(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.constantFrom(0, 1 - Number.EPSILON / 2),
);

test('over all attempts for one message: none earlier than told, no more than allowed, no longer than maxWait', () => {
  const answers = fc.array(
    fc.record({ retryAfter: fc.option(fc.nat(600_000), { nil: undefined }), random, repeats: fc.boolean() }),
    { maxLength: 300, size: 'max' },
  );
  fc.assert(
    fc.property(limits, answers, (bounds, told) => {
      let waited = 0;
      let attempts = 1;
      for (const { retryAfter, random, repeats } of told) {
        const state = { attempts, waited };
        const delay = repeats ? repeatDelay(bounds, state, random) : nextDelay(bounds, state, retryAfter, random);
        if (delay === undefined) break;
        if (!repeats) expect(delay).toBeGreaterThanOrEqual(retryAfter ?? 0);
        waited += delay;
        attempts++;
      }
      expect(attempts).toBeLessThanOrEqual(bounds.maxRetries + 1);
      expect(waited).toBeLessThanOrEqual(bounds.maxWait);
    }),
    forAWhile(),
  );
});

test('before something is done again that may have been done, there is always time for it to show', () => {
  const state = fc.record({ attempts: fc.integer({ min: 1, max: 2_000 }), waited: fc.nat(400_000) });
  fc.assert(
    fc.property(limits, state, random, (bounds, { attempts, waited }, random) => {
      const delay = repeatDelay(bounds, { attempts, waited }, random);
      if (delay === undefined) return;
      expect(delay).toBeGreaterThanOrEqual(1_000);
      expect(delay).toBeLessThanOrEqual(60_000);
      expect(Number.isInteger(delay)).toBe(true);
    }),
    forAWhile(),
  );
});
