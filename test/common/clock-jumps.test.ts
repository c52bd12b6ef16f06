import { describe, expect, test } from 'vitest';
import { externalTokenRequest } from '../../src/auth/token-request.js';
import { TokenSource } from '../../src/auth/token-source.js';
import { RunState } from '../../src/bulk/journal/run-state.js';
import { type MailboxQueue, MailboxQueues } from '../../src/bulk/run/mailbox-queues.js';
import type { OpenRun } from '../../src/bulk/run/open-run.js';
import { restorePace } from '../../src/bulk/run/restore-pace.js';
import { BulkRun } from '../../src/bulk/send-bulk.js';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { RateLimiter } from '../../src/delivery/gate/rate-limiter.js';
import { RequestQueue } from '../../src/delivery/gate/request-queue.js';
import { runLookup } from '../../src/delivery/lookup/lookup-request.js';
import { settle } from '../../src/delivery/lookup/settle.js';
import { play } from '../bulk/run/virtual/play.js';
import { SteppingClock } from '../bulk/run/virtual/stepping-clock.js';
import { answer, graphError } from '../helpers/answers.js';
import { first, mailbox, messageId, setUp } from '../helpers/delivery-setup.js';
import { failureOf } from '../helpers/failure.js';
import { GateRequest, through } from '../helpers/gate-request.js';
import { settled, VirtualClock } from '../helpers/virtual-clock.js';

// Somebody sets the clock while something waits: every wait of the transport and of bulk sends ends when it would have.

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;

const jumps: Record<string, number> = {
  'forward 60 s': minute,
  'forward 1 h': hour,
  'back 60 s': -minute,
  'back 1 h': -hour,
  'back a year': -365 * day,
};

/** Parts of the wait after which the clock is set. */
const moments = [0, 0.5, 0.99];

/** Something that is over after `takes` milliseconds, and not before. */
interface Wait {
  takes: number;
  /** @returns whether it is over */
  begin(clock: VirtualClock): Promise<() => boolean | Promise<boolean>>;
}

const gateOf = (clock: VirtualClock, uploadBudget: number | false = false) =>
  new MailboxGate({ limit: 4, lookAhead: 2, uploadBudget, clock });

/** Whether a promise has come to an end. */
function ended(work: Promise<unknown>): () => boolean {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  return () => done;
}

/** A queue from which one mail has gone. */
async function usedLane(clock: VirtualClock, limits: { rate: number | false; perDay: number | false }) {
  const queues = new MailboxQueues(limits, 4, clock);
  const queue = queues.queue('a@contoso.com');
  (await queues.acquire([queue]))?.used();
  return { queues, queue };
}

/** The queue of a mailbox as a session finds it that continues a run. */
async function laneAfter(
  clock: VirtualClock,
  state: RunState,
): Promise<{ queues: MailboxQueues; queue: MailboxQueue }> {
  const queues = new MailboxQueues({ rate: 1, perDay: false }, 4, clock);
  const queueFor = await restorePace(queues, { states: { state }, folder: undefined } as OpenRun, clock);
  return { queues, queue: queueFor('a@contoso.com') };
}

/** What a run has in its journal that was begun, attempted, and then told something. */
function journal(at: string, then: 'sent' | { until: string }): RunState {
  const state = new RunState();
  const row = { row: 1, key: 'aaaaaaaaaaaa', at, mailbox: 'a@contoso.com' };
  state.apply({ type: 'attempt', ...row, messageId: '<1@contoso.com>', date: at });
  if (then === 'sent') state.apply({ type: 'sent', ...row, messageId: '<1@contoso.com>', attempts: 1, recipients: 1 });
  else state.apply({ type: 'returned', ...row, error: { message: 'busy' }, ...then });
  return state;
}

const iso = (ms: number) => new Date(ms).toISOString();

