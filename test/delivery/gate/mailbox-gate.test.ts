import { describe, expect, test } from 'vitest';
import { MailboxGate } from '../../../src/delivery/gate/mailbox-gate.js';
import { accepted, states, Traveller, through } from '../../helpers/gate-request.js';
import { settled, VirtualClock } from '../../helpers/virtual-clock.js';

function gateOf(limit: number, lookAhead: number, clock = new VirtualClock()): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

describe('the gate of a mailbox', () => {
  test('lets `limit` requests go, and `lookAhead` messages more be composed', async () => {
    const gate = gateOf(2, 1);
    const travellers = await through(gate, 5);
    expect(states(travellers)).toBe('away, away, waiting, outside, outside');
    expect(gate.queued).toBe(2);
  });

  test('lets the next go when one has arrived, and the next in when one has left', async () => {
    const gate = gateOf(1, 1);
    const travellers = await through(gate, 4);
    await travellers[0]?.arrive();
    expect(states(travellers)).toBe('away, away, outside, outside');
    travellers[0]?.passage?.leave();
    await settled();
    expect(states(travellers)).toBe('away, away, inside, outside');
  });

  test('serves the older first when one comes back from a failed attempt', async () => {
    const gate = gateOf(1, 2);
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    await first.arrive();
    first.depart();
    await settled();
    expect(states([first, second, third])).toBe('waiting, away, waiting');
    await second.arrive();
    expect(states([first, second, third])).toBe('away, away, waiting');
  });

  test('gives a place away while its owner rests, and to the owner first when they are back', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(1, 2, clock);
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    first.passage?.arrive(accepted);
    first.rest(500);
    await settled();
    expect(states([first, second, third])).toBe('resting, away, waiting');
    await clock.advance(500);
    first.depart();
    await second.arrive();
    expect(states([first, second, third])).toBe('away, away, waiting');
  });

  test('counts an arrival once, however often it is told of it, and not at all where nobody departed', async () => {
    const gate = gateOf(1, 2);
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    await second.arrive();
    await first.arrive();
    await first.arrive();
    expect(states([second, third])).toBe('away, waiting');
  });
});

describe('a message whose bytes are no longer needed', () => {
  test('lets another be composed, and goes on itself', async () => {
    const gate = gateOf(1, 0);
    const [first, second] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    first.passage?.unload();
    await settled();
    expect(second.state).toBe('inside');
    await first.arrive();
    first.depart();
    await settled();
    expect(first.state).toBe('away');
    expect(gate.queued).toBe(1);
  });

  test('gives its place away once, however often it says so, and leaving gives none away a second time', async () => {
    const gate = gateOf(1, 0);
    const [first, second, third] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
    await first.arrive();
    first.passage?.unload();
    first.passage?.unload();
    first.passage?.leave();
    first.passage?.leave();
    await settled();
    expect(states([second, third])).toBe('inside, outside');
  });

  test('still counts as present until it leaves', async () => {
    const gate = gateOf(1, 0);
    const [only] = (await through(gate, 1)) as [Traveller];
    await only.arrive();
    only.passage?.unload();
    expect(gate.unused).toBe(false);
    only.passage?.leave();
    expect(gate.unused).toBe(true);
  });
});

describe('a gate is unused', () => {
  test('once everybody has left', async () => {
    const gate = gateOf(1, 0);
    expect(gate.unused).toBe(true);
    const [first, second] = (await through(gate, 2)) as [Traveller, Traveller];
    await first.arrive();
    first.passage?.leave();
    expect(gate.unused).toBe(false);
    await settled();
    second.passage?.leave();
    expect(gate.unused).toBe(true);
  });

  test('not while the next one is about to come in', async () => {
    const gate = gateOf(1, 0);
    const [first] = (await through(gate, 2)) as [Traveller, Traveller];
    first.passage?.leave();
    expect(gate.queued).toBe(0);
    expect(gate.unused).toBe(false);
  });

  test('not while a pause is to be remembered, nor until it has proved to be over or is long gone', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(1, 0, clock);
    gate.pause(1_000);
    expect(gate.unused).toBe(false);
    await clock.advance(1_000);
    expect(gate.unused).toBe(false);
    await clock.advance(599_999);
    expect(gate.unused).toBe(false);
    await clock.advance(1);
    expect(gate.unused).toBe(true);
  });

  test('after a pause, as soon as two requests have come back well', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(1, 0, clock);
    gate.pause(10);
    await clock.advance(10);
    for (const unused of [false, true]) {
      const [only] = (await through(gate, 1)) as [Traveller];
      await only.arrive();
      only.passage?.leave();
      expect(gate.unused).toBe(unused);
    }
  });

  test('not while bytes are to be remembered', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate({ limit: 1, lookAhead: 0, uploadBudget: 100, clock });
    const [only] = (await through(gate, 1, 100)) as [Traveller];
    await only.arrive({ bytes: 1, refused: false });
    only.passage?.leave();
    await clock.advance(299_999);
    expect(gate.unused).toBe(false);
    await clock.advance(1);
    expect(gate.unused).toBe(true);
  });
});

