import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import { type GateClient, MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { waitSignal } from '../../src/delivery/request/retry-loop.js';
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
  delay: fc.nat(3_000),
});
const message = fc.record({
  /** Of the transport that may close, or of another one. */
  transport: fc.constantFrom(0, 0, 1),
  comes: fc.nat(10 * minute),
  requests: fc.array(request, { minLength: 1, maxLength: 4, size: 'max' }),
  aborts: fc.option(fc.nat(20 * minute), { freq: 6, nil: undefined }),
  unloadsAfter: fc.nat(3),
  commitsAfter: fc.option(fc.nat(3), { nil: undefined }),
  longestPause: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, minute),
});
const plan = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  lookAhead: fc.nat(3),
  uploadBudget: fc.constantFrom<number | false>(budget, budget, false),
  closes: fc.option(fc.nat(20 * minute), { freq: 2, nil: undefined }),
  messages: fc.array(message, { maxLength: 12, size: 'max' }),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

interface AtGate {
  clock: VirtualClock;
  gate: MailboxGate;
  observer: GateObserver;
  /** Ages of those that want a request, and their bytes. */
  waiting: Map<number, number>;
  /** How many got a slot. */
  count: number;
}

/** One message, as its transport knows it. */
interface Send {
  ending: AbortController;
  closing: AbortSignal | undefined;
  client: GateClient;
  inFlight: boolean;
}

async function passThrough(atGate: AtGate, wishes: Message, send: Send) {
  const { clock, gate, observer, waiting } = atGate;
  const { signal } = send.ending;
  const slot = await gate.acquire(waitSignal(send, { signal }, false), send.client);
  const age = atGate.count++;
  let committed = false;
  try {
    for (const [index, { bytes, carried, duration, answer, pause, delay }] of wishes.requests.entries()) {
      if (wishes.commitsAfter === index) {
        committed = true;
        send.inFlight = true;
      }
      waiting.set(age, bytes);
      const wanted = { bytes, longestPause: wishes.longestPause, signal: waitSignal(send, { signal }, committed) };
      const acquired = await slot.acquireRequest(wanted).finally(() => {
        if (signal.aborted) waiting.delete(age);
      });
      if (!acquired) {
        expect(gate.pausedFor).toBeGreaterThan(wishes.longestPause);
        return;
      }
      // A request that carries nothing may pass those that wait for the upload budget.
      const rivals = [...waiting].filter(([, others]) => bytes > 0 || others === 0).map(([other]) => other);
      expect(age, 'the oldest goes first').toBe(Math.min(...rivals));
      const request = observer.begins();
      send.inFlight = true;
      waiting.delete(age);
      await new Promise<void>((done) => clock.after(answer === 'never made' ? 0 : duration, done));
      if (answer === 'refused') {
        gate.pause(pause);
        observer.pausesUntil(clock.now() + pause);
      }
      const went = answer === 'never made' ? 0 : Math.floor((bytes * carried) / 100);
      send.inFlight = committed;
      observer.ends(request, went, answer === 'accepted');
      slot.releaseRequest(answer === 'never made' ? undefined : { bytes: went, refused: answer === 'refused' });
      if (wishes.unloadsAfter === index) slot.releaseBytes();
      await slot.delay(delay, waitSignal(send, { signal }, committed));
    }
  } catch (error) {
    if (committed && !signal.aborted) throw new Error('committed, and stopped all the same', { cause: error });
    throw error;
  } finally {
    waiting.delete(age);
    slot.release();
    slot.release();
  }
}

test('whatever happens, the gate keeps its limits, starves nobody and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ limit, lookAhead, uploadBudget, closes, messages }) => {
      const clock = new VirtualClock();
      const start = clock.now();
      const gate = new MailboxGate({ limit, lookAhead, uploadBudget, clock });
      const observer = new GateObserver(limit, clock);
      const atGate: AtGate = { clock, gate, observer, waiting: new Map(), count: 0 };
      const ends: string[] = [];
      const failures: Error[] = [];
      const closing = new AbortController();
      const clients: GateClient[] = [{ queued: 0 }, { queued: 0 }];
      const sends = messages.map((wishes, index) => {
        const send: Send = {
          ending: new AbortController(),
          closing: wishes.transport === 0 ? closing.signal : undefined,
          client: clients[wishes.transport] as GateClient,
          inFlight: false,
        };
        const { ending } = send;
        if (wishes.aborts !== undefined) clock.after(wishes.aborts, () => ending.abort());
        clock.after(wishes.comes, () => {
          passThrough(atGate, wishes, send).then(
            () => ends.push('through'),
            (error: Error) => {
              if (!isGraphMailError(error)) failures.push(error);
              else if (error.code === 'EABORT') expect(ending.signal.aborted).toBe(true);
              else expect([wishes.transport, closing.signal.aborted]).toEqual([0, true]);
              ends.push(`${index}`);
            },
          );
        });
        return send;
      });
      if (closes !== undefined) {
        clock.after(closes, () => {
          closing.abort(closedError());
          for (const { ending, client, inFlight } of sends) {
            if (client === clients[0] && !inFlight) ending.abort(closedError());
          }
        });
      }

      for (let hours = 0; clock.timers > 0 && hours < 100; hours++) await clock.advance(60 * minute);
      for (const failure of failures) throw failure;
      expect(ends, 'everybody comes to an end').toHaveLength(messages.length);
      if (uploadBudget !== false) expect(observer.mostBytesInFiveMinutes()).toBeLessThanOrEqual(uploadBudget);
      expect(clock.timers).toBe(0);
      for (const { ending } of sends) expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
      expect(clients.map(({ queued }) => queued)).toEqual([0, 0]);
      expect(gate.queued).toBe(0);
      // The last pause may have begun a moment ago, and nobody has tested it since.
      await clock.advance(15 * minute);
      expect(gate.unused).toBe(true);
      if (closes !== undefined) return;

      expect(clock.now()).toBeGreaterThan(start);
      for (let again = 0; again < 2; again++) {
        const [probe] = await through(gate, 1);
        await probe?.release();
        probe?.slot?.release();
      }
      const all = await through(gate, limit + lookAhead);
      expect(all.filter(({ state }) => state === 'away')).toHaveLength(limit);
    }),
    forAWhile(4_000),
  );
});