const waits: Record<string, Wait> = {
  'a pause of the mailbox': {
    takes: 6 * second,
    async begin(clock) {
      const gate = gateOf(clock);
      const request = new GateRequest(gate);
      await settled();
      gate.pause(6 * second);
      // No longer than this one would wait.
      request.acquire(0, 10 * second);
      return () => request.state === 'away';
    },
  },
  'Retry-After in seconds': {
    takes: 6 * second,
    async begin(clock) {
      const { send, graph } = setUp({ clock, script: first(answer(429, { 'retry-after': '6' })) });
      void send();
      await settled();
      return () => graph.requests.length === 2;
    },
  },
  'Retry-After as a date of the server, whose clock is another': {
    takes: 6 * second,
    async begin(clock) {
      const serverNow = Date.UTC(2001, 1, 1);
      const headers = {
        date: new Date(serverNow).toUTCString(),
        'retry-after': new Date(serverNow + 6 * second).toUTCString(),
      };
      const { send, graph } = setUp({ clock, script: first(answer(429, headers)) });
      void send();
      await settled();
      return () => graph.requests.length === 2;
    },
  },
  'the delay of one message before it is tried again': {
    takes: 2 * second,
    async begin(clock) {
      const request = new GateRequest(gateOf(clock));
      await settled();
      request.delay(2 * second);
      return () => request.state === 'rested';
    },
  },
  'what a gate remembers of a pause': {
    takes: 610 * second,
    async begin(clock) {
      const gate = gateOf(clock);
      gate.pause(10 * second);
      return () => gate.unused;
    },
  },
  'the upload budget': {
    takes: 5 * minute,
    async begin(clock) {
      const gate = gateOf(clock, 100);
      const [one, two] = (await through(gate, 2, 100)) as [GateRequest, GateRequest];
      await one.release({ bytes: 100, refused: false });
      return () => two.state === 'away';
    },
  },
  rateLimit: {
    takes: second,
    async begin(clock) {
      const limiter = new RateLimiter(1, second, clock);
      const queue = new RequestQueue({
        limit: () => 5,
        wait: () => limiter.wait,
        acquired: () => limiter.reserve(),
        clock,
      });
      await queue.acquire({ age: 0 });
      limiter.begin();
      return ended(queue.acquire({ age: 1 }));
    },
  },
  'a token, until it is renewed': {
    takes: 55 * minute,
    async begin(clock) {
      const source = new TokenSource(async () => ({ token: 'token', lifetime: hour }), clock);
      await source.get();
      return () => source.ready === undefined;
    },
  },
  "a token of the application's own, until it is renewed": {
    takes: 55 * minute,
    async begin(clock) {
      const get = async () => ({ token: 'token', expiresOnTimestamp: clock.now() + hour });
      const source = new TokenSource(externalTokenRequest({ credential: { kind: 'token', get } }, '', clock), clock);
      await source.get();
      return () => source.ready === undefined;
    },
  },
  'a token that cannot be renewed, until its end': {
    takes: hour - 30 * second,
    async begin(clock) {
      let asked = 0;
      const source = new TokenSource(async () => {
        if (asked++ > 0) throw new Error('no more');
        return { token: 'token', lifetime: hour };
      }, clock);
      await source.get();
      return () =>
        source.get().then(
          () => false,
          () => true,
        );
    },
  },
  'the search of Sent Items': {
    takes: minute,
    async begin(clock) {
      const { send, graph } = setUp({ clock, way: { onUnknown: 'verify' } });
      const nothing = answer(200, {}, JSON.stringify({ value: [] }));
      graph.script = (_, { command }) => (command === 'sendMail' ? answer(504, {}, graphError('X')) : nothing);
      const over = ended(send());
      await settled();
      return over;
    },
  },
  'the minute of a bulk run': {
    takes: minute,
    async begin(clock) {
      const { queues, queue } = await usedLane(clock, { rate: 1, perDay: false });
      return ended(queues.acquire([queue]));
    },
  },
  'the day of a bulk run': {
    takes: day,
    async begin(clock) {
      const { queues, queue } = await usedLane(clock, { rate: false, perDay: 1 });
      return ended(queues.acquire([queue]));
    },
  },
  'a hold of a bulk run': {
    takes: 5 * minute,
    async begin(clock) {
      const { queues, queue } = await usedLane(clock, { rate: false, perDay: false });
      queues.hold(queue, clock.elapsed() + 5 * minute);
      return ended(queues.acquire([queue]));
    },
  },
  'the minute that an earlier session of a bulk run began': {
    takes: 40 * second,
    async begin(clock) {
      const { queues, queue } = await laneAfter(clock, journal(iso(clock.now() - 20 * second), 'sent'));
      return ended(queues.acquire([queue]));
    },
  },
  'the hold that an earlier session of a bulk run met': {
    takes: 70 * second,
    async begin(clock) {
      const [at, until] = [iso(clock.now() - 20 * second), iso(clock.now() + 70 * second)];
      const { queues, queue } = await laneAfter(clock, journal(at, { until }));
      return ended(queues.acquire([queue]));
    },
  },
};

const table = Object.entries(waits).flatMap(([what, wait]) =>
  Object.entries(jumps).flatMap(([how, by]) => moments.map((moment) => ({ what, how, moment, by, wait }))),
);

describe('a clock that is set during a wait', () => {
  test.each(table)('$what: $how, after $moment of it', async ({ wait: { takes, begin }, by, moment }) => {
    const clock = new VirtualClock();
    const over = await begin(clock);
    await clock.advance(takes * moment);
    clock.set(by);
    await clock.advance(takes * (1 - moment) - 1);
    expect(await over()).toBe(false);
    await clock.advance(1);
    expect(await over()).toBe(true);
  });

  test.each(table.filter(({ moment }) => moment === 0.5))(
    '$what: $how and back again',
    async ({ wait: { takes, begin }, by }) => {
      const clock = new VirtualClock();
      const over = await begin(clock);
      await clock.advance(takes / 4);
      clock.set(by);
      await clock.advance(takes / 4);
      clock.set(-by);
      await clock.advance(takes / 2 - 1);
      expect(await over()).toBe(false);
      await clock.advance(1);
      expect(await over()).toBe(true);
    },
  );
});