describe('a signal', () => {
  test('ends every wait with EABORT and leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(1, 2, clock);
    const [away, resting] = (await through(gate, 1)) as [Traveller, undefined];
    expect(resting).toBeUndefined();
    const controller = new AbortController();
    const travellers = ['depart', 'rest', 'admit'].map(() => new Traveller(gate, controller.signal));
    await settled();
    travellers[0]?.depart();
    travellers[1]?.rest(1_000);
    await settled();
    expect(states(travellers)).toBe('waiting, resting, outside');
    controller.abort('enough');
    await settled();
    expect(states(travellers)).toBe('failed, failed, failed');
    for (const { error } of travellers) expect(error).toMatchObject({ code: 'EABORT', cause: 'enough' });
    for (const traveller of [...travellers, away]) traveller.passage?.leave();
    expect(clock.timers).toBe(0);
    expect(gate.queued).toBe(0);
    expect(gate.unused).toBe(true);
  });

  test('that is aborted already lets nobody in', async () => {
    const gate = gateOf(1, 0);
    await expect(gate.admit(AbortSignal.abort('no'))).rejects.toMatchObject({ code: 'EABORT' });
    expect(gate.unused).toBe(true);
  });

  test('lets those behind it go on', async () => {
    const gate = gateOf(1, 2);
    const controller = new AbortController();
    const first = new Traveller(gate);
    const second = new Traveller(gate, controller.signal);
    const third = new Traveller(gate);
    await settled();
    for (const traveller of [first, second, third]) traveller.depart();
    await settled();
    controller.abort();
    await first.arrive();
    expect(states([second, third])).toBe('failed, away');
  });
});

describe('a gate that several transports use', () => {
  test('admits their messages in turn, and tells each how many of its own wait', async () => {
    const gate = gateOf(1, 0);
    const [one, other] = [{ queued: 0 }, { queued: 0 }];
    const [first, ...rest] = (await through(gate, 10, 0, one)) as [Traveller, ...Traveller[]];
    const [late] = (await through(gate, 1, 0, other)) as [Traveller];
    expect([one.queued, other.queued]).toEqual([9, 1]);
    let next: Traveller | undefined = first;
    for (let left = 0; late.state === 'outside' && left < 3; left++) {
      await next?.arrive();
      next?.passage?.leave();
      await settled();
      next = rest.find(({ state }) => state === 'inside');
      next?.depart();
      await settled();
    }
    expect(late.state).toBe('inside');
    expect([one.queued, other.queued]).toEqual([8, 0]);
  });

  test('keeps the strictest of their bounds, for requests that come then', async () => {
    const gate = gateOf(4, 2);
    const all = await through(gate, 8);
    expect(gate.adopt({ limit: 4, uploadBudget: false })).toBe(false);
    expect(gate.adopt({ limit: 2, uploadBudget: 100 })).toBe(true);
    expect(gate.adopt({ limit: 3, uploadBudget: 200 })).toBe(true);
    expect(gate.adopt({ limit: 2, uploadBudget: 100 })).toBe(false);
    const away = () => all.filter(({ state, passage }) => state === 'away' && passage);
    for (const left of [3, 2, 2]) {
      const [one] = away();
      one?.rest(1_000);
      await one?.arrive();
      expect(away()).toHaveLength(left);
    }
  });

  test('lets one go in the stead of another that waits for its own transport', async () => {
    const gate = gateOf(1, 1);
    const [slow, other] = [{ queued: 0, limited: true }, { queued: 0 }];
    const [lent] = (await through(gate, 1, 0, slow)) as [Traveller];
    lent.passage?.lend();
    const [own] = (await through(gate, 1, 0, slow)) as [Traveller];
    expect([lent.passage?.takeBack(), own.state]).toEqual([true, 'waiting']);
    lent.passage?.lend();
    const [rival] = (await through(gate, 1, 0, other)) as [Traveller];
    expect([lent.passage?.takeBack(), own.state]).toEqual([false, 'away']);
    own.passage?.lend();
    await settled();
    expect(rival.state).toBe('away');
    lent.depart();
    await rival.arrive();
    expect(lent.state).toBe('away');
  });
});

describe('a gate that is joined to another', () => {
  test('lets what is in flight end, and leads everything else through that one', async () => {
    const [old, gate] = [gateOf(2, 4), gateOf(2, 4)];
    const before = await through(old, 6);
    const others = await through(gate, 2);
    expect(states(before)).toBe('away, away, waiting, waiting, waiting, waiting');
    old.join(gate);
    const after = await through(old, 1);
    for (const one of before.slice(0, 2)) await one.arrive();
    expect(states([...before.slice(2), ...after])).toBe('waiting, waiting, waiting, waiting, waiting');
    for (const one of others) await one.arrive();
    expect([...before.slice(2), ...after].filter(({ state }) => state === 'away')).toHaveLength(2);
    for (let left = 0; left < 5; left++) {
      await [...before, ...after].find(({ state, passage }) => state === 'away' && passage)?.arrive();
    }
    for (const { passage } of [...before, ...others, ...after]) passage?.leave();
    expect([old.unused, gate.unused]).toEqual([true, true]);
  });

  test.each([
    ['either', 0],
    ['the other', 1],
  ])('is paused with %s', async (_name, paused) => {
    const clock = new VirtualClock();
    const gates = [gateOf(1, 2, clock), gateOf(1, 2, clock)] as const;
    gates[0].join(gates[1]);
    (gates[paused] as MailboxGate).pause(1_000);
    const [one] = (await through(gates[0], 1)) as [Traveller];
    expect([one.state, gates[0].pausedFor, gates[1].pausedFor]).toEqual(['waiting', 1_000, 1_000]);
    await clock.advance(1_000);
    expect(one.state).toBe('away');
  });

  test('brings its pause and its bounds along', async () => {
    const clock = new VirtualClock();
    const [old, gate] = [gateOf(1, 2, clock), gateOf(4, 2, clock)];
    old.pause(1_000);
    old.join(gate);
    expect(gate.pausedFor).toBe(1_000);
    expect(gate.adopt({ limit: 1, uploadBudget: false })).toBe(false);
  });
});
