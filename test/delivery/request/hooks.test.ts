import { describe, expect, test } from 'vitest';
import type { GraphMailError } from '../../../src/common/errors.js';
import type { DeliveryWay } from '../../../src/delivery/request/types.js';
import type { SendAttempt } from '../../../src/options/types.js';
import { answer, graphError, networkFailure, type PendingRequest, type Script } from '../../helpers/answers.js';
import { mailbox, messageId, pass, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';
import { settled } from '../../helpers/virtual-clock.js';

const busy = answer(429, { 'retry-after': '30' });
const refused = answer(403, {}, graphError('ErrorSendAsDenied'));
const gateway = answer(504, {}, graphError('UnknownError'));

/** Sends through a Graph that answers each command in turn, and notes hooks and requests in the order that they come in. */
function sending(
  way: Partial<DeliveryWay>,
  answers: Partial<Record<PendingRequest['command'], ReturnType<Script>[]>> = {},
) {
  const seen: unknown[] = [];
  const noted = <T extends unknown[]>(name: string, hook?: (...values: T) => void | Promise<void>) =>
    hook && {
      [name]: (...values: T) => {
        seen.push([name, ...values]);
        return hook(...values);
      },
    };
  const { onAttempt, onNotSent, onWithdraw, ...others } = way;
  const one = setUp({
    way: {
      ...others,
      ...noted<[SendAttempt]>('onAttempt', onAttempt),
      ...noted<[SendAttempt, GraphMailError]>('onNotSent', onNotSent),
      ...noted('onWithdraw', onWithdraw),
    },
  });
  const usual = { createDraft: answer(201, {}, '{"id":"draft-1"}'), deleteDraft: answer(204) };
  one.graph.script = (_, { command }) => {
    seen.push(command);
    return answers[command]?.shift() ?? usual[command as keyof typeof usual] ?? answer(202);
  };
  return { ...one, seen };
}

/** Names of hooks with the number of the attempt, and commands. */
const inShort = (seen: unknown[]) =>
  seen.map((one) => (Array.isArray(one) ? [one[0], one[1]?.attempt].filter(Boolean).join(' ') : one));

const quietly = () => {};
const diskFull = () => Promise.reject(new Error('disk full.'));

describe('onAttempt', () => {
  test('is told mailbox and Message-ID before the request that sends the message', async () => {
    const { send, seen } = sending({ onAttempt: quietly });
    await send();
    expect(seen).toEqual([['onAttempt', { attempt: 1, mailbox, messageId }], 'sendMail']);
  });

  test('is told the draft before that is sent, and nothing while it is prepared', async () => {
    const { send, seen } = sending({ delivery: 'draft', onAttempt: quietly });
    await send();
    expect(seen).toEqual([
      'createDraft',
      ['onAttempt', { attempt: 1, mailbox, messageId, draftId: 'draft-1' }],
      'sendDraft',
    ]);
  });

  test.each(['direct', 'draft'] as const)('is told of each request anew (%s)', async (delivery) => {
    const { send, seen, clock } = sending(
      { delivery, onAttempt: quietly },
      { sendMail: [busy, busy], sendDraft: [busy, gateway] },
    );
    const sent = send();
    await pass(clock, 90_000);
    expect((await sent).receipt.attempts).toBe(3);
    const command = delivery === 'direct' ? 'sendMail' : 'sendDraft';
    const all = ['onAttempt 1', command, 'onAttempt 2', command, 'onAttempt 3', command];
    expect(inShort(seen)).toEqual(delivery === 'direct' ? all : ['createDraft', ...all]);
  });

  test('is waited for', async () => {
    let goOn = () => {};
    const { send, seen } = sending({ onAttempt: () => new Promise<void>((resolve) => (goOn = resolve)) });
    const sent = send();
    await settled();
    expect(seen).toHaveLength(1);
    goOn();
    await sent;
    expect(seen.at(-1)).toBe('sendMail');
  });

  test.each([
    diskFull,
    () => {
      throw new Error('disk full.');
    },
  ])('that fails keeps the message from being sent', async (onAttempt) => {
    const { send, seen, gate } = sending({ onAttempt });
    expect(await failureOf(send())).toMatchObject({
      code: 'EMESSAGE',
      command: 'API',
      outcome: 'not-sent',
      message: 'onAttempt failed, so the message was not sent: disk full.',
      cause: new Error('disk full.'),
    });
    expect(seen).toHaveLength(1);
    expect(gate.unused).toBe(true);
  });

  test('that fails has the draft withdrawn and deleted', async () => {
    const { send, seen } = sending({ delivery: 'draft', onAttempt: diskFull, onWithdraw: quietly });
    const error = await failureOf(send());
    expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent' });
    expect(error.draftId).toBeUndefined();
    expect(seen.slice(2)).toEqual([['onWithdraw', 'draft-1'], 'deleteDraft']);
  });

  test('that does not come back ends with the message that is aborted, and gives its slot back', async () => {
    const ending = new AbortController();
    const { send, seen, gate } = sending({ onAttempt: () => new Promise(() => {}) });
    const failed = failureOf(send('body', { signal: ending.signal }));
    await settled();
    ending.abort();
    expect(await failed).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
    expect(seen).toHaveLength(1);
    expect(gate.unused).toBe(true);
  });

  test('of a request that a pause keeps from being made is taken back before the pause is waited for', async () => {
    let goOn = () => {};
    const { send, seen, gate, clock, graph } = sending({
      onAttempt: ({ attempt }) => (attempt > 1 ? undefined : new Promise<void>((resolve) => (goOn = resolve))),
      onNotSent: quietly,
    });
    const sent = send();
    await settled();
    gate.pause(10_000);
    const until = clock.now() + 10_000;
    goOn();
    await settled();
    expect(inShort(seen)).toEqual(['onAttempt 1', 'onNotSent 1']);
    await pass(clock, 20_000);
    expect((await sent).receipt.attempts).toBe(1);
    expect(inShort(seen)).toEqual(['onAttempt 1', 'onNotSent 1', 'onAttempt 2', 'sendMail']);
    expect(graph.requests[0]?.at).toBe(until);
  });

  test('that fails before a repetition says that the message was not sent', async () => {
    const { send, clock, graph } = sending(
      { onAttempt: ({ attempt }) => (attempt > 1 ? diskFull() : undefined) },
      { sendMail: [busy] },
    );
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent' });
    expect(graph.requests).toHaveLength(1);
  });

  test('that fails before a draft in doubt is sent again leaves the doubt', async () => {
    const { send, clock, seen } = sending(
      { delivery: 'draft', onAttempt: ({ attempt }) => (attempt > 1 ? diskFull() : undefined), onWithdraw: quietly },
      { sendDraft: [gateway] },
    );
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', draftId: 'draft-1' });
    expect(inShort(seen)).toEqual(['createDraft', 'onAttempt 1', 'sendDraft', 'onAttempt 2']);
  });

  test('is not called for a message that never gets to be sent', async () => {
    const { send, seen, gate } = sending({ delivery: 'draft', onAttempt: quietly, onWithdraw: quietly });
    gate.pause(10_000_000);
    await failureOf(send());
    expect(seen).toEqual([]);
  });
});

describe('onNotSent', () => {
  const unauthorized = answer(401, {}, graphError('InvalidAuthenticationToken'));
  const unavailable = answer(503, { 'retry-after': '20' });
  const refusedConnection = networkFailure(false, 'ECONNREFUSED');

  test.each([
    ['a 429', busy, { code: 'EGRAPH', responseCode: 429, retryAfter: 30_000 }],
    ['a 429 without a time', answer(429), { code: 'EGRAPH', responseCode: 429, retryAfter: 500 }],
    ['a 503 with a time', unavailable, { code: 'EGRAPH', responseCode: 503, retryAfter: 20_000 }],
    ['a token that is not accepted', unauthorized, { code: 'EAUTH', responseCode: 401 }],
    ['a connection that never came about', refusedConnection, { code: 'ESOCKET' }],
  ] as const)('is told of %s before anything is waited for', async (_, refusal, error) => {
    for (const delivery of ['direct', 'draft'] as const) {
      const { send, seen, clock } = sending(
        { delivery, onAttempt: quietly, onNotSent: quietly },
        { sendMail: [refusal], sendDraft: [refusal] },
      );
      const sent = send();
      await settled();
      await settled();
      const [told] = seen.filter((one): one is unknown[] => Array.isArray(one) && one[0] === 'onNotSent');
      const draft = delivery === 'draft' ? { draftId: 'draft-1' } : {};
      expect(told?.[1]).toEqual({ attempt: 1, mailbox, messageId, ...draft });
      expect(told?.[2]).toMatchObject({ outcome: 'not-sent', permanent: false, ...error });
      await pass(clock, 60_000);
      await sent;
      expect(inShort(seen).filter((one) => String(one).startsWith('on'))).toEqual([
        'onAttempt 1',
        'onNotSent 1',
        'onAttempt 2',
      ]);
    }
  });

  test('is waited for before the next request', async () => {
    let goOn = () => {};
    const { send, graph, clock } = sending(
      { onNotSent: () => new Promise<void>((resolve) => (goOn = resolve)) },
      { sendMail: [busy] },
    );
    const sent = send();
    await pass(clock, 60_000);
    expect(graph.requests).toHaveLength(1);
    goOn();
    await sent;
    expect(graph.requests).toHaveLength(2);
  });

  test('keeps nobody else from going: the slot is free by then', async () => {
    const { send, graph, clock } = sending(
      { onNotSent: () => new Promise<void>(() => {}) },
      { sendMail: Array(4).fill(refusedConnection) },
    );
    const all = Array.from({ length: 4 }, () => failureOf(send()));
    await settled();
    await settled();
    await send();
    expect(graph.requests).toHaveLength(5);
    await pass(clock, 100_000);
    for (const one of all) expect(await one).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent' });
  });

  test('that fails ends the send as not sent', async () => {
    const { send, graph, clock } = sending({ onNotSent: diskFull }, { sendMail: [busy] });
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({
      code: 'EMESSAGE',
      outcome: 'not-sent',
      message: 'onNotSent failed, so the message was not sent again: disk full.',
    });
    expect(graph.requests).toHaveLength(1);
  });

  test.each(['direct', 'draft'] as const)(
    'is not told of the last request, of which the send tells (%s)',
    async (delivery) => {
      const { send, seen } = sending(
        { delivery, onAttempt: quietly, onNotSent: quietly },
        { sendMail: [refused], sendDraft: [refused] },
      );
      expect(await failureOf(send())).toMatchObject({ outcome: 'not-sent', responseCode: 403 });
      expect(inShort(seen)).not.toContain('onNotSent 1');
    },
  );

  test('is not told of what is refused after a request that may have sent the draft', async () => {
    const { send, seen, clock } = sending(
      { delivery: 'draft', onAttempt: quietly, onNotSent: quietly },
      { sendDraft: [busy, gateway, busy, unauthorized] },
    );
    const sent = send();
    await pass(clock, 180_000);
    await sent;
    expect(inShort(seen).filter((one) => String(one).startsWith('on'))).toEqual([
      'onAttempt 1',
      'onNotSent 1',
      'onAttempt 2',
      'onAttempt 3',
      'onAttempt 4',
      'onAttempt 5',
    ]);
  });
});

describe('a function that never comes back', () => {
  const never = () => new Promise<void>(() => {});
  const limit = 100_000;

  test.each([
    ['onAttempt', 'direct', { onAttempt: never }, {}, undefined],
    ['onNotSent', 'direct', { onNotSent: never }, { sendMail: [busy] }, undefined],
    ['onDraft', 'draft', { onDraft: never }, {}, undefined],
    ['onAttempt', 'draft', { onAttempt: never }, {}, undefined],
    ['onNotSent', 'draft', { onNotSent: never }, { sendDraft: [busy] }, undefined],
    ['onWithdraw', 'draft', { onAttempt: quietly, onWithdraw: never }, { sendDraft: [refused] }, 'draft-1'],
  ] as const)(
    '%s (%s) is given up after the timeout: not sent, and a draft that stays is named',
    async (name, delivery, way, answers, draftId) => {
      const { send, seen, clock, gate } = sending({ delivery, ...way }, { ...answers } as never);
      const failed = failureOf(send());
      await pass(clock, 3 * limit);
      const error = await failed;
      expect(error).toMatchObject({ outcome: 'not-sent' });
      expect(error.draftId).toBe(draftId);
      expect(error.message).toContain(`${name} failed`);
      expect(error.message).toContain(`did not end within ${limit} ms`);
      if (name !== 'onWithdraw') expect(error).toMatchObject({ code: 'ETIMEDOUT', command: 'API' });
      if (delivery === 'draft') expect(seen.includes('deleteDraft')).toBe(draftId === undefined);
      // What a pause leaves behind is forgotten by then.
      await clock.advance(1_000_000);
      expect(gate.unused).toBe(true);
      expect(clock.timers).toBe(0);
    },
  );

  test.each(['onDraft', 'onAttempt'] as const)(
    '%s that comes back later does not let the mail go out then',
    async (name) => {
      let goOn = () => {};
      const { send, seen, clock } = sending({
        delivery: 'draft',
        [name]: () => new Promise<void>((resolve) => (goOn = resolve)),
      });
      const failed = failureOf(send());
      await pass(clock, 2 * limit);
      await failed;
      const before = seen.length;
      goOn();
      await pass(clock, 1_000);
      expect(seen.slice(before)).toEqual([]);
      expect(seen).not.toContain('sendDraft');
    },
  );
});

describe('onWithdraw', () => {
  test('is told of the draft before that is deleted', async () => {
    const { send, seen } = sending(
      { delivery: 'draft', onAttempt: quietly, onWithdraw: quietly },
      { sendDraft: [refused] },
    );
    expect(await failureOf(send())).toMatchObject({ graphCode: 'ErrorSendAsDenied', outcome: 'not-sent' });
    expect(seen.slice(2)).toEqual(['sendDraft', ['onWithdraw', 'draft-1'], 'deleteDraft']);
  });

  test('that fails leaves the draft, and the error says so', async () => {
    const { send, seen } = sending(
      { delivery: 'draft', onAttempt: quietly, onWithdraw: diskFull },
      { sendDraft: [refused] },
    );
    const error = await failureOf(send());
    expect(error).toMatchObject({ graphCode: 'ErrorSendAsDenied', outcome: 'not-sent', draftId: 'draft-1' });
    expect(error.message).toMatch(
      /left in Drafts of noreply@contoso\.com\. onWithdraw failed, so the draft was not deleted: disk full\.$/,
    );
    expect(seen).not.toContain('deleteDraft');
  });

  test('is not called for a draft that onAttempt was not told of', async () => {
    const { send, seen } = sending(
      { delivery: 'draft', onDraft: diskFull, onAttempt: quietly, onWithdraw: quietly },
      {},
    );
    await failureOf(send());
    expect(seen).toEqual(['createDraft', 'deleteDraft']);
  });

  test('is not called when the message may have been sent', async () => {
    const { send, seen, clock } = sending(
      { delivery: 'draft', onAttempt: quietly, onWithdraw: quietly },
      { sendDraft: Array(20).fill(gateway) },
    );
    const failed = failureOf(send());
    await pass(clock, 300_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', draftId: 'draft-1' });
    expect(inShort(seen).filter((one) => String(one).startsWith('on'))).not.toContain('onWithdraw');
    expect(seen).not.toContain('deleteDraft');
  });
});
