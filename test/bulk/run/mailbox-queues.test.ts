import { beforeEach, describe, expect, it } from 'vitest';
import { type MailboxQueue, MailboxQueues, type SendSlot } from '../../../src/bulk/run/mailbox-queues.js';
import { SteppingClock } from './virtual/stepping-clock.js';

const minute = 60_000;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let clock: SteppingClock;
let order: string[];
beforeEach(() => {
  clock = new SteppingClock();
  order = [];
});

const queuesOf = (rate: number | false, concurrency = 4, perDay: number | false = false) =>
  new MailboxQueues({ rate, perDay }, concurrency, clock);

/** Asks for a slot, and takes down under `name` when it came. */
function ask(
  queues: MailboxQueues,
  name: string,
  of: readonly MailboxQueue[],
  recipients?: number,
): Promise<SendSlot | undefined> {
  return queues.acquire(of, recipients).then((slot) => {
    order.push(slot ? `${name} ${slot.queue.mailbox}` : `${name} closed`);
    return slot;
  });
}

describe('MailboxQueues', () => {
  it('serve first whoever came first', async () => {
    const queues = queuesOf(1);
    const queue = queues.queue('a');
    (await queues.acquire([queue]))?.used();
    const asked = ['first', 'second', 'third'].map((name) => ask(queues, name, [queue]));
    for (const one of asked) {
      clock.step();
      (await one)?.used();
    }
    expect(order).toEqual(['first a', 'second a', 'third a']);
  });

  it('have no more on their way than they may', async () => {
    const queues = queuesOf(false, 2);
    const queue = queues.queue('a');
    const first = await queues.acquire([queue]);
    await queues.acquire([queue]);
    void ask(queues, 'third', [queue]);
    await turn();
    expect(order).toEqual([]);
    first?.unused();
    await turn();
    expect(order).toEqual(['third a']);
    expect(queue.inFlight).toBe(2);
  });

  it('give whichever mailbox has least on its way', async () => {
    const queues = queuesOf(false);
    const both = [queues.queue('a'), queues.queue('b')];
    for (const name of ['1', '2', '3', '4']) await ask(queues, name, both);
    expect(order).toEqual(['1 a', '2 b', '3 a', '4 b']);
  });

  it('do not have one mailbox wait for another', async () => {
    const queues = queuesOf(1);
    const [a, b] = [queues.queue('a'), queues.queue('b')];
    (await queues.acquire([a]))?.used();
    void ask(queues, 'of a', [a]);
    await ask(queues, 'of b', [b]);
    expect(order).toEqual(['of b b']);
  });

  it('do not let small messages go past a large one for ever', async () => {
    const queues = queuesOf(false, 4, 3);
    const queue = queues.queue('a');
    const begun = clock.elapsed();
    for (let sent = 0; sent < 3; sent++) (await queues.acquire([queue]))?.used();
    const large = ask(queues, 'large', [queue], 3);
    const small = ask(queues, 'small', [queue]);
    while (order.length === 0) {
      clock.step();
      await turn();
    }
    (await large)?.used();
    expect(clock.elapsed() - begun).toBe(86_400_000);
    while (clock.timers > 0) clock.step();
    await small;
    expect(order).toEqual(['large a', 'small a']);
  });

  it('hold a mailbox until it may be asked again, and no other', async () => {
    const queues = queuesOf(false);
    const [a, b] = [queues.queue('a'), queues.queue('b')];
    queues.hold(a, clock.elapsed() + minute);
    const begun = clock.elapsed();
    const waiting = ask(queues, 'held', [a]);
    await ask(queues, 'other', [a, b]);
    while (clock.timers > 0) clock.step();
    await waiting;
    expect(order).toEqual(['other b', 'held a']);
    expect(clock.elapsed() - begun).toBe(minute);
  });

  it('are held although somebody already waits for them', async () => {
    const queues = queuesOf(1);
    const queue = queues.queue('a');
    const begun = clock.elapsed();
    (await queues.acquire([queue]))?.used();
    const waiting = ask(queues, 'waiting', [queue]);
    queues.hold(queue, begun + 10 * minute);
    while (clock.timers > 0) clock.step();
    await waiting;
    expect(clock.elapsed() - begun).toBe(10 * minute);
  });

  it('wait longer than a timer can', async () => {
    const queues = queuesOf(false);
    const queue = queues.queue('a');
    const begun = clock.elapsed();
    queues.hold(queue, begun + 40 * 86_400_000);
    const waiting = ask(queues, 'late', [queue]);
    while (clock.timers > 0) {
      expect(clock.untilNext).toBeLessThanOrEqual(2 ** 31 - 1);
      clock.step();
    }
    await waiting;
    expect(clock.elapsed() - begun).toBe(40 * 86_400_000);
  });

  it('let nobody go once they are closed, and leave no timer', async () => {
    const queues = queuesOf(1);
    const queue = queues.queue('a');
    const slot = await queues.acquire([queue]);
    const waiting = ask(queues, 'waiting', [queue]);
    queues.close();
    await waiting;
    await ask(queues, 'late', [queue]);
    slot?.used();
    expect(order).toEqual(['waiting closed', 'late closed']);
    expect(clock.timers).toBe(0);
  });

  it('remember once what went before', () => {
    const queues = queuesOf(30);
    let told = 0;
    const first = queues.queue('a', () => told++);
    expect(queues.queue('a', () => told++)).toBe(first);
    expect(told).toBe(1);
    expect([...queues.all]).toEqual([first]);
  });
});
