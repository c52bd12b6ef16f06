import { describe, expect, test } from 'vitest';
import { MailboxGate } from '../../../src/delivery/gate/mailbox-gate.js';
import { UploadBudget } from '../../../src/delivery/gate/upload-budget.js';
import { type GateRequest, states, through } from '../../helpers/gate-request.js';
import { VirtualClock } from '../../helpers/virtual-clock.js';

const minute = 60_000;

describe('the upload budget', () => {
  test('lets go what fits, and the next when enough has left the window', async () => {
    const clock = new VirtualClock();
    const budget = new UploadBudget(100, clock);
    budget.reserve(60)(60);
    await clock.advance(minute);
    budget.reserve(30)(30);
    expect(budget.wait(10)).toBe(0);
    expect(budget.wait(11)).toBe(4 * minute);
    expect(budget.wait(70)).toBe(4 * minute);
    expect(budget.wait(71)).toBe(5 * minute);
    await clock.advance(4 * minute - 1);
    expect(budget.wait(70)).toBe(1);
    await clock.advance(1);
    expect(budget.wait(70)).toBe(0);
  });

  test('counts a request in flight in full, until its end tells what it carried', () => {
    const budget = new UploadBudget(100, new VirtualClock());
    const settle = budget.reserve(80);
    expect(budget.wait(20)).toBe(0);
    expect(budget.wait(21)).toBe(5 * minute);
    settle(10);
    expect(budget.wait(90)).toBe(0);
    expect(budget.wait(91)).toBe(5 * minute);
  });

  test('counts from the end of a request, however long it took', async () => {
    const clock = new VirtualClock();
    const budget = new UploadBudget(100, clock);
    const settle = budget.reserve(100);
    await clock.advance(20 * minute);
    expect(budget.wait(1)).toBe(5 * minute);
    settle(100);
    expect(budget.wait(1)).toBe(5 * minute);
  });

  test('forgets a request that carried nothing at once', () => {
    const budget = new UploadBudget(100, new VirtualClock());
    const settle = budget.reserve(100);
    expect(budget.empty).toBe(false);
    settle(0);
    expect(budget.empty).toBe(true);
  });

  test('never holds a request without a body', () => {
    const budget = new UploadBudget(100, new VirtualClock());
    budget.reserve(100);
    expect(budget.wait(0)).toBe(0);
  });

  test('lets a request that is larger than all of it go alone', async () => {
    const clock = new VirtualClock();
    const budget = new UploadBudget(100, clock);
    budget.reserve(1)(1);
    expect(budget.wait(500)).toBe(5 * minute);
    await clock.advance(5 * minute);
    expect(budget.wait(500)).toBe(0);
    const settle = budget.reserve(500);
    expect(budget.wait(1)).toBe(5 * minute);
    settle(500);
    expect(budget.wait(1)).toBe(5 * minute);
  });
});

describe('a gate with an upload budget', () => {
  const gateWith = (uploadBudget: number | false, clock: VirtualClock) =>
    new MailboxGate({ limit: 4, lookAhead: 4, uploadBudget, clock });

  test('holds the request that would go beyond it, and those behind it, however small', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(100, clock);
    const requests = await through(gate, 2, 60);
    const [small] = (await through(gate, 1, 1)) as [GateRequest];
    expect(states([...requests, small])).toBe('away, waiting, waiting');
    await requests[0]?.release({ bytes: 60, refused: false });
    await clock.advance(5 * minute - 1);
    expect(states([...requests, small])).toBe('away, waiting, waiting');
    await clock.advance(1);
    expect(states([...requests, small])).toBe('away, away, away');
    expect(clock.timers).toBe(0);
  });

  test('gives back what a request did not carry', async () => {
    const clock = new VirtualClock();
    const requests = await through(gateWith(100, clock), 2, 60);
    await requests[0]?.release({ bytes: 40, refused: false });
    expect(requests[1]?.state).toBe('away');
  });

  test('gives everything back for a request that was never made', async () => {
    const clock = new VirtualClock();
    const requests = await through(gateWith(100, clock), 2, 100);
    requests[0]?.slot?.releaseRequest();
    await clock.advance(0);
    expect(requests[1]?.state).toBe('away');
  });

  test('waits for the budget however short a pause its requests would wait for', async () => {
    const clock = new VirtualClock();
    const gate = gateWith(100, clock);
    const [first] = (await through(gate, 1, 100)) as [GateRequest];
    const [second] = (await through(gate, 1)) as [GateRequest];
    await second.release();
    second.acquire(1, 10);
    await first.release({ bytes: 100, refused: false });
    await clock.advance(5 * minute);
    expect(second.state).toBe('away');
  });

  test('lets everything go when there is none', async () => {
    const requests = await through(gateWith(false, new VirtualClock()), 4, 1e12);
    expect(states(requests)).toBe('away, away, away, away');
  });
});
