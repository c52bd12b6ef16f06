import { describe, expect, test } from 'vitest';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { accepted, GateRequest, refused, states, through } from '../helpers/gate-request.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

function gateWith(clock: VirtualClock, limit: number, lookAhead = 10): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

const away = (requests: GateRequest[]) => requests.filter(({ state }) => state === 'away').length;

describe('a pause', () => {
  test('holds everything for the whole of it', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 2);
    gate.pause(1_000);
    const requests = await through(gate, 2);
    await clock.advance(999);
    expect(states(requests)).toBe('waiting, waiting');
    expect(gate.pausedFor).toBe(1);
    await clock.advance(1);
    expect(states(requests)).toBe('away, waiting');
  });

  test('is not ended by a shorter one', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 1);
    gate.pause(1_000);
    gate.pause(10);
    const requests = await through(gate, 1);
    await clock.advance(999);
    expect(states(requests)).toBe('waiting');
  });

  test('is lengthened while somebody waits for its end', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 1);
    gate.pause(1_000);
    const requests = await through(gate, 1);
    gate.pause(2_000);
    await clock.advance(1_999);
    expect(states(requests)).toBe('waiting');
    await clock.advance(1);
    expect(states(requests)).toBe('away');
  });

  test('turns away whoever would not wait that long, at once, and keeps the others', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 1);
    const [first] = (await through(gate, 1)) as [GateRequest];
    const waiting = [1_000, 3_000, 5_000].map((longestPause) => ({ longestPause, request: new GateRequest(gate) }));
    await settled();
    for (const { longestPause, request } of waiting) request.acquire(0, longestPause);
    gate.pause(3_000);
    await settled();
    expect(states(waiting.map(({ request }) => request))).toBe('turned away, waiting, waiting');
    await first.release(refused);
    await clock.advance(3_000);
    expect(states(waiting.map(({ request }) => request))).toBe('turned away, away, waiting');
  });
});

describe('after a pause', () => {
  /** Six at the gate for four, and the pause just over. */
  async function resuming(): Promise<{ clock: VirtualClock; gate: MailboxGate; requests: GateRequest[] }> {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 4);
    gate.pause(1_000);
    const requests = await through(gate, 10);
    await clock.advance(1_000);
    return { clock, gate, requests };
  }

  test('one goes; when it has come back well, two; when one of those has, all', async () => {
    const { requests } = await resuming();
    expect(away(requests)).toBe(1);
    await requests[0]?.release();
    expect(states(requests.slice(0, 4))).toBe('away, away, away, waiting');
    await requests[1]?.release();
    expect(states(requests.slice(2, 7))).toBe('away, away, away, away, waiting');
  });

  test('one goes again when the first was refused', async () => {
    const { clock, gate, requests } = await resuming();
    gate.pause(500);
    await requests[0]?.release(refused);
    await clock.advance(499);
    expect(states(requests.slice(1, 3))).toBe('waiting, waiting');
    await clock.advance(1);
    expect(states(requests.slice(1, 3))).toBe('away, waiting');
  });

  test('one goes again when one of two was refused, whatever becomes of the other', async () => {
    const { clock, gate, requests } = await resuming();
    await requests[0]?.release();
    gate.pause(500);
    await requests[1]?.release(refused);
    await requests[2]?.release();
    await clock.advance(500);
    expect(states(requests.slice(3, 6))).toBe('away, waiting, waiting');
  });

  test('a request that was never made proves nothing', async () => {
    const { requests } = await resuming();
    requests[0]?.slot?.releaseRequest();
    await settled();
    expect(states(requests.slice(1, 4))).toBe('away, waiting, waiting');
  });

  test('a refusal whose pause is over already proves nothing either', async () => {
    const { gate, requests } = await resuming();
    gate.pause(0);
    await requests[0]?.release(refused);
    expect(states(requests.slice(1, 4))).toBe('away, waiting, waiting');
  });

  test('requests from before it prove nothing, and take no slot from the first after it', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 4);
    const requests = await through(gate, 10);
    gate.pause(1_000);
    await requests[0]?.release(refused);
    await clock.advance(1_000);
    expect(states(requests.slice(4, 6))).toBe('away, waiting');
    await requests[1]?.release();
    await requests[2]?.release();
    expect(states(requests.slice(4, 6))).toBe('away, waiting');
    await requests[4]?.release();
    expect(states(requests.slice(5, 8))).toBe('away, away, waiting');
  });

  test('a request that was allowed before it and was not made by then is to be acquired again, after all of it', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 2);
    const [slow] = (await through(gate, 1)) as [GateRequest];
    expect(slow.slot?.revoked).toBe(false);
    gate.pause(1_000);
    expect(slow.slot?.revoked).toBe(true);
    await clock.advance(1_000);
    expect(slow.slot?.revoked).toBe(true);
    slow.slot?.releaseRequest();
    expect(slow.slot?.revoked).toBe(false);
    slow.acquire();
    await settled();
    expect(slow.state).toBe('away');
    expect(slow.slot?.revoked).toBe(false);
  });

  test('never more than `limit` go, counting those from before it', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 2);
    const requests = await through(gate, 6);
    gate.pause(1_000);
    await clock.advance(1_000);
    expect(states(requests.slice(0, 3))).toBe('away, away, waiting');
    requests[0]?.slot?.releaseRequest(accepted);
    await settled();
    expect(states(requests.slice(1, 4))).toBe('away, away, waiting');
  });

  test('where one at a time is the limit it stays so', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(clock, 1);
    gate.pause(10);
    const requests = await through(gate, 4);
    await clock.advance(10);
    for (const request of requests) {
      expect(request.state).toBe('away');
      await request.release();
      expect(away(requests.slice(requests.indexOf(request) + 1))).toBeLessThanOrEqual(1);
    }
  });
});
