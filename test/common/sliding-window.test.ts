import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../src/common/sliding-window.js';

const length = 1_000;

interface Use {
  amount: number;
  begin: number;
  end: number;
}

/** What of `uses` falls into some window of the length, at the most, each anywhere from its begin to its end. */
function mostInWindow(uses: readonly Use[]): number {
  const starts = uses.map(({ end }) => end);
  return Math.max(
    0,
    ...starts.map((from) =>
      uses
        .filter(({ begin, end }) => end >= from && begin < from + length)
        .reduce((sum, { amount }) => sum + amount, 0),
    ),
  );
}

describe('SlidingWindow', () => {
  it('lets as many go as its limit, and the next when the first is as old as the window is long', () => {
    const window = new SlidingWindow(2, length);
    expect(window.wait(0, 1)).toBe(0);
    window.begin(1);
    window.end(10, 1);
    window.begin(1);
    window.end(300, 1);
    expect(window.wait(400, 1)).toBe(610);
    expect(window.wait(400, 2)).toBe(900);
    expect(window.wait(1_010, 1)).toBe(0);
    expect(window.wait(1_010, 2)).toBe(290);
  });

  it('counts what is under way for as long as it takes', () => {
    const window = new SlidingWindow(1, length);
    window.begin(1);
    expect(window.wait(50_000, 1)).toBeGreaterThan(0);
    window.end(50_000, 1);
    expect(window.wait(50_999, 1)).toBe(1);
    expect(window.wait(51_000, 1)).toBe(0);
  });

  it('forgets at once what did not happen', () => {
    const window = new SlidingWindow(1, length);
    window.begin(1);
    window.cancel(1);
    expect(window.wait(0, 1)).toBe(0);
    expect(window.count(0)).toBe(0);
  });

  it('takes what happened before in any order', () => {
    const window = new SlidingWindow(2, length);
    window.add(500, 1);
    window.add(100, 1);
    expect(window.wait(600, 1)).toBe(500);
    expect(window.wait(1_100, 1)).toBe(0);
  });

  it('lets more than its limit go when nothing else counts', () => {
    const window = new SlidingWindow(2, length);
    expect(window.wait(0, 5)).toBe(0);
    window.begin(5);
    window.end(0, 5);
    expect(window.wait(1, 1)).toBe(999);
  });

  it('never holds more than its limit in any window, and never waits without need', () => {
    const use = fc.record({
      after: fc.integer({ min: 0, max: 900 }),
      duration: fc.integer({ min: 0, max: 1_500 }),
      amount: fc.integer({ min: 1, max: 4 }),
      happens: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 8 }), fc.array(use, { maxLength: 60 }), (limit, wishes) => {
        const window = new SlidingWindow(limit, length);
        const happened: Use[] = [];
        let open: { amount: number; begin: number; end: number; happens: boolean }[] = [];
        const endUntil = (now: number) => {
          const ending = open.filter(({ end }) => end <= now).sort((a, b) => a.end - b.end);
          open = open.filter(({ end }) => end > now);
          for (const { amount, begin, end, happens } of ending) {
            if (happens) {
              window.end(end, amount);
              happened.push({ amount, begin, end });
            } else window.cancel(amount);
          }
        };
        let now = 0;
        for (const { after, duration, amount, happens } of wishes) {
          now += after;
          for (;;) {
            endUntil(now);
            const wait = window.wait(now, amount);
            // What counts now: all that is under way, and what ended within the last window.
            const counts = [...open, ...happened.filter(({ end }) => end + length > now)];
            const held = counts.reduce((sum, other) => sum + other.amount, 0) + amount > limit;
            expect(wait > 0).toBe(held);
            if (wait === 0) break;
            // No longer than to when enough of it is old, if nothing that is under way happens.
            now = Math.min(now + wait, ...open.map(({ end }) => end));
          }
          window.begin(amount);
          open.push({ amount, begin: now, end: now + duration, happens });
        }
        endUntil(Number.POSITIVE_INFINITY);
        expect(mostInWindow(happened)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 500 },
    );
  });
});