describe.each(Object.entries(jumps))('a clock that is set %s', (_, by) => {
  test('does not make a good token be fetched anew, not even once', async () => {
    const clock = new VirtualClock();
    let fetched = 0;
    const source = new TokenSource(async () => ({ token: `token-${fetched++}`, lifetime: hour }), clock);
    await source.get();
    clock.set(by);
    for (let i = 0; i < 50; i++) {
      expect(await source.get()).toBe('token-0');
      await clock.advance(minute);
    }
    expect(fetched).toBe(1);
  });

  test('does not turn away a message that waits out a pause', async () => {
    const clock = new VirtualClock();
    const gate = gateOf(clock);
    const one = new GateRequest(gate);
    await settled();
    gate.pause(5 * second);
    clock.set(by);
    one.acquire(0, 5 * second);
    await settled();
    expect(one.state).toBe('waiting');
    await clock.advance(5 * second);
    expect(one.state).toBe('away');
  });

  test('does not change what a message may wait in all', async () => {
    const clock = new VirtualClock();
    const { send, graph } = setUp({
      clock,
      limits: { maxWait: 10 * second },
      script: () => {
        clock.set(by);
        return answer(429, { 'retry-after': '4' });
      },
    });
    const failed = failureOf(send());
    await clock.advance(20 * second);
    expect(await failed).toMatchObject({ outcome: 'not-sent', attempts: 3, retryAfter: 4_000 });
    expect(graph.requests).toHaveLength(3);
  });

  test('does not change how long a request is said to have taken', async () => {
    const clock = new VirtualClock();
    const { send, graph } = setUp({ clock });
    const durations: number[] = [];
    const sent = send('body', { attempted: ({ duration }) => durations.push(duration) });
    await settled();
    await clock.advance(700);
    clock.set(by);
    graph.requests[0]?.answer(answer(202));
    expect((await sent).receipt.time).toBe(700);
    expect(durations).toEqual([700]);
  });

  test('between two looks into Sent Items does not hide a message from settle()', async () => {
    const clock = new VirtualClock();
    const { graph, gate, context } = setUp({ clock });
    const [sentAfter, serverBegan] = [new Date(clock.now()), clock.now() - clock.elapsed()];
    let looks = 0;
    graph.script = () => {
      clock.set(looks++ === 0 ? by : 0);
      const serverNow = serverBegan + clock.elapsed();
      const value = [{ id: 'x', internetMessageId: messageId, createdDateTime: sentAfter.toISOString() }];
      return answer(
        200,
        { date: new Date(serverNow).toUTCString() },
        JSON.stringify({ value: looks > 2 ? value : [] }),
      );
    };
    const settled = runLookup(context, gate, mailbox, {}, (requests) =>
      settle(requests, { messageId, window: minute, sentAfter }),
    );
    await clock.advance(2 * minute);
    expect(await settled).toMatchObject({ outcome: 'sent', how: 'sent-items' });
  });

  test('makes a bulk run no longer and no shorter, which says how long it took and until when it waits', async () => {
    const clock = new SteppingClock();
    const begun = clock.elapsed();
    const times: number[] = [];
    const waiting: number[] = [];
    const transporter = {
      sendMail: async () => {
        times.push(clock.elapsed() - begun);
        clock.set(times.length % 2 === 1 ? by : -by);
      },
    };
    const recipients = ['a', 'b', 'c', 'd'].map((name) => ({ email: `${name}@example.com` }));
    const template = { subject: 'Hi', text: 'Hello' };
    const run = new BulkRun({ recipients, template, transporter, from: 'x@contoso.com', rate: 1 }, { clock });
    run.on('progress', ({ mailboxes: [one] }) => waiting.push((one?.waiting?.until ?? 0) - clock.now()));
    await play(clock, run);
    expect(await run.finished).toMatchObject({ sent: 4, duration: 3 * minute });
    expect(times).toEqual([0, minute, 2 * minute, 3 * minute]);
    expect(waiting).toEqual([minute, minute, minute, minute]);
  });

  test('between two sessions of a bulk run makes no wait longer than its own limit', async () => {
    const clock = new VirtualClock();
    const sent = journal(iso(clock.now()), 'sent');
    const held = journal(iso(clock.now()), { until: iso(clock.now() + 2 * second) });
    clock.set(by);
    for (const [state, longest] of [
      [sent, minute],
      [held, 2 * second],
    ] as const) {
      const { queues, queue } = await laneAfter(clock, state);
      const over = ended(queues.acquire([queue]));
      await clock.advance(longest);
      expect(over()).toBe(true);
    }
  });
});
