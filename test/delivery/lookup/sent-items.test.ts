import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../../src/graph/http.js';
import type { NetworkFailure } from '../../../src/graph/network-failure.js';
import { answer, graphError, networkFailure, type PendingRequest, type ScriptedGraph } from '../../helpers/answers.js';
import { first, mailbox, messageId, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';
import { settled, type VirtualClock } from '../../helpers/virtual-clock.js';

const doubtful = answer(504, { 'request-id': 'r-504' }, graphError('UnknownError', ''));
const forbidden = answer(
  403,
  {},
  graphError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
);

/** A list of messages as Graph gives it, with the server's clock `ahead` ms of ours. */
function list(clock: VirtualClock, created: number[], { ahead = 0, id = messageId } = {}): HttpAnswer {
  const value = created.map((at, index) => ({
    id: `item-${index}`,
    internetMessageId: id,
    createdDateTime: new Date(at + ahead).toISOString().replace(/\.\d+/, ''),
  }));
  return answer(200, { date: new Date(clock.now() + ahead).toUTCString() }, JSON.stringify({ value }));
}

/** Sends one message that is answered with `doubtful`, and every look as `look` says. */
function verifying(
  look: (request: PendingRequest, clock: VirtualClock) => HttpAnswer | NetworkFailure,
  sent = doubtful,
) {
  const one = setUp({ way: { onUnknown: 'verify' } });
  one.graph.script = (_, request) => (request.command === 'sendMail' ? sent : look(request, one.clock));
  return one;
}

const looks = (graph: ScriptedGraph) => graph.requests.filter(({ command }) => command === 'findMessages');
const submissions = (graph: ScriptedGraph) => graph.requests.filter(({ command }) => command === 'sendMail');

test('a message that is in Sent Items was sent', async () => {
  const { send, graph, clock } = verifying((_, clock) => list(clock, [clock.now()]));
  const sent = send();
  await clock.advance(60_000);
  const { receipt } = await sent;
  expect(receipt).toMatchObject({ requestId: 'r-504', attempts: 1, response: expect.stringContaining('Sent Items') });
  expect(receipt.clientRequestId).toBe(graph.requests[0]?.clientRequestId);
  expect(submissions(graph)).toHaveLength(1);
  expect(looks(graph).map(({ target, body }) => [target, body.toString()])).toEqual([['sentitems', messageId]]);
});

test('it is looked for again, ever later, until the window is over, and never sent again', async () => {
  const { send, graph, clock } = verifying((_, clock) => list(clock, []));
  const start = clock.now();
  const failed = failureOf(send());
  await clock.advance(600_000);
  expect(await failed).toMatchObject({
    outcome: 'unknown',
    responseCode: 504,
    message: expect.stringContaining('not in Sent Items'),
    hint: expect.stringContaining('may have been sent'),
  });
  expect(submissions(graph)).toHaveLength(1);
  const times = looks(graph)
    .filter(({ target }) => target === 'sentitems')
    .map(({ at }) => at - start);
  expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000, 30_000, 45_000, 60_000]);
});

test('one that comes late is found', async () => {
  const { send, clock } = verifying((_, clock) =>
    list(clock, clock.now() >= startOf(clock) + 20_000 ? [startOf(clock)] : []),
  );
  const sent = send();
  await clock.advance(60_000);
  expect((await sent).receipt.response).toContain('Sent Items');
});

const starts = new WeakMap<VirtualClock, number>();
function startOf(clock: VirtualClock): number {
  if (!starts.has(clock)) starts.set(clock, clock.now());
  return starts.get(clock) as number;
}

test.each(['outbox', 'drafts'])('one that is only in %s is unknown, and said to be there', async (folder) => {
  const { send, graph, clock } = verifying(({ target }, clock) => list(clock, target === folder ? [clock.now()] : []));
  const failed = failureOf(send());
  await clock.advance(600_000);
  const { outcome, message } = await failed;
  expect(outcome).toBe('unknown');
  expect(message).toMatch(new RegExp(`it is in ${folder}`, 'i'));
  expect(submissions(graph)).toHaveLength(1);
});

