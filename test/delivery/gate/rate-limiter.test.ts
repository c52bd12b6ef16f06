import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../../src/delivery/gate/rate-limiter.js';
import { RequestQueue } from '../../../src/delivery/gate/request-queue.js';
import { forAWhile } from '../../helpers/fixtures.js';
import { VirtualClock } from '../../helpers/virtual-clock.js';

describe('the rate limiter', () => {
  test('lets the limit through at once, and the next when the first has left the window', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(2, 1_000, clock);
    limiter.reserve();
    limiter.begin();
    await clock.advance(300);
    limiter.reserve();
    limiter.begin();
    expect(limiter.wait).toBe(700);
    await clock.advance(700);
    expect(limiter.wait).toBe(0);
    limiter.reserve();
    limiter.begin();
    expect(limiter.wait).toBe(300);
  });

  test('counts from when a request really left', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(1, 1_000, clock);
    limiter.reserve();
    await clock.advance(400);
    limiter.begin();
    expect(limiter.wait).toBe(1_000);
  });

  test('keeps the slot of a start that takes longer than the window to be made', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(1, 1_000, clock);
    limiter.reserve();
    await clock.advance(5_000);
    expect(limiter.wait).toBe(1_000);
    limiter.begin();
    await clock.advance(999);
    expect(limiter.wait).toBe(1);
  });

  test('gives back a start that is not made', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(2, 1_000, clock);
    limiter.reserve();
    limiter.begin();
    limiter.reserve();
    expect(limiter.wait).toBe(1_000);
    limiter.cancel();
    expect(limiter.wait).toBe(0);
  });
});

test('whatever is taken, made and given back: the limit holds in every window, and everybody gets through', async () => {
  const starts = fc.array(
    fc.record({ arrives: fc.nat(3_000), hesitates: fc.oneof(fc.constant(0), fc.nat(2_500)), gives: fc.boolean() }),
    { maxLength: 30, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), starts, async (limit, wishes) => {
      const clock = new VirtualClock();
      const limiter = new RateLimiter(limit, 1_000, clock);
      const queue = new RequestQueue({
        limit: () => Number.POSITIVE_INFINITY,
        wait: ({ submission }) => (submission ? limiter.wait : 0),
        acquired: ({ submission }) => {
          if (submission) limiter.reserve();
        },
        clock,
      });
      const made: number[] = [];
      let through = 0;
      wishes.forEach(({ arrives, hesitates, gives }, age) => {
        clock.after(arrives, async () => {
          await queue.acquire({ age, submission: true });
          clock.after(hesitates, () => {
            through++;
            if (gives) limiter.cancel();
            else {
              limiter.begin();
              made.push(clock.now());
            }
            queue.release();
          });
        });
      });
      await clock.advance(200_000);
      expect(through).toBe(wishes.length);
      for (let i = limit; i < made.length; i++)
        expect((made[i] ?? 0) - (made[i - limit] ?? 0)).toBeGreaterThanOrEqual(1_000);
      expect(clock.timers).toBe(0);
    }),
    forAWhile(),
  );
});
