import { expect, test } from 'vitest';
import type { GateClient } from '../../src/delivery/gate/mailbox-gate.js';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { closedError } from '../../src/transport/in-flight.js';
import { accepted, states, type Traveller, through } from '../helpers/gate-request.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

function gateOf(limit: number, lookAhead: number, clock = new VirtualClock()): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

/** A transport that closes: what waits is ended by its own signal, what is in flight is let be. */
function transport() {
  const [closing, waiting] = [new AbortController(), new AbortController()];
  const client: GateClient = { queued: 0, closing: closing.signal };
  const close = () => {
    closing.abort(closedError());
    waiting.abort(closedError());
  };
  return { client, waiting: waiting.signal, close };
}

test('what waits of a transport that closes fails, and what waits of another goes on', async () => {
  const gate = gateOf(1, 2);
  const { client, waiting, close } = transport();
  const [inFlight] = (await through(gate, 1, 0, client)) as [Traveller];
  const own = await through(gate, 3, 0, client, waiting);
  const others = await through(gate, 2);
  expect(client.queued).toBe(1);
  close();
  await settled();
  expect(states([inFlight, ...own])).toBe('away, failed, failed, failed');
  expect(client.queued).toBe(0);
  for (const { passage } of own) passage?.leave();
  await settled();
  for (const other of others) other.depart();
  await inFlight.arrive();
  expect(states(others)).toBe('away, waiting');
});

test('nothing is left that would keep the process alive', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const { client, waiting, close } = transport();
  const [first] = (await through(gate, 2, 0, client, waiting)) as [Traveller, Traveller];
  gate.pause(60_000);
  first.passage?.arrive(accepted);
  first.rest(1_000);
  expect(clock.timers).toBeGreaterThan(0);
  close();
  await settled();
  expect(clock.timers).toBe(0);
});

test('whoever comes later, or comes back from its request, fails at every step', async () => {
  const gate = gateOf(1, 2);
  const { client, close } = transport();
  const passage = await gate.admit(undefined, client);
  close();
  const closed = { code: 'ECONNECTION', outcome: 'not-sent' };
  await expect(gate.admit(undefined, client)).rejects.toMatchObject(closed);
  await expect(passage.depart({ bytes: 0, longestWait: 0 })).rejects.toMatchObject(closed);
  await expect(passage.rest(1)).rejects.toMatchObject(closed);
  passage.leave();
  expect(gate.unused).toBe(true);
});

test('who is committed goes on to the end, through waits that had begun and through later ones', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const { client, close } = transport();
  const [away, waiting, resting] = (await through(gate, 3, 0, client)) as [Traveller, Traveller, Traveller];
  for (const { passage } of [away, waiting, resting]) passage?.commit();
  await away.arrive();
  waiting.passage?.arrive(accepted);
  resting.passage?.arrive(accepted);
  gate.pause(1_000);
  waiting.depart();
  resting.rest(500);
  await settled();
  close();
  away.depart();
  await clock.advance(500);
  expect(states([away, waiting, resting])).toBe('waiting, waiting, rested');
  resting.rest(500);
  await clock.advance(500);
  expect(states([away, waiting, resting])).toBe('away, waiting, rested');
  await away.arrive();
  expect(waiting.state).toBe('away');
  await waiting.arrive();
  for (const { passage } of [away, waiting, resting]) passage?.leave();
  expect(clock.timers).toBe(0);
});
