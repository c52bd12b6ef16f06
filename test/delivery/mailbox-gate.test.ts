import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MailboxGate, type Passage } from '../../src/delivery/mailbox-gate.js';
import { forAWhile } from '../helpers/fixtures.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

const closed = () => new Error('closed');

/** Someone on the way through the gate, who notes how far they have come. */
class Traveller {
  passage: Passage | undefined;
  state: 'outside' | 'inside' | 'waiting' | 'away' | 'resting' | 'rested' | 'failed' = 'outside';

  constructor(readonly gate: MailboxGate) {
    gate.admit().then(
      (passage) => {
        this.passage = passage;
        this.state = 'inside';
      },
      () => {
        this.state = 'failed';
      },
    );
  }

  depart(): void {
    this.state = 'waiting';
    this.passage?.depart().then(
      () => {
        this.state = 'away';
      },
      () => {
        this.state = 'failed';
      },
    );
  }

  rest(ms: number): void {
    this.state = 'resting';
    this.passage?.rest(ms).then(
      () => {
        this.state = 'rested';
      },
      () => {
        this.state = 'failed';
      },
    );
  }
}

async function through(gate: MailboxGate, count: number): Promise<Traveller[]> {
  const travellers = Array.from({ length: count }, () => new Traveller(gate));
  await settled();
  for (const traveller of travellers) if (traveller.state === 'inside') traveller.depart();
  await settled();
  return travellers;
}

const states = (travellers: Traveller[]) => travellers.map(({ state }) => state).join(' ');

describe('the gate of a mailbox', () => {
  test('lets `limit` requests go, and `lookAhead` messages more be composed', async () => {
    const gate = new MailboxGate(2, 1, new VirtualClock());
    const travellers = await through(gate, 5);
    expect(states(travellers)).toBe('away away waiting outside outside');
    expect(gate.queued).toBe(2);
  });

  test('lets the next go when one has arrived, and the next in when one has left', async () => {
    const gate = new MailboxGate(1, 1, new VirtualClock());
    const travellers = await through(gate, 4);
    travellers[0]?.passage?.arrive();
    await settled();
    expect(states(travellers)).toBe('away away outside outside');
    travellers[0]?.passage?.leave();
    await settled();
    expect(states(travellers)).toBe('away away inside outside');
  });

  test('serves the older first when one comes back from a failed attempt', async () => {
    const gate = new MailboxGate(1, 2, new VirtualClock());
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    first.passage?.arrive();
    await settled();
    first.depart();
    await settled();
    expect(states([first, second, third])).toBe('waiting away waiting');
    second.passage?.arrive();
    await settled();
    expect(states([first, second, third])).toBe('away away waiting');
  });

  test('holds everything for the whole of a pause', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(2, 2, clock);
    gate.pause(clock.now() + 1_000);
    const travellers = await through(gate, 2);
    await clock.advance(999);
    expect(states(travellers)).toBe('waiting waiting');
    expect(gate.pausedFor).toBe(1);
    await clock.advance(1);
    expect(states(travellers)).toBe('away away');
  });

  test('does not end a longer pause with a shorter one', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 0, clock);
    gate.pause(clock.now() + 1_000);
    gate.pause(clock.now() + 10);
    const travellers = await through(gate, 1);
    await clock.advance(999);
    expect(states(travellers)).toBe('waiting');
  });

  test('lengthens a pause while somebody waits for its end', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 0, clock);
    gate.pause(clock.now() + 1_000);
    const travellers = await through(gate, 1);
    gate.pause(clock.now() + 2_000);
    await clock.advance(1_999);
    expect(states(travellers)).toBe('waiting');
    await clock.advance(1);
    expect(states(travellers)).toBe('away');
  });

  test('turns away whoever would not wait that long, at once, and keeps the others', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 3, clock);
    const away = await gate.admit();
    await away.depart();
    const answers: string[] = [];
    for (const patience of [1_000, 5_000, undefined]) {
      const passage = await gate.admit();
      passage.depart(patience).then((departed) => answers.push(`${patience}: ${departed}`));
    }
    gate.pause(clock.now() + 3_000);
    await settled();
    expect(answers).toEqual(['1000: false']);
    away.arrive();
    await clock.advance(3_000);
    expect(answers).toEqual(['1000: false', '5000: true']);
  });

  test('gives a place away while its owner rests, and to the owner first when they are back', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 2, clock);
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    first.passage?.arrive();
    first.rest(500);
    await settled();
    expect(states([first, second, third])).toBe('resting away waiting');
    await clock.advance(500);
    first.depart();
    second.passage?.arrive();
    await settled();
    expect(states([first, second, third])).toBe('away away waiting');
  });

  test('is unused once everybody has left and no pause is to be remembered', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 0, clock);
    expect(gate.unused).toBe(true);
    const [only] = (await through(gate, 1)) as [Traveller];
    expect(gate.unused).toBe(false);
    gate.pause(clock.now() + 10);
    only.passage?.arrive();
    only.passage?.leave();
    expect(gate.unused).toBe(false);
    await clock.advance(10);
    expect(gate.unused).toBe(true);
  });
});

