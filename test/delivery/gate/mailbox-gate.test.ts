import { describe, expect, test } from 'vitest';
import { MailboxGate } from '../../../src/delivery/gate/mailbox-gate.js';
import { accepted, GateRequest, states, through } from '../../helpers/gate-request.js';
import { settled, VirtualClock } from '../../helpers/virtual-clock.js';

function gateOf(limit: number, lookAhead: number, clock = new VirtualClock()): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

describe('the gate of a mailbox', () => {
  test('lets `limit` requests go, and `lookAhead` messages more be composed', async () => {
    const gate = gateOf(2, 1);
    const requests = await through(gate, 5);
    expect(states(requests)).toBe('away, away, waiting, outside, outside');
    expect(gate.queued).toBe(2);
  });

  test('lets the next go when one has arrived, and the next in when one has left', async () => {
    const gate = gateOf(1, 1);
    const requests = await through(gate, 4);
    await requests[0]?.release();
    expect(states(requests)).toBe('away, away, outside, outside');
    requests[0]?.slot?.release();
    await settled();
    expect(states(requests)).toBe('away, away, inside, outside');
  });

  test('serves the older first when one comes back from a failed attempt', async () => {
    const gate = gateOf(1, 2);
    const [first, second, third] = (await through(gate, 3)) as [GateRequest, GateRequest, GateRequest];
    await first.release();
    first.acquire();
    await settled();
    expect(states([first, second, third])).toBe('waiting, away, waiting');
    await second.release();
    expect(states([first, second, third])).toBe('away, away, waiting');
  });

  test('gives a slot away while its owner waits, and to the owner first when they are back', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(1, 2, clock);
    const [first, second, third] = (await through(gate, 3)) as [GateRequest, GateRequest, GateRequest];
    first.slot?.releaseRequest(accepted);
    first.delay(500);
    await settled();
    expect(states([first, second, third])).toBe('resting, away, waiting');
    await clock.advance(500);
    first.acquire();
    await second.release();
    expect(states([first, second, third])).toBe('away, away, waiting');
  });

  test('counts an arrival once, however often it is told of it, and not at all where nobody departed', async () => {
    const gate = gateOf(1, 2);
    const [first, second, third] = (await through(gate, 3)) as [GateRequest, GateRequest, GateRequest];
    await second.release();
    await first.release();
    await first.release();
    expect(states([second, third])).toBe('away, waiting');
  });
});

describe('a message whose bytes are no longer needed', () => {
  test('lets another be composed, and goes on itself', async () => {
    const gate = gateOf(1, 0);
    const [first, second] = (await through(gate, 3)) as [GateRequest, GateRequest, GateRequest];
    first.slot?.releaseBytes();
    await settled();
    expect(second.state).toBe('inside');
    await first.release();
    first.acquire();
    await settled();
    expect(first.state).toBe('away');
    expect(gate.queued).toBe(1);
  });

  test('gives its slot away once, however often it says so, and leaving gives none away a second time', async () => {
    const gate = gateOf(1, 0);
    const [first, second, third] = (await through(gate, 3)) as [GateRequest, GateRequest, GateRequest];
    await first.release();
    first.slot?.releaseBytes();
    first.slot?.releaseBytes();
    first.slot?.release();
    first.slot?.release();
    await settled();
    expect(states([second, third])).toBe('inside, outside');
  });

  test('still counts as present until it leaves', async () => {
    const gate = gateOf(1, 0);
    const [only] = (await through(gate, 1)) as [GateRequest];
    await only.release();
    only.slot?.releaseBytes();
    expect(gate.unused).toBe(false);
    only.slot?.release();
    expect(gate.unused).toBe(true);
  });
});

