import { expect, test } from 'vitest';
import { type GateClient, MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { waitSignal } from '../../src/delivery/request/retry-loop.js';
import { closedError } from '../../src/transport/in-flight.js';
import { accepted, type GateRequest, states, through } from '../helpers/gate-request.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

function gateOf(limit: number, lookAhead: number, clock = new VirtualClock()): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

/** A transport that closes: what waits is ended by its own signal, what is in flight is let be. */
function transport() {
  const [closing, waiting] = [new AbortController(), new AbortController()];
  const client: GateClient = { queued: 0 };
  const signal = (committed: boolean) => waitSignal({ closing: closing.signal }, {}, committed);
  const close = () => {
    closing.abort(closedError());
    waiting.abort(closedError());
  };
  return { client, waiting: waiting.signal, signal, close };
}

test('what waits of a transport that closes fails, and what waits of another goes on', async () => {
  const gate = gateOf(1, 2);
  const { client, waiting, close } = transport();
  const [inFlight] = (await through(gate, 1, 0, client)) as [GateRequest];
  const own = await through(gate, 3, 0, client, waiting);
  const others = await through(gate, 2);
  expect(client.queued).toBe(1);
  close();
  await settled();
  expect(states([inFlight, ...own])).toBe('away, failed, failed, failed');
  expect(client.queued).toBe(0);
  for (const { slot } of own) slot?.release();
  await settled();
  for (const other of others) other.acquire();
  await inFlight.release();
  expect(states(others)).toBe('away, waiting');
});

test('nothing is left that would keep the process alive', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const { client, waiting, close } = transport();
  const [first] = (await through(gate, 2, 0, client, waiting)) as [GateRequest, GateRequest];
  gate.pause(60_000);
  first.slot?.releaseRequest(accepted);
  first.delay(1_000);
  expect(clock.timers).toBeGreaterThan(0);
  close();
  await settled();
  expect(clock.timers).toBe(0);
});

test('whoever comes later, or comes back from its request, fails at every step', async () => {
  const gate = gateOf(1, 2);
  const { client, signal, close } = transport();
  const slot = await gate.acquire(signal(false), client);
  close();
  const closed = { code: 'ECONNECTION', outcome: 'not-sent' };
  await expect(gate.acquire(signal(false), client)).rejects.toMatchObject(closed);
  await expect(slot.acquireRequest({ bytes: 0, longestPause: 0, signal: signal(false) })).rejects.toMatchObject(closed);
  await expect(slot.delay(1, signal(false))).rejects.toMatchObject(closed);
  slot.release();
  expect(gate.unused).toBe(true);
});

test('who is committed goes on to the end, through waits that had begun and through later ones', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const { client, signal, close } = transport();
  const [away, waiting, resting] = (await through(gate, 3, 0, client, () => signal(true))) as [
    GateRequest,
    GateRequest,
    GateRequest,
  ];
  await away.release();
  waiting.slot?.releaseRequest(accepted);
  resting.slot?.releaseRequest(accepted);
  gate.pause(1_000);
  waiting.acquire();
  resting.delay(500);
  await settled();
  close();
  away.acquire();
  await clock.advance(500);
  expect(states([away, waiting, resting])).toBe('waiting, waiting, rested');
  resting.delay(500);
  await clock.advance(500);
  expect(states([away, waiting, resting])).toBe('away, waiting, rested');
  await away.release();
  expect(waiting.state).toBe('away');
  await waiting.release();
  for (const { slot } of [away, waiting, resting]) slot?.release();
  expect(clock.timers).toBe(0);
});
