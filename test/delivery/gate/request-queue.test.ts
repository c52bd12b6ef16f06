import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../../src/delivery/gate/rate-limiter.js';
import { type QueuedRequest, RequestQueue } from '../../../src/delivery/gate/request-queue.js';
import { settled, VirtualClock } from '../../helpers/virtual-clock.js';

/** Enters one after another, and keeps a record of who came in. */
function entering(queue: RequestQueue, requests: QueuedRequest[]): string[] {
  const record: string[] = [];
  for (const request of requests) {
    queue.acquire(request).then(
      (entered) => record.push(`${request.age}${entered ? '' : ' not'}`),
      (error: Error) => record.push(`${request.age} ${error.message}`),
    );
  }
  return record;
}

describe('a request queue', () => {
  test('lets so many in at a time, asked anew each time', async () => {
    let limit = 1;
    const queue = new RequestQueue({ limit: () => limit, clock: new VirtualClock() });
    const record = entering(queue, [{ age: 0 }, { age: 1 }, { age: 2 }, { age: 3 }]);
    await settled();
    expect(record).toEqual(['0']);
    limit = 3;
    queue.release();
    await settled();
    expect(record).toEqual(['0', '1', '2', '3']);
    expect(queue).toMatchObject({ inUse: 3, waiting: 0 });
  });

  test('serves by age, not by arrival', async () => {
    const queue = new RequestQueue({ limit: () => 1, clock: new VirtualClock() });
    const record = entering(queue, [{ age: 5 }, { age: 9 }, { age: 2 }, { age: 7 }]);
    for (let i = 0; i < 4; i++) {
      await settled();
      queue.release();
    }
    expect(record).toEqual(['5', '2', '7', '9']);
  });

  test('lets the oldest hold up the rest, whatever it waits for', async () => {
    const clock = new VirtualClock();
    const opens = clock.now() + 100;
    const queue = new RequestQueue({
      limit: () => 9,
      wait: ({ bytes = 0 }) => (bytes > 0 ? opens - clock.now() : 0),
      clock,
    });
    const record = entering(queue, [{ age: 0, bytes: 1 }, { age: 1 }]);
    await clock.advance(99);
    expect(record).toEqual([]);
    await clock.advance(1);
    expect(record).toEqual(['0', '1']);
  });

  test('turns away who would not wait for a pause, but not who waits for their own turn', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    let pause = 0;
    const queue = new RequestQueue({
      limit: () => 9,
      pause: () => Math.max(0, start + pause - clock.now()),
      wait: () => Math.max(0, start + 500 - clock.now()),
      clock,
    });
    const record = entering(queue, [
      { age: 0, longestPause: 99 },
      { age: 1, longestPause: 100 },
    ]);
    await settled();
    expect(record).toEqual([]);
    pause = 100;
    queue.advance();
    await settled();
    expect(record).toEqual(['0 not']);
    await clock.advance(500);
    expect(record).toEqual(['0 not', '1']);
  });

  test('sets no timer for a wait that only another can end', async () => {
    const clock = new VirtualClock();
    let wait = Number.POSITIVE_INFINITY;
    const queue = new RequestQueue({ limit: () => 9, wait: () => wait, clock });
    const record = entering(queue, [{ age: 0 }]);
    expect(clock.timers).toBe(0);
    wait = 0;
    queue.advance();
    await settled();
    expect(record).toEqual(['0']);
  });

  test('waits for more than a timer of Node can take', async () => {
    class NodesClock extends VirtualClock {
      override after(ms: number, callback: () => void): () => void {
        // Node takes a longer one for 1 ms.
        return super.after(ms > 2_147_483_647 ? 1 : ms, callback);
      }
    }
    const clock = new NodesClock();
    const month = 31 * 86_400_000;
    const start = clock.now();
    let looks = 0;
    const pause = () => {
      looks++;
      return Math.max(0, start + month - clock.now());
    };
    const queue = new RequestQueue({ limit: () => 9, pause, clock });
    const record = entering(queue, [{ age: 0 }]);
    await clock.advance(10);
    expect(looks, 'not looking all the time').toBeLessThan(3);
    await clock.advance(month - 11);
    expect(record).toEqual([]);
    await clock.advance(1);
    expect(record).toEqual(['0']);
  });

  test('tells of who enters before anybody else may', async () => {
    const entered: number[] = [];
    const queue = new RequestQueue({
      limit: () => 2,
      acquired: ({ age }) => entered.push(age),
      clock: new VirtualClock(),
    });
    entering(queue, [{ age: 0 }, { age: 1 }, { age: 2 }]);
    expect(entered).toEqual([0, 1]);
  });

  test('lets go of who aborts, and whoever they held up goes on', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const queue = new RequestQueue({ limit: () => 9, wait: ({ bytes = 0 }) => bytes * 100, clock });
    const aborted = queue.acquire({ age: 0, bytes: 1, signal: controller.signal });
    const record = entering(queue, [{ age: 1 }]);
    controller.abort('enough');
    await expect(aborted).rejects.toMatchObject({ code: 'EABORT', cause: 'enough' });
    expect(record).toEqual(['1']);
    expect(clock.timers).toBe(0);
  });
});

test('a request queue with a rate keeps it in every window, in order of age, and starves nobody', async () => {
  const clock = new VirtualClock();
  const limiter = new RateLimiter(3, 1_000, clock);
  const queue = new RequestQueue({
    limit: () => Number.POSITIVE_INFINITY,
    wait: () => limiter.wait,
    acquired: () => limiter.reserve(),
    clock,
  });
  const entered: { age: number; at: number }[] = [];
  for (let age = 0; age < 20; age++) {
    queue.acquire({ age }).then(() => {
      limiter.begin();
      entered.push({ age, at: clock.now() });
      queue.release();
    });
  }
  await clock.advance(10_000);
  expect(entered.map(({ age }) => age)).toEqual([...Array(20).keys()]);
  for (let i = 3; i < 20; i++) expect((entered[i]?.at ?? 0) - (entered[i - 3]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
});
