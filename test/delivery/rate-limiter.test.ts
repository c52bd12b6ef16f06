import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../src/delivery/rate-limiter.js';
import { Turnstile } from '../../src/delivery/turnstile.js';
import { VirtualClock } from '../helpers/virtual-clock.js';

describe('the rate limiter', () => {
  test('lets the limit through at once, and the next when the first has left the window', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(2, 1_000, clock);
    limiter.reserve();
    await clock.advance(300);
    limiter.reserve();
    expect(limiter.wait).toBe(700);
    await clock.advance(700);
    expect(limiter.wait).toBe(0);
    limiter.reserve();
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
});

describe('a turnstile with a rate', () => {
  test('keeps the limit in every window, in order of age, and starves nobody', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(3, 1_000, clock);
    const turnstile = new Turnstile({
      limit: Number.POSITIVE_INFINITY,
      wait: () => limiter.wait,
      entered: () => limiter.reserve(),
      clock,
    });
    const entered: { age: number; at: number }[] = [];
    for (let age = 0; age < 20; age++) {
      turnstile.enter({ age }).then(() => {
        entered.push({ age, at: clock.now() });
        turnstile.leave();
      });
    }
    await clock.advance(10_000);
    expect(entered.map(({ age }) => age)).toEqual([...Array(20).keys()]);
    for (let i = 3; i < 20; i++)
      expect((entered[i]?.at ?? 0) - (entered[i - 3]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('lets go of those who abort, and fails the rest when it closes', async () => {
    const clock = new VirtualClock();
    const turnstile = new Turnstile({ limit: 1, wait: () => 0, clock });
    await turnstile.enter({ age: 0 });
    const controller = new AbortController();
    const aborted = turnstile.enter({ age: 1, signal: controller.signal });
    const waiting = turnstile.enter({ age: 2 });
    controller.abort('enough');
    await expect(aborted).rejects.toMatchObject({ code: 'EABORT', cause: 'enough' });
    turnstile.leave();
    await expect(waiting).resolves.toBe(true);
    const last = turnstile.enter({ age: 3 });
    turnstile.close(() => new Error('closed'));
    await expect(last).rejects.toThrow('closed');
    await expect(turnstile.enter({ age: 4 })).rejects.toThrow('closed');
  });
});
