import { expect, it } from 'vitest';
import { SlidingWindow } from '../../../src/bulk/pacing/sliding-window.js';

const hour = 3_600_000;

it('waits no longer than the window is long when somebody has set the clock back', () => {
  const window = new SlidingWindow(2, 60_000);
  for (const at of [5 * hour, 5 * hour + 10]) {
    window.begin(1);
    window.end(at, 1);
  }
  expect(window.wait(4 * hour, 1)).toBe(60_000);
  expect(window.wait(4 * hour + 59_999, 1)).toBe(1);
  expect(window.wait(4 * hour + 60_000, 1)).toBe(0);
});
