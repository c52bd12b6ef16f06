import { expect, test } from 'vitest';
import { MailboxGate } from '../../src/delivery/mailbox-gate.js';
import { accepted, states, type Traveller, through } from '../helpers/traveller.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

const closed = () => new Error('closed');

function gateOf(limit: number, lookAhead: number, clock = new VirtualClock()): MailboxGate {
  return new MailboxGate({ limit, lookAhead, uploadBudget: false, clock });
}

test('whoever has no request in flight fails, whoever has one goes on', async () => {
  const gate = gateOf(1, 2);
  const [first, second, third, fourth] = (await through(gate, 4)) as [Traveller, Traveller, Traveller, Traveller];
  first.passage?.arrive(accepted);
  first.rest(1_000);
  await settled();
  gate.close(closed);
  await settled();
  expect(states([first, second, third, fourth])).toBe('failed, away, failed, failed');
});

test('nothing is left that would keep the process alive', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const [first] = (await through(gate, 2)) as [Traveller, Traveller];
  gate.pause(60_000);
  first.passage?.arrive(accepted);
  first.rest(1_000);
  expect(clock.timers).toBeGreaterThan(0);
  gate.close(closed);
  await settled();
  expect(clock.timers).toBe(0);
});

test('whoever comes later fails at every step', async () => {
  const gate = gateOf(1, 2);
  const passage = await gate.admit();
  gate.close(closed);
  await expect(gate.admit()).rejects.toThrow('closed');
  await expect(passage.depart({ bytes: 0, longestWait: 0 })).rejects.toThrow('closed');
  await expect(passage.rest(1)).rejects.toThrow('closed');
  passage.leave();
  expect(gate.unused).toBe(true);
});

test('a place that becomes free is not given to anybody', async () => {
  const gate = gateOf(1, 0);
  const [first, second] = (await through(gate, 2)) as [Traveller, Traveller];
  gate.close(closed);
  await settled();
  await first.arrive();
  first.passage?.leave();
  await settled();
  expect(second.state).toBe('failed');
  expect(gate.unused).toBe(true);
});

test('who is committed goes on to the end, through waits that had begun and through later ones', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 2, clock);
  const [away, waiting, resting] = (await through(gate, 3)) as [Traveller, Traveller, Traveller];
  for (const { passage } of [away, waiting, resting]) passage?.commit();
  await away.arrive();
  waiting.passage?.arrive(accepted);
  resting.passage?.arrive(accepted);
  gate.pause(1_000);
  waiting.depart();
  resting.rest(500);
  await settled();
  gate.close(closed);
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

test('who commits while waiting is not stopped either', async () => {
  const clock = new VirtualClock();
  const gate = gateOf(1, 1, clock);
  const [away, waiting] = (await through(gate, 2)) as [Traveller, Traveller];
  waiting.passage?.commit();
  gate.close(closed);
  await away.arrive();
  expect(waiting.state).toBe('away');
});
