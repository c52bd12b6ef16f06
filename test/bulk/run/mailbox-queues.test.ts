import { beforeEach, describe, expect, it } from 'vitest';
import { type Grant, type Lane, Lanes } from '../../../src/bulk/run/mailbox-queues.js';
import { SteppingClock } from './virtual/stepping-clock.js';

const minute = 60_000;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let clock: SteppingClock;
let order: string[];
beforeEach(() => {
  clock = new SteppingClock();
  order = [];
});

const lanesOf = (rate: number | false, concurrency = 4, perDay: number | false = false) =>
  new Lanes({ rate, perDay }, concurrency, clock);

/** Asks for a grant, and takes down under `name` when it came. */
function ask(lanes: Lanes, name: string, of: readonly Lane[], recipients?: number): Promise<Grant | undefined> {
  return lanes.acquire(of, recipients).then((grant) => {
    order.push(grant ? `${name} ${grant.lane.mailbox}` : `${name} closed`);
    return grant;
  });
}

describe('Lanes', () => {
  it('serve first whoever came first', async () => {
    const lanes = lanesOf(1);
    const lane = lanes.lane('a');
    (await lanes.acquire([lane]))?.used();
    const asked = ['first', 'second', 'third'].map((name) => ask(lanes, name, [lane]));
    for (const one of asked) {
      clock.step();
      (await one)?.used();
    }
    expect(order).toEqual(['first a', 'second a', 'third a']);
  });

  it('have no more on their way than they may', async () => {
    const lanes = lanesOf(false, 2);
    const lane = lanes.lane('a');
    const first = await lanes.acquire([lane]);
    await lanes.acquire([lane]);
    void ask(lanes, 'third', [lane]);
    await turn();
    expect(order).toEqual([]);
    first?.unused();
    await turn();
    expect(order).toEqual(['third a']);
    expect(lane.inFlight).toBe(2);
  });

  it('give whichever mailbox has least on its way', async () => {
    const lanes = lanesOf(false);
    const both = [lanes.lane('a'), lanes.lane('b')];
    for (const name of ['1', '2', '3', '4']) await ask(lanes, name, both);
    expect(order).toEqual(['1 a', '2 b', '3 a', '4 b']);
  });

  it('do not have one mailbox wait for another', async () => {
    const lanes = lanesOf(1);
    const [a, b] = [lanes.lane('a'), lanes.lane('b')];
    (await lanes.acquire([a]))?.used();
    void ask(lanes, 'of a', [a]);
    await ask(lanes, 'of b', [b]);
    expect(order).toEqual(['of b b']);
  });

  it('do not let small messages go past a large one for ever', async () => {
    const lanes = lanesOf(false, 4, 3);
    const lane = lanes.lane('a');
    const begun = clock.elapsed();
    for (let sent = 0; sent < 3; sent++) (await lanes.acquire([lane]))?.used();
    const large = ask(lanes, 'large', [lane], 3);
    const small = ask(lanes, 'small', [lane]);
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
    const lanes = lanesOf(false);
    const [a, b] = [lanes.lane('a'), lanes.lane('b')];
    lanes.hold(a, clock.elapsed() + minute);
    const begun = clock.elapsed();
    const waiting = ask(lanes, 'held', [a]);
    await ask(lanes, 'other', [a, b]);
    while (clock.timers > 0) clock.step();
    await waiting;
    expect(order).toEqual(['other b', 'held a']);
    expect(clock.elapsed() - begun).toBe(minute);
  });

  it('are held although somebody already waits for them', async () => {
    const lanes = lanesOf(1);
    const lane = lanes.lane('a');
    const begun = clock.elapsed();
    (await lanes.acquire([lane]))?.used();
    const waiting = ask(lanes, 'waiting', [lane]);
    lanes.hold(lane, begun + 10 * minute);
    while (clock.timers > 0) clock.step();
    await waiting;
    expect(clock.elapsed() - begun).toBe(10 * minute);
  });

  it('wait longer than a timer can', async () => {
    const lanes = lanesOf(false);
    const lane = lanes.lane('a');
    const begun = clock.elapsed();
    lanes.hold(lane, begun + 40 * 86_400_000);
    const waiting = ask(lanes, 'late', [lane]);
    while (clock.timers > 0) {
      expect(clock.untilNext).toBeLessThanOrEqual(2 ** 31 - 1);
      clock.step();
    }
    await waiting;
    expect(clock.elapsed() - begun).toBe(40 * 86_400_000);
  });

  it('let nobody go once they are closed, and leave no timer', async () => {
    const lanes = lanesOf(1);
    const lane = lanes.lane('a');
    const grant = await lanes.acquire([lane]);
    const waiting = ask(lanes, 'waiting', [lane]);
    lanes.close();
    await waiting;
    await ask(lanes, 'late', [lane]);
    grant?.used();
    expect(order).toEqual(['waiting closed', 'late closed']);
    expect(clock.timers).toBe(0);
  });

  it('remember once what went before', () => {
    const lanes = lanesOf(30);
    let told = 0;
    const first = lanes.lane('a', () => told++);
    expect(lanes.lane('a', () => told++)).toBe(first);
    expect(told).toBe(1);
    expect([...lanes.all]).toEqual([first]);
  });
});