describe('an earlier message with the same Message-ID proves nothing', () => {
  test.each([0, 3_600_000, -3_600_000])('with a server clock that is %d ms off', async (ahead) => {
    const { send, clock } = verifying((_, clock) => list(clock, [startOf(clock) - 10_000], { ahead }));
    startOf(clock);
    const failed = failureOf(send());
    await clock.advance(600_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('earlier message') });
  });

  test.each([0, 3_600_000, -3_600_000])('but the message itself is found with a clock %d ms off', async (ahead) => {
    const { send, clock } = verifying((_, clock) => list(clock, [startOf(clock) - 10_000, startOf(clock)], { ahead }));
    startOf(clock);
    const sent = send();
    await clock.advance(600_000);
    expect((await sent).receipt.response).toContain('Sent Items');
  });
});

describe('two messages with the same Message-ID', () => {
  const shared = 'another message with the same Message-ID';

  test('at the same time cannot be told apart in Sent Items', async () => {
    const { send, graph, clock } = setUp({ way: { onUnknown: 'verify' } });
    let submitted = 0;
    graph.script = (_, { command }) => {
      if (command !== 'sendMail') return list(clock, [clock.now()]);
      return submitted++ === 0 ? answer(202) : doubtful;
    };
    const [first, second] = [send('first'), failureOf(send('second'))];
    await clock.advance(120_000);
    await first;
    expect(await second).toMatchObject({ outcome: 'unknown', message: expect.stringContaining(shared) });
  });

  test.each([
    [9_000, 'unknown'],
    [11_000, 'sent'],
  ])('%i ms one after the other: %s', async (between, outcome) => {
    const { send, graph, clock } = setUp({ way: { onUnknown: 'verify' } });
    graph.script = (index, { command }) => {
      if (command !== 'sendMail') return list(clock, [clock.now()]);
      return index === 0 ? answer(202) : doubtful;
    };
    await send();
    await clock.advance(between);
    const second = send().then(
      () => 'sent',
      (error: { outcome: string }) => error.outcome,
    );
    await clock.advance(120_000);
    expect(await second).toBe(outcome);
  });
});

test('a clock that is set in between changes nothing', async () => {
  const { send, clock } = verifying((_, clock) => {
    // Ours is an hour ahead from here on; the server's is not.
    const { now } = clock;
    clock.now = () => now.call(clock) + 3_600_000;
    const found = list(clock, [startOf(clock) - 10_000], { ahead: -3_600_000 });
    clock.now = now;
    return found;
  });
  startOf(clock);
  const failed = failureOf(send());
  await clock.advance(120_000);
  expect((await failed).outcome).toBe('unknown');
});

test('a list that holds other messages is not taken for a find', async () => {
  const { send, clock } = verifying((_, clock) => list(clock, [clock.now()], { id: '<other@contoso.com>' }));
  const failed = failureOf(send());
  await clock.advance(600_000);
  expect((await failed).outcome).toBe('unknown');
});

test.each(['', '[]', 'null', '{"value":null}', '{"value":[null,7,{}]}', '<html>'])(
  'an answer of %j is no find',
  async (body) => {
    const { send, clock } = verifying(() => answer(200, {}, body));
    const failed = failureOf(send());
    await clock.advance(600_000);
    expect((await failed).outcome).toBe('unknown');
  },
);

test('without the permission to look it stays unknown at once, and the error names the permission', async () => {
  const { send, graph } = verifying(() => forbidden);
  const error = await failureOf(send());
  expect(error).toMatchObject({ outcome: 'unknown', responseCode: 504, permanent: false, graphCode: 'UnknownError' });
  expect(error.message).toContain('ErrorAccessDenied');
  expect(error.hint).toMatch(/Mail\.ReadBasic\.All or Mail\.Read/);
  expect(error.hint).toContain('may have been sent');
  expect(looks(graph)).toHaveLength(1);
});