describe('when it closes', () => {
  test('whoever has no request in flight fails, whoever has one goes on', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 2, clock);
    const [first, second, third, fourth] = (await through(gate, 4)) as [Traveller, Traveller, Traveller, Traveller];
    first.passage?.arrive();
    first.rest(1_000);
    await settled();
    gate.close(closed);
    await settled();
    expect(states([first, second, third, fourth])).toBe('failed away failed failed');
  });

  test('nothing is left that would keep the process alive', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate(1, 2, clock);
    const [first] = (await through(gate, 2)) as [Traveller];
    gate.pause(clock.now() + 60_000);
    first.passage?.arrive();
    first.rest(1_000);
    expect(clock.timers).toBeGreaterThan(0);
    gate.close(closed);
    await settled();
    expect(clock.timers).toBe(0);
  });

  test('whoever comes later fails at every step', async () => {
    const gate = new MailboxGate(1, 2, new VirtualClock());
    const passage = await gate.admit();
    gate.close(closed);
    await expect(gate.admit()).rejects.toThrow('closed');
    await expect(passage.depart()).rejects.toThrow('closed');
    await expect(passage.rest(1)).rejects.toThrow('closed');
    passage.leave();
    expect(gate.unused).toBe(true);
  });

  test('a place that becomes free is not given to anybody', async () => {
    const gate = new MailboxGate(1, 0, new VirtualClock());
    const [first, second] = (await through(gate, 2)) as [Traveller, Traveller];
    gate.close(closed);
    await settled();
    first.passage?.arrive();
    first.passage?.leave();
    await settled();
    expect(second.state).toBe('failed');
    expect(gate.unused).toBe(true);
  });
});

test('whatever happens: never over the limits, never away in a pause, nobody starves, the older before the younger', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), who: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const), who: fc.nat(), ms: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.nat(500) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.nat(400) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(3),
      fc.array(step, { maxLength: 40 }),
      async (limit, lookAhead, steps) => {
        const clock = new VirtualClock();
        const gate = new MailboxGate(limit, lookAhead, clock);
        let inFlight = 0;
        let inside = 0;
        let pausedUntil = 0;
        const entered: number[] = [];
        const flying: { end: (again?: number) => void }[] = [];

        const travel = async (number: number) => {
          const passage = await gate.admit();
          entered.push(number);
          expect(++inside).toBeLessThanOrEqual(limit + lookAhead);
          for (let again: number | undefined = 0; again !== undefined; ) {
            await passage.depart();
            expect(++inFlight).toBeLessThanOrEqual(limit);
            expect(clock.now()).toBeGreaterThanOrEqual(pausedUntil);
            again = await new Promise<number | undefined>((end) => flying.push({ end }));
            inFlight--;
            passage.arrive();
            if (again !== undefined) await passage.rest(again);
          }
          inside--;
          passage.leave();
        };

        const travellers: Promise<void>[] = [];
        for (const action of steps) {
          if (action.do === 'enter') travellers.push(travel(travellers.length));
          if (action.do === 'finish') flying.splice(action.who % Math.max(1, flying.length), 1)[0]?.end();
          if (action.do === 'retry') flying.splice(action.who % Math.max(1, flying.length), 1)[0]?.end(action.ms);
          if (action.do === 'pause') {
            // As a 429 does it: on arrival, before anybody else may go.
            pausedUntil = Math.max(pausedUntil, clock.now() + action.ms);
            gate.pause(pausedUntil);
          }
          if (action.do === 'time') await clock.advance(action.ms);
          await settled();
        }
        let left = 10 * (steps.length + 1);
        const done = Promise.all(travellers).then(() => 'done');
        while (left-- > 0) {
          await clock.advance(1_000);
          for (const { end } of flying.splice(0)) end();
        }
        expect(await Promise.race([done, settled().then(() => 'starved')])).toBe('done');
        expect(entered).toEqual(entered.toSorted((a, b) => a - b));
        expect(gate.unused).toBe(true);
      },
    ),
    forAWhile(4_000),
  );
});
