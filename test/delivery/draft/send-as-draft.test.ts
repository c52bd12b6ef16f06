import { describe, expect, test } from 'vitest';
import { GraphMailError } from '../../../src/common/errors.js';
import type { HttpAnswer } from '../../../src/graph/http.js';
import type { NetworkFailure } from '../../../src/graph/network-failure.js';
import { answer, graphError, networkFailure, type PendingRequest } from '../../helpers/answers.js';
import { messageId, pass, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';
import { settled } from '../../helpers/virtual-clock.js';

type Result = HttpAnswer | NetworkFailure;

const gone = answer(404, {}, graphError('ErrorItemNotFound', 'The specified object was not found in the store.'));
const forbidden = answer(
  403,
  {},
  graphError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
);
const gateway = answer(504, {}, graphError('UnknownError', ''));
const reset = networkFailure(true, 'ECONNRESET', 'network', 'read');
const created = (id = 'draft-1') => answer(201, {}, JSON.stringify({ id, isDraft: true }));

interface Script {
  createDraft?: Result[];
  sendDraft?: Result[];
  deleteDraft?: Result[];
  findMessages?: Result[];
}

/** Each command is answered with its results in turn, the last of them for ever. */
function drafting(script: Script = {}, wishes: Parameters<typeof setUp>[0] = {}) {
  const results: Record<string, Result[]> = {
    createDraft: [created()],
    sendDraft: [answer(202, { 'request-id': 'r-202' })],
    deleteDraft: [answer(204)],
    findMessages: [answer(200, {}, '{"value":[]}')],
    ...script,
  };
  const counts: Record<string, number> = {};
  const one = setUp({ ...wishes, way: { delivery: 'draft', ...wishes.way } });
  one.graph.script = (_, { command }: PendingRequest) => {
    const all = results[command] ?? [];
    const index = counts[command] ?? 0;
    counts[command] = index + 1;
    const result = all[Math.min(index, all.length - 1)];
    if (!result) throw new Error(`unexpected ${command}`);
    return result;
  };
  const commands = () => one.graph.requests.map(({ command, target }) => (target ? `${command} ${target}` : command));
  return { ...one, commands };
}

test('a draft is made of the bytes, and then sent', async () => {
  const { send, graph, commands, gate } = drafting();
  const { receipt } = await send('TUlNRQ==');
  expect(commands()).toEqual(['createDraft', 'sendDraft draft-1']);
  expect(graph.requests[0]?.body.toString()).toBe('TUlNRQ==');
  expect(receipt).toMatchObject({ response: '202 Accepted r-202', requestId: 'r-202', attempts: 1 });
  expect(gate.unused).toBe(true);
});

describe('after a doubtful answer to the sending', () => {
  test.each<[string, Result]>([
    ['504', gateway],
    ['500', answer(500)],
    ['503 without Retry-After', answer(503)],
    ['200', answer(200)],
    ['a reset', reset],
    ['silence', networkFailure(true, undefined, 'timeout')],
  ])('%s it is sent again, and the draft that is gone shows that it went', async (_, doubtful) => {
    const { send, commands, clock } = drafting({ sendDraft: [doubtful, gone] });
    const sent = send();
    await pass(clock, 60_000);
    const { receipt } = await sent;
    expect(receipt.response).toMatch(/^404 ErrorItemNotFound.*had sent the draft/);
    expect(receipt.attempts).toBe(2);
    expect(commands()).toEqual(['createDraft', 'sendDraft draft-1', 'sendDraft draft-1']);
  });

  test('a 202 shows that it went', async () => {
    const { send, clock } = drafting({ sendDraft: [gateway, reset, answer(202)] });
    const sent = send();
    await pass(clock, 60_000);
    expect((await sent).receipt).toMatchObject({ response: '202 Accepted', attempts: 3 });
  });

  test('the pauses between grow, and none is short', async () => {
    const { send, graph, clock } = drafting({ sendDraft: [gateway, gateway, gateway, gateway, gone] });
    const sent = send();
    await pass(clock, 120_000);
    await sent;
    const times = graph.requests.filter(({ command }) => command === 'sendDraft').map(({ at }) => at);
    expect(times.slice(1).map((at, index) => at - (times[index] ?? 0))).toEqual([1_500, 3_000, 6_000, 12_000]);
  });

  test('a Retry-After in between is obeyed', async () => {
    const { send, graph, clock } = drafting({ sendDraft: [gateway, answer(429, { 'retry-after': '30' }), gone] });
    const sent = send();
    await pass(clock, 120_000);
    await sent;
    const times = graph.requests.map(({ at }) => at);
    expect((times[3] ?? 0) - (times[2] ?? 0)).toBe(30_000);
  });

  test('that never ends it is unknown, the draft is named, and nothing is deleted', async () => {
    const { send, commands, clock } = drafting({ sendDraft: [gateway] });
    const failed = failureOf(send());
    await pass(clock, 150_000);
    const error = await failed;
    expect(error).toMatchObject({ outcome: 'unknown', permanent: false, draftId: 'draft-1', command: 'sendDraft' });
    expect(error.hint).toMatch(/Drafts/);
    expect(commands()).not.toContain('deleteDraft draft-1');
    expect(commands().filter((command) => command.startsWith('sendDraft'))).toHaveLength(6);
  });

  test.each<[string, Result]>([
    ['403', forbidden],
    ['400', answer(400, {}, graphError('ErrorInvalidRequest', 'Not a draft.'))],
    ['404 of another kind', answer(404, {}, graphError('ErrorInvalidUser'))],
    ['a failed handshake', networkFailure(false, 'CERT_HAS_EXPIRED')],
  ])('a refusal (%s) proves nothing any more', async (_, refusal) => {
    const { send, commands, clock } = drafting({ sendDraft: [gateway, refusal] });
    const failed = failureOf(send());
    await pass(clock, 150_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', permanent: false, draftId: 'draft-1' });
    expect(commands()).not.toContain('deleteDraft draft-1');
  });

  test('a 404 that does not say what was not found is asked again', async () => {
    const { send, clock } = drafting({ sendDraft: [gateway, answer(404, {}, '<html>Not found</html>'), gone] });
    const sent = send();
    await pass(clock, 60_000);
    expect((await sent).receipt).toMatchObject({ attempts: 3, response: expect.stringContaining('ErrorItemNotFound') });
  });

  test('an abort leaves it unknown', async () => {
    const { send, clock, commands } = drafting({ sendDraft: [gateway] });
    const ending = new AbortController();
    const failed = failureOf(send('body', { signal: ending.signal }));
    await clock.advance(100);
    ending.abort();
    await settled();
    expect(await failed).toMatchObject({ outcome: 'unknown', code: 'EABORT', draftId: 'draft-1' });
    expect(commands()).toEqual(['createDraft', 'sendDraft draft-1']);
    expect(clock.timers).toBe(0);
  });

  test.each([
    new GraphMailError('No token', { code: 'EAUTH', command: 'TOKEN', permanent: true }),
    new Error('nobody foresaw this'),
  ])('a token that does not come leaves it unknown: %s', async (failure) => {
    const { send, clock } = drafting(
      { sendDraft: [gateway, answer(401)] },
      { token: (_, count) => (count === 1 ? Promise.resolve('token') : Promise.reject(failure)) },
    );
    const failed = failureOf(send());
    await pass(clock, 150_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', draftId: 'draft-1' });
  });

  test("with onUnknown: 'verify' Sent Items are asked in the end", async () => {
    const item = { id: 'item', internetMessageId: messageId, createdDateTime: '2026-11-23T10:00:30Z' };
    const { send, clock } = drafting(
      { sendDraft: [gateway], findMessages: [answer(200, {}, JSON.stringify({ value: [item] }))] },
      { way: { onUnknown: 'verify' } },
    );
    const sent = send();
    await pass(clock, 150_000);
    expect((await sent).receipt.response).toContain('Sent Items');
  });
});

test('a draft that is gone at the first sending is an error: nobody knows who took it', async () => {
  const { send, commands } = drafting({ sendDraft: [gone], deleteDraft: [gone] });
  const error = await failureOf(send());
  expect(error).toMatchObject({ outcome: 'not-sent', permanent: false, responseCode: 404, command: 'sendDraft' });
  expect(error.hint).toMatch(/draft/i);
  expect(error.draftId).toBeUndefined();
  expect(commands().filter((command) => command.startsWith('sendDraft'))).toHaveLength(1);
});

describe('what was surely not sent', () => {
  test('is sent later from the same draft', async () => {
    const { send, commands, clock } = drafting({
      sendDraft: [answer(429, { 'retry-after': '2' }), networkFailure(false, 'ECONNREFUSED'), answer(202)],
    });
    const sent = send();
    await pass(clock, 60_000);
    expect((await sent).receipt.attempts).toBe(3);
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(1);
  });

  test('is deleted from Drafts when it is refused for good', async () => {
    const refusal = answer(400, {}, graphError('ErrorInvalidRecipients'));
    const { send, commands } = drafting({ sendDraft: [refusal] });
    const error = await failureOf(send());
    expect(error).toMatchObject({ outcome: 'not-sent', permanent: true, code: 'EENVELOPE' });
    expect(error.draftId).toBeUndefined();
    expect(commands()).toEqual(['createDraft', 'sendDraft draft-1', 'deleteDraft draft-1']);
  });

  test('as Graph said, but is gone then, may have been sent', async () => {
    const { send, clock } = drafting({ sendDraft: [answer(429, { 'retry-after': '1' }), gone] });
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', permanent: false, responseCode: 404 });
  });

  test('as Graph said, but is gone when it is to be deleted, may have been sent', async () => {
    const { send, clock } = drafting(
      { sendDraft: [answer(429, { 'retry-after': '1' })], deleteDraft: [gone] },
      { limits: { maxRetries: 1 } },
    );
    const failed = failureOf(send());
    await pass(clock, 60_000);
    const error = await failed;
    expect(error).toMatchObject({ outcome: 'unknown', permanent: false, responseCode: 429 });
    expect(error.message).toContain('the draft is gone');
    expect(error.hint).toContain('may have been sent');
  });

  test('is named when it cannot be deleted', async () => {
    const { send, clock } = drafting({ sendDraft: [forbidden], deleteDraft: [answer(500)] });
    const failed = failureOf(send());
    await pass(clock, 150_000);
    expect(await failed).toMatchObject({
      outcome: 'not-sent',
      draftId: 'draft-1',
      message: expect.stringContaining('left in Drafts'),
    });
  });
});

describe('making the draft', () => {
  test('without the permission fails with a hint that names it', async () => {
    const { send, commands } = drafting({ createDraft: [forbidden] });
    const error = await failureOf(send());
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'createDraft' });
    expect(error.hint).toMatch(/Mail\.ReadWrite/);
    expect(commands()).toEqual(['createDraft']);
  });

  test.each<[string, Result]>([
    ['504', gateway],
    ['500', answer(500)],
    ['a reset', reset],
    ['a 200', answer(200, {}, '{"id":"x"}')],
    ['a 202', answer(202)],
    ['a 201 without an id', answer(201, {}, '{}')],
    ['a 201 that was cut off', answer(201, {}, '{"i')],
  ])('that ends with %s is repeated; what may be left is told, and not looked for', async (_, doubtful) => {
    const { send, commands, clock } = drafting({ createDraft: [doubtful, created('draft-2')] });
    const left: unknown[] = [];
    const sent = send('body', { draftLeft: (id) => left.push(id) });
    await pass(clock, 60_000);
    await sent;
    expect(commands()).toEqual(['createDraft', 'createDraft', 'sendDraft draft-2']);
    expect(left).toEqual([undefined]);
  });

  test('in doubt is brought to its end when the transport is closed', async () => {
    const { send, close, clock, commands } = drafting({ createDraft: [gateway, created()] });
    const sent = send();
    await clock.advance(100);
    close();
    await pass(clock, 60_000);
    await sent;
    expect(commands()).toEqual(['createDraft', 'createDraft', 'sendDraft draft-1']);
  });

  test('in doubt is said to have left something when what follows fails', async () => {
    const { send, clock } = drafting({ createDraft: [gateway, forbidden] });
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({
      outcome: 'not-sent',
      code: 'EAUTH',
      message: expect.stringContaining('may be left in Drafts'),
    });
  });

  test('that never succeeds is not sent, and says that a draft may be left', async () => {
    const { send, commands, clock } = drafting({ createDraft: [gateway] });
    const failed = failureOf(send());
    await pass(clock, 150_000);
    expect(await failed).toMatchObject({
      outcome: 'not-sent',
      permanent: false,
      responseCode: 504,
      message: expect.stringContaining('may be left in Drafts'),
    });
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(6);
    expect(commands().some((command) => command.startsWith('sendDraft'))).toBe(false);
  });

  test('an abort in the middle of it is not sent', async () => {
    const { send, graph } = drafting();
    graph.script = undefined;
    const ending = new AbortController();
    const failed = failureOf(send('body', { signal: ending.signal }));
    await settled();
    ending.abort();
    graph.requests[0]?.answer(networkFailure(true, undefined, 'aborted'));
    expect(await failed).toMatchObject({ outcome: 'not-sent', code: 'EABORT' });
    expect(graph.requests).toHaveLength(1);
  });

  test('a 413 is an error about the size', async () => {
    const { send } = drafting({ createDraft: [answer(413, {}, graphError('BadRequest'))] });
    expect(await failureOf(send())).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent', permanent: true });
  });
});

describe('onDraft', () => {
  test('is told id and Message-ID, and waited for, before the draft is sent', async () => {
    const told: unknown[] = [];
    let goOn = () => {};
    const { send, commands } = drafting(
      {},
      {
        way: {
          onDraft: (...values) => {
            told.push(values);
            return new Promise((resolve) => {
              goOn = resolve;
            });
          },
        },
      },
    );
    const sent = send();
    await settled();
    await settled();
    expect(told).toEqual([['draft-1', messageId]]);
    expect(commands()).toEqual(['createDraft']);
    goOn();
    await sent;
    expect(commands()).toEqual(['createDraft', 'sendDraft draft-1']);
  });

  test.each([
    () => Promise.reject(new Error('disk full')),
    () => {
      throw new Error('disk full');
    },
  ])('that fails keeps the draft from being sent', async (onDraft) => {
    const { send, commands } = drafting({}, { way: { onDraft } });
    const error = await failureOf(send());
    expect(error).toMatchObject({
      outcome: 'not-sent',
      code: 'EMESSAGE',
      message: expect.stringContaining('disk full'),
    });
    expect(commands()).toEqual(['createDraft', 'deleteDraft draft-1']);
  });
});

describe('onDraft that does not come back', () => {
  test('ends with the message that is aborted; the draft is named', async () => {
    const ending = new AbortController();
    const { send, clock, commands } = drafting({}, { way: { onDraft: () => new Promise(() => {}) } });
    const failed = failureOf(send('body', { signal: ending.signal }));
    await clock.advance(1_000);
    ending.abort();
    expect(await failed).toMatchObject({ code: 'EABORT', outcome: 'not-sent', draftId: 'draft-1' });
    expect(commands()).toEqual(['createDraft']);
  });

  test('takes no slot from messages that are to be composed, so it may send one itself', async () => {
    let inner: Promise<unknown> | undefined;
    const one = drafting(
      {},
      {
        concurrency: 1,
        lookAhead: 0,
        way: {
          onDraft: async () => {
            if (inner) return;
            inner = one.send('inner');
            await inner;
          },
        },
      },
    );
    const outer = one.send('outer');
    await one.clock.advance(1_000);
    await inner;
    await outer;
    expect(one.commands().filter((command) => command.startsWith('sendDraft'))).toHaveLength(2);
  });
});

describe('ending in between', () => {
  test('an abort between the two requests sends nothing, and names the draft that stays', async () => {
    const ending = new AbortController();
    const { send, commands } = drafting({}, { way: { onDraft: () => ending.abort() } });
    const error = await failureOf(send('body', { signal: ending.signal }));
    expect(error).toMatchObject({ outcome: 'not-sent', code: 'EABORT', draftId: 'draft-1' });
    expect(commands()).toEqual(['createDraft']);
  });

  test('closing the transport lets a draft be sent that is there already', async () => {
    const { send, close, commands } = drafting({}, { way: { onDraft: () => close() } });
    await send();
    expect(commands()).toEqual(['createDraft', 'sendDraft draft-1']);
  });
});
