import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import type { GateClient } from '../../src/delivery/gate/mailbox-gate.js';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { closedError } from '../../src/transport/in-flight.js';
import { forAWhile } from '../helpers/fixtures.js';
import { GateObserver } from '../helpers/gate-observer.js';
import { through } from '../helpers/gate-request.js';
import { VirtualClock } from '../helpers/virtual-clock.js';

const minute = 60_000;
const budget = 100;

const request = fc.record({
  bytes: fc.nat(budget),
  /** Of the bytes, so many hundredths really go. */
  carried: fc.constantFrom(0, 40, 100),
  duration: fc.oneof(fc.nat(2_000), fc.nat(8 * minute)),
  answer: fc.constantFrom('accepted', 'accepted', 'refused', 'never made'),
  pause: fc.oneof(fc.nat(500), fc.nat(2 * minute)),
  rest: fc.nat(3_000),
});
const message = fc.record({
  /** Of the transport that may close, or of another one. */
  transport: fc.constantFrom(0, 0, 1),
  comes: fc.nat(10 * minute),
  requests: fc.array(request, { minLength: 1, maxLength: 4, size: 'max' }),
  aborts: fc.option(fc.nat(20 * minute), { freq: 6, nil: undefined }),
  unloadsAfter: fc.nat(3),
  commitsAfter: fc.option(fc.nat(3), { nil: undefined }),
  longestWait: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, minute),
});
const plan = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  lookAhead: fc.nat(3),
  uploadBudget: fc.constantFrom<number | false>(budget, budget, false),
  closes: fc.option(fc.nat(20 * minute), { freq: 2, nil: undefined }),
  messages: fc.array(message, { maxLength: 12, size: 'max' }),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

interface World {
  clock: VirtualClock;
  gate: MailboxGate;
  observer: GateObserver;
  /** Ages of those who want to depart, and their bytes. */
  waiting: Map<number, number>;
  /** How many have been admitted. */
  admitted: number;
}

/** One message, as its transport knows it. */
interface Sending {
  ending: AbortController;
  client: GateClient;
  inFlight: boolean;
}

async function travel(world: World, wishes: Message, sending: Sending) {
  const { clock, gate, observer, waiting } = world;
  const { signal } = sending.ending;
  const passage = await gate.admit(signal, sending.client);
  const age = world.admitted++;
  let committed = false;
  try {
    for (const [index, { bytes, carried, duration, answer, pause, rest }] of wishes.requests.entries()) {
      if (wishes.commitsAfter === index) {
        passage.commit();
        committed = true;
        sending.inFlight = true;
      }
      waiting.set(age, bytes);
      const departed = await passage.depart({ bytes, longestWait: wishes.longestWait }).finally(() => {
        if (signal.aborted) waiting.delete(age);
      });
      if (!departed) {
        expect(gate.pausedFor).toBeGreaterThan(wishes.longestWait);
        return;
      }
      // Who carries nothing may pass those who wait for the upload budget.
      const rivals = [...waiting].filter(([, others]) => bytes > 0 || others === 0).map(([other]) => other);
      expect(age, 'the oldest goes first').toBe(Math.min(...rivals));
      const flight = observer.departs();
      sending.inFlight = true;
      waiting.delete(age);
      await new Promise<void>((done) => clock.after(answer === 'never made' ? 0 : duration, done));
      if (answer === 'refused') {
        gate.pause(pause);
        observer.pausesUntil(clock.now() + pause);
      }
      const went = answer === 'never made' ? 0 : Math.floor((bytes * carried) / 100);
      sending.inFlight = committed;
      observer.arrives(flight, went, answer === 'accepted');
      passage.arrive(answer === 'never made' ? undefined : { bytes: went, refused: answer === 'refused' });
      if (wishes.unloadsAfter === index) passage.unload();
      await passage.rest(rest);
    }
  } catch (error) {
    if (committed && !signal.aborted) throw new Error('committed, and stopped all the same', { cause: error });
    throw error;
  } finally {
    waiting.delete(age);
    passage.leave();
    passage.leave();
  }
}

test('whatever happens, the gate keeps its limits, starves nobody and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ limit, lookAhead, uploadBudget, closes, messages }) => {
      const clock = new VirtualClock();
      const start = clock.now();
      const gate = new MailboxGate({ limit, lookAhead, uploadBudget, clock });
      const observer = new GateObserver(limit, clock);
      const world: World = { clock, gate, observer, waiting: new Map(), admitted: 0 };
      const ends: string[] = [];
      const failures: Error[] = [];
      const closing = new AbortController();
      const clients: GateClient[] = [{ queued: 0, closing: closing.signal }, { queued: 0 }];
      const sendings = messages.map((wishes, index) => {
        const sending: Sending = {
          ending: new AbortController(),
          client: clients[wishes.transport] as GateClient,
          inFlight: false,
        };
        const { ending } = sending;
        if (wishes.aborts !== undefined) clock.after(wishes.aborts, () => ending.abort());
        clock.after(wishes.comes, () => {
          travel(world, wishes, sending).then(
            () => ends.push('through'),
            (error: Error) => {
              if (!isGraphMailError(error)) failures.push(error);
              else if (error.code === 'EABORT') expect(ending.signal.aborted).toBe(true);
              else expect([wishes.transport, closing.signal.aborted]).toEqual([0, true]);
              ends.push(`${index}`);
            },
          );
        });
        return sending;
      });
      if (closes !== undefined) {
        clock.after(closes, () => {
          closing.abort(closedError());
          for (const { ending, client, inFlight } of sendings) {
            if (client === clients[0] && !inFlight) ending.abort(closedError());
          }
        });
      }

      for (let hours = 0; clock.timers > 0 && hours < 100; hours++) await clock.advance(60 * minute);
      for (const failure of failures) throw failure;
      expect(ends, 'everybody comes to an end').toHaveLength(messages.length);
      if (uploadBudget !== false) expect(observer.mostBytesInFiveMinutes()).toBeLessThanOrEqual(uploadBudget);
      expect(clock.timers).toBe(0);
      for (const { ending } of sendings) expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
      expect(clients.map(({ queued }) => queued)).toEqual([0, 0]);
      expect(gate.queued).toBe(0);
      // The last pause may have begun a moment ago, and nobody has tested it since.
      await clock.advance(15 * minute);
      expect(gate.unused).toBe(true);
      if (closes !== undefined) return;

      expect(clock.now()).toBeGreaterThan(start);
      for (let again = 0; again < 2; again++) {
        const [probe] = await through(gate, 1);
        await probe?.arrive();
        probe?.passage?.leave();
      }
      const all = await through(gate, limit + lookAhead);
      expect(all.filter(({ state }) => state === 'away')).toHaveLength(limit);
    }),
    forAWhile(4_000),
  );
});