test.each<[string, HttpAnswer | NetworkFailure]>([
  ['500', answer(500)],
  ['503', answer(503)],
  ['a reset', networkFailure(true, 'ECONNRESET')],
  ['no connection', networkFailure(false, 'ECONNREFUSED')],
])('a look that fails with %s for now is repeated', async (_, result) => {
  let failures = 3;
  const { send, clock } = verifying((_, clock) => (failures-- > 0 ? result : list(clock, [clock.now()])));
  const sent = send();
  await clock.advance(60_000);
  expect((await sent).receipt.response).toContain('Sent Items');
});

test('looks that fail to the end are said to have failed', async () => {
  const { send, clock } = verifying(() => answer(500));
  const failed = failureOf(send());
  await clock.advance(600_000);
  expect(await failed).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('could not be read') });
});

test('a Retry-After holds the looks back too', async () => {
  let throttled = false;
  const { send, graph, clock } = verifying((_, clock) => {
    if (throttled) return list(clock, [clock.now()]);
    throttled = true;
    return answer(429, { 'retry-after': '20' });
  });
  const start = clock.now();
  const sent = send();
  await clock.advance(60_000);
  await sent;
  expect(looks(graph).map(({ at }) => at - start)).toEqual([0, 20_000]);
});

test('what waits for its look takes no slot from messages that are to be composed', async () => {
  const { send, graph, clock } = setUp({ concurrency: 1, lookAhead: 0, way: { onUnknown: 'verify' } });
  graph.script = (index, request) =>
    request.command === 'findMessages' ? list(clock, []) : index === 0 ? doubtful : answer(202);
  const failed = failureOf(send('a'));
  await clock.advance(5_000);
  const others = Promise.all(Array.from({ length: 5 }, () => send('b')));
  await clock.advance(0);
  expect(await others).toHaveLength(5);
  await clock.advance(60_000);
  expect((await failed).outcome).toBe('unknown');
});

test('an abort ends the looking, and the message stays unknown', async () => {
  const { send, graph, clock } = verifying((_, clock) => list(clock, []));
  const ending = new AbortController();
  const failed = failureOf(send('body', { signal: ending.signal }));
  await clock.advance(2_000);
  ending.abort(new Error('enough'));
  await settled();
  expect(await failed).toMatchObject({ outcome: 'unknown', responseCode: 504 });
  const made = graph.requests.length;
  await clock.advance(600_000);
  expect(graph.requests).toHaveLength(made);
  expect(clock.timers).toBe(0);
});

test('a message that was aborted in flight is not looked for', async () => {
  const { send, graph } = verifying(
    (_, clock) => list(clock, [clock.now()]),
    networkFailure(true, undefined, 'aborted') as never,
  );
  const ending = new AbortController();
  ending.abort();
  await failureOf(send('body', { signal: ending.signal }));
  expect(looks(graph)).toHaveLength(0);
});

test('closing the transport lets the looking come to its end', async () => {
  const { send, close, clock } = verifying((_, clock) =>
    list(clock, clock.now() > startOf(clock) + 10_000 ? [startOf(clock)] : []),
  );
  startOf(clock);
  const states: boolean[] = [];
  const sent = send('body', { inFlight: (yes) => states.push(yes) });
  await clock.advance(2_000);
  close();
  expect(states.at(-1)).toBe(true);
  await clock.advance(60_000);
  expect((await sent).receipt.response).toContain('Sent Items');
});

test('what was surely refused is not looked for', async () => {
  const { send, graph } = setUp({ way: { onUnknown: 'verify' }, script: first(forbidden) });
  expect(await failureOf(send())).toMatchObject({ outcome: 'not-sent' });
  expect(graph.requests).toHaveLength(1);
});

test('the mailbox is asked, not another', async () => {
  const { send, graph, clock } = verifying((_, clock) => list(clock, [clock.now()]));
  const sent = send();
  await clock.advance(1_000);
  await sent;
  expect(looks(graph)[0]?.mailbox).toBe(mailbox);
});
