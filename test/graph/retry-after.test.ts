import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/graph/retry-after.js';
import { forAWhile } from '../helpers/fixtures.js';

const now = Date.UTC(2026, 10, 23, 10);

describe('seconds', () => {
  test.each([
    ['10', 10_000],
    ['0', 0],
    ['2.128', 2_128],
    ['0.0001', 1],
    [' 7 ', 7_000],
    ['3600', 3_600_000],
  ])('%j is %i ms', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});

describe('dates, in all three forms of HTTP', () => {
  test.each([
    ['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 10:00:30 GMT', 30_000],
    ['Mon Nov 23 10:00:30 2026 GMT', 30_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ])('%j is %i ms from now', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});

describe('what cannot be read is nothing', () => {
  test.each([
    undefined,
    '',
    ' ',
    'soon',
    '-5',
    '+5',
    '1.5.2',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '5 seconds',
    '5,5',
    'Mon',
    'Mon, no date',
    '2026-11-23',
  ])('%j', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});

test('whatever the header, the answer is a time or nothing', () => {
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.string({ unit: fc.constantFrom(...'0123456789.-e, MonTueGMT:'.split('')) }),
  );
  fc.assert(
    fc.property(value, (text) => {
      const ms = parseRetryAfter(text, now);
      expect(ms === undefined || ms >= 0).toBe(true);
      expect(Number.isNaN(ms)).toBe(false);
    }),
    forAWhile(1_000),
  );
});
