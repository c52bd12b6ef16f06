import { describe, expect, test } from 'vitest';
import { deliver } from '../../../src/delivery/deliver.js';
import { MailboxGate } from '../../../src/delivery/gate/mailbox-gate.js';
import { RateLimiter } from '../../../src/delivery/gate/rate-limiter.js';
import { RequestQueue } from '../../../src/delivery/gate/request-queue.js';
import { answer, networkFailure } from '../../helpers/answers.js';
import { mailbox, messageId, pass, setUp, way } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';
import { settled } from '../../helpers/virtual-clock.js';

const busy = answer(429, { 'retry-after': '30' });

describe('graph.maxRetries of a message', () => {
  test.each([
    ['a 429', busy, { responseCode: 429, retryAfter: 30_000 }],
    ['a connection that never came about', networkFailure(false, 'ECONNREFUSED'), { code: 'ESOCKET' }],
  ] as const)('of 0 gives it back at once after %s', async (_, refusal, expected) => {
    const { send, graph, clock } = setUp({ script: () => refusal, way: { patience: { maxRetries: 0 } } });
    const start = clock.elapsed();
    const error = await failureOf(send());
    expect(error).toMatchObject({ outcome: 'not-sent', permanent: false, attempts: 1, ...expected });
    expect(graph.requests).toHaveLength(1);
    expect(clock.elapsed()).toBe(start);
  });

  test('says more or less than the option of the transport', async () => {
    for (const maxRetries of [1, 7]) {
      const { send, graph, clock } = setUp({
        script: () => answer(429, { 'retry-after': '1' }),
        limits: { maxRetries: 3 },
        way: { patience: { maxRetries } },
      });
      const failed = failureOf(send());
      await pass(clock, 60_000);
      await failed;
      expect(graph.requests).toHaveLength(maxRetries + 1);
    }
  });
});