describe('a gate is unused', () => {
  test('once everybody has left', async () => {
    const gate = gateOf(1, 0);
    expect(gate.unused).toBe(true);
    const [first, second] = (await through(gate, 2)) as [GateRequest, GateRequest];
    await first.release();
    first.slot?.release();
    expect(gate.unused).toBe(false);
    await settled();
    second.slot?.release();
    expect(gate.unused).toBe(true);
  });

  test('not while the next one is about to come in', async () => {
    const gate = gateOf(1, 0);
    const [first] = (await through(gate, 2)) as [GateRequest, GateRequest];
    first.slot?.release();
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
      const [only] = (await through(gate, 1)) as [GateRequest];
      await only.release();
      only.slot?.release();
      expect(gate.unused).toBe(unused);
    }
  });

  test('not while bytes are to be remembered', async () => {
    const clock = new VirtualClock();
    const gate = new MailboxGate({ limit: 1, lookAhead: 0, uploadBudget: 100, clock });
    const [only] = (await through(gate, 1, 100)) as [GateRequest];
    await only.release({ bytes: 1, refused: false });
    only.slot?.release();
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
    const [away, resting] = (await through(gate, 1)) as [GateRequest, undefined];
    expect(resting).toBeUndefined();
    const controller = new AbortController();
    const requests = ['depart', 'rest', 'admit'].map(() => new GateRequest(gate, controller.signal));
    await settled();
    requests[0]?.acquire();
    requests[1]?.delay(1_000);
    await settled();
    expect(states(requests)).toBe('waiting, resting, outside');
    controller.abort('enough');
    await settled();
    expect(states(requests)).toBe('failed, failed, failed');
    for (const { error } of requests) expect(error).toMatchObject({ code: 'EABORT', cause: 'enough' });
    for (const request of [...requests, away]) request.slot?.release();
    expect(clock.timers).toBe(0);
    expect(gate.queued).toBe(0);
    expect(gate.unused).toBe(true);
  });

  test('that is aborted already lets nobody in', async () => {
    const gate = gateOf(1, 0);
    await expect(gate.acquire(AbortSignal.abort('no'))).rejects.toMatchObject({ code: 'EABORT' });
    expect(gate.unused).toBe(true);
  });

  test('lets those behind it go on', async () => {
    const gate = gateOf(1, 2);
    const controller = new AbortController();
    const first = new GateRequest(gate);
    const second = new GateRequest(gate, controller.signal);
    const third = new GateRequest(gate);
    await settled();
    for (const request of [first, second, third]) request.acquire();
    await settled();
    controller.abort();
    await first.release();
    expect(states([second, third])).toBe('failed, away');
  });
});

describe('a gate that several transports use', () => {
  test('admits their messages in turn, and tells each how many of its own wait', async () => {
    const gate = gateOf(1, 0);
    const [one, other] = [{ queued: 0 }, { queued: 0 }];
    const [first, ...rest] = (await through(gate, 10, 0, one)) as [GateRequest, ...GateRequest[]];
    const [late] = (await through(gate, 1, 0, other)) as [GateRequest];
    expect([one.queued, other.queued]).toEqual([9, 1]);
    let next: GateRequest | undefined = first;
    for (let left = 0; late.state === 'outside' && left < 3; left++) {
      await next?.release();
      next?.slot?.release();
      await settled();
      next = rest.find(({ state }) => state === 'inside');
      next?.acquire();
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
    const away = () => all.filter(({ state, slot }) => state === 'away' && slot);
    for (const left of [3, 2, 2]) {
      const [one] = away();
      one?.delay(1_000);
      await one?.release();
      expect(away()).toHaveLength(left);
    }
  });

  test('lets one go in the stead of another that waits for its own transport', async () => {
    const gate = gateOf(1, 1);
    const [slow, other] = [{ queued: 0, limited: true }, { queued: 0 }];
    const [lent] = (await through(gate, 1, 0, slow)) as [GateRequest];
    lent.slot?.lend();
    const [own] = (await through(gate, 1, 0, slow)) as [GateRequest];
    expect([lent.slot?.takeBack(), own.state]).toEqual([true, 'waiting']);
    lent.slot?.lend();
    const [rival] = (await through(gate, 1, 0, other)) as [GateRequest];
    expect([lent.slot?.takeBack(), own.state]).toEqual([false, 'away']);
    own.slot?.lend();
    await settled();
    expect(rival.state).toBe('away');
    lent.acquire();
    await rival.release();
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
    for (const one of before.slice(0, 2)) await one.release();
    expect(states([...before.slice(2), ...after])).toBe('waiting, waiting, waiting, waiting, waiting');
    for (const one of others) await one.release();
    expect([...before.slice(2), ...after].filter(({ state }) => state === 'away')).toHaveLength(2);
    for (let left = 0; left < 5; left++) {
      await [...before, ...after].find(({ state, slot }) => state === 'away' && slot)?.release();
    }
    for (const { slot } of [...before, ...others, ...after]) slot?.release();
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
    const [one] = (await through(gates[0], 1)) as [GateRequest];
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