describe('graph.maxWait of a message', () => {
  /** What keeps a message from its turn, while one that came before it is in flight or was. */
  const waits: [name: string, hold: (one: ReturnType<typeof setUp>) => ReturnType<typeof setUp>['gate']][] = [
    ['a slot to be composed', ({ clock }) => new MailboxGate({ limit: 1, lookAhead: 0, uploadBudget: false, clock })],
    ['a slot at the mailbox', ({ clock }) => new MailboxGate({ limit: 1, lookAhead: 2, uploadBudget: false, clock })],
    ['the upload budget', ({ clock }) => new MailboxGate({ limit: 4, lookAhead: 2, uploadBudget: 6, clock })],
    [
      'a connection of the transport',
      ({ gate, context, clock }) => {
        context.connections = new RequestQueue({ limit: () => 1, clock });
        return gate;
      },
    ],
    [
      'the rate limit',
      ({ gate, context, clock }) => {
        const rate = new RateLimiter(1, 1_000_000, clock);
        context.rate = rate;
        context.connections = new RequestQueue({
          limit: () => 100,
          wait: ({ submission }) => (submission ? rate.wait : 0),
          acquired: ({ submission }) => submission && rate.reserve(),
          clock,
        });
        return gate;
      },
    ],
  ];

  test.each(waits)('bounds the wait for %s', async (name, hold) => {
    const one = setUp();
    const gate = hold(one);
    const { clock, context, graph } = one;
    const send = (maxWait?: number) =>
      deliver(context, gate, {
        mailbox,
        way: { ...way, ...(maxWait !== undefined && { patience: { maxWait } }) },
        compose: async () => ({ body: Buffer.from('body'), messageId: `<${maxWait}@contoso.com>` }),
      });
    const before = send();
    await settled();
    if (name === 'the rate limit') graph.requests[0]?.answer(answer(202));
    const failed = failureOf(send(5_000));
    await settled();
    const start = clock.elapsed();
    let ended: number | undefined;
    failed.then(() => {
      ended = clock.elapsed() - start;
    });
    await pass(clock, 4_500);
    expect(ended).toBeUndefined();
    await pass(clock, 1_000);
    expect(ended).toBe(5_000);
    const error = await failed;
    expect(error).toMatchObject({ code: 'EGRAPH', command: 'sendMail', outcome: 'not-sent', permanent: false });
    expect(error.message).toContain('5000 ms');
    expect(error.hint).toContain('graph.maxWait');
    graph.script = () => answer(202);
    graph.requests[0]?.answer(answer(202));
    await before;
    // Whoever gave up holds nothing: the next one goes.
    const next = send();
    await pass(clock, 2_000_000);
    await next;
  });

  test('bounds the wait for a pause of the mailbox, and is not begun for one that is longer', async () => {
    const { send, gate, clock, graph } = setUp({ script: () => answer(202), way: { patience: { maxWait: 5_000 } } });
    gate.pause(60_000);
    expect(await failureOf(send())).toMatchObject({ outcome: 'not-sent', retryAfter: 60_000 });
    gate.pause(60_000);
    await pass(clock, 56_000);
    const sent = send();
    await pass(clock, 4_000);
    await sent;
    expect(graph.requests).toHaveLength(1);
  });

  test('counts the pauses of the message itself once', async () => {
    const tenSeconds = answer(429, { 'retry-after': '10' });
    const sendWith = async (maxWait: number) => {
      const one = setUp({
        script: (index) => (index < 2 ? tenSeconds : answer(202)),
        way: { patience: { maxWait } },
      });
      const ended = one.send().then(
        () => 'sent',
        (error) => [error.outcome, error.retryAfter],
      );
      await pass(one.clock, 60_000);
      return ended;
    };
    expect(await sendWith(20_500)).toBe('sent');
    expect(await sendWith(19_999)).toEqual(['not-sent', 10_000]);
  });

  test('is over time and again: what was waited at the gate is not waited between two attempts', async () => {
    const { clock, context, graph } = setUp();
    const gate = new MailboxGate({ limit: 1, lookAhead: 2, uploadBudget: false, clock });
    const send = (patience?: { maxWait: number }) =>
      deliver(context, gate, {
        mailbox,
        way: { ...way, patience },
        compose: async () => ({ body: Buffer.from('body'), messageId }),
      });
    const before = send();
    await settled();
    const failed = failureOf(send({ maxWait: 10_000 }));
    await pass(clock, 8_000);
    graph.requests[0]?.answer(answer(202));
    await before;
    await settled();
    graph.requests[1]?.answer(answer(429, { 'retry-after': '3' }));
    expect(await failed).toMatchObject({ outcome: 'not-sent', attempts: 1, retryAfter: 3_000 });
  });

  test('does not keep what is left over from being tidied away', async () => {
    const { send, clock, graph } = setUp({ way: { delivery: 'draft', patience: { maxWait: 1_000 } } });
    graph.script = (_, { command }) => {
      if (command === 'createDraft') return answer(201, {}, '{"id":"draft-1"}');
      return command === 'sendDraft' ? answer(429, { 'retry-after': '3' }) : answer(204);
    };
    const failed = failureOf(send());
    await pass(clock, 20_000);
    const error = await failed;
    expect(error).toMatchObject({ outcome: 'not-sent', retryAfter: 3_000 });
    expect(error.draftId).toBeUndefined();
    expect(graph.requests.map(({ command }) => command)).toEqual(['createDraft', 'sendDraft', 'deleteDraft']);
  });

  test('of 0 lets a message go whose turn it is, and no other', async () => {
    const { send, gate, clock } = setUp({ script: () => answer(202), way: { patience: { maxWait: 0 } } });
    const sent = send();
    await clock.advance(0);
    await sent;
    gate.pause(1_000);
    expect(await failureOf(send())).toMatchObject({ outcome: 'not-sent', retryAfter: 1_000 });
  });

  test('leaves the meaning of the transport option as it is', async () => {
    const { clock, context, graph } = setUp({ limits: { maxWait: 5_000 } });
    const gate = new MailboxGate({ limit: 1, lookAhead: 2, uploadBudget: false, clock });
    const send = () =>
      deliver(context, gate, { mailbox, way, compose: async () => ({ body: Buffer.from('body'), messageId }) });
    const all = [send(), send()];
    await pass(clock, 60_000);
    graph.script = () => answer(202);
    graph.requests[0]?.answer(answer(202));
    await Promise.all(all);
  });

  test('does not end with the abort of another message, but with its own', async () => {
    const { clock, context } = setUp();
    const gate = new MailboxGate({ limit: 1, lookAhead: 2, uploadBudget: false, clock });
    const ending = new AbortController();
    const compose = async () => ({ body: Buffer.from('body'), messageId });
    const first = deliver(context, gate, { mailbox, way, compose });
    first.catch(() => {});
    await settled();
    const failed = failureOf(
      deliver(
        context,
        gate,
        { mailbox, way: { ...way, patience: { maxWait: 60_000 } }, compose },
        { signal: ending.signal },
      ),
    );
    await settled();
    ending.abort();
    expect(await failed).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
  });
});
