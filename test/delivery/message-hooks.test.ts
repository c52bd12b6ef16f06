import { describe, expect, test } from 'vitest';
import type { DeliveryWay } from '../../src/delivery/deliver.js';
import type { SendAttempt } from '../../src/option-types.js';
import { answer, graphError, type PendingRequest } from '../helpers/answers.js';
import { mailbox, messageId, pass, world } from '../helpers/delivery-world.js';
import { failureOf } from '../helpers/failure.js';
import { settled } from '../helpers/virtual-clock.js';

const busy = answer(429, { 'retry-after': '30' });
const refused = answer(403, {}, graphError('ErrorSendAsDenied'));
const gateway = answer(504, {}, graphError('UnknownError'));

/** Sends through a Graph that answers each command in turn, and notes hooks and requests in the order that they come in. */
function sending(
  way: Partial<DeliveryWay>,
  answers: Partial<Record<PendingRequest['command'], ReturnType<typeof answer>[]>> = {},
) {
  const seen: unknown[] = [];
  const noted = <T extends unknown[]>(name: string, hook?: (...values: T) => void | Promise<void>) =>
    hook && {
      [name]: (...values: T) => {
        seen.push([name, ...values]);
        return hook(...values);
      },
    };
  const { onAttempt, onWithdraw, ...others } = way;
  const one = world({
    way: { ...others, ...noted<[SendAttempt]>('onAttempt', onAttempt), ...noted('onWithdraw', onWithdraw) },
  });
  const usual = { createDraft: answer(201, {}, '{"id":"draft-1"}'), deleteDraft: answer(204) };
  one.graph.script = (_, { command }) => {
    seen.push(command);
    return answers[command]?.shift() ?? usual[command as keyof typeof usual] ?? answer(202);
  };
  return { ...one, seen };
}

const quietly = () => {};
const diskFull = () => Promise.reject(new Error('disk full.'));

describe('onAttempt', () => {
  test('is told mailbox and Message-ID before the request that sends the message', async () => {
    const { send, seen } = sending({ onAttempt: quietly });
    await send();
    expect(seen).toEqual([['onAttempt', { mailbox, messageId }], 'sendMail']);
  });

  test('is told the draft before that is sent, and nothing while it is prepared', async () => {
    const { send, seen } = sending({ delivery: 'draft', onAttempt: quietly });
    await send();
    expect(seen).toEqual(['createDraft', ['onAttempt', { mailbox, messageId, draftId: 'draft-1' }], 'sendDraft']);
  });

  test.each(['direct', 'draft'] as const)('is not told of repetitions (%s)', async (delivery) => {
    const { send, seen, clock } = sending(
      { delivery, onAttempt: quietly },
      { sendMail: [busy], sendDraft: [busy, gateway] },
    );
    const sent = send();
    await pass(clock, 60_000);
    await sent;
    expect(seen.filter((one) => Array.isArray(one))).toHaveLength(1);
    expect(seen.filter((one) => one === 'sendMail' || one === 'sendDraft').length).toBeGreaterThan(1);
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

  test('that does not come back ends with the message that is aborted, and gives its place back', async () => {
    const ending = new AbortController();
    const { send, seen, gate } = sending({ onAttempt: () => new Promise(() => {}) });
    const failed = failureOf(send('body', { signal: ending.signal }));
    await settled();
    ending.abort();
    expect(await failed).toMatchObject({ code: 'EABORT', outcome: 'not-sent' });
    expect(seen).toHaveLength(1);
    expect(gate.unused).toBe(true);
  });

  test('that was called before a pause began is not called again after it, and no request is made in between', async () => {
    let goOn = () => {};
    const { send, seen, gate, clock, graph } = sending({
      onAttempt: () => new Promise<void>((resolve) => (goOn = resolve)),
    });
    const sent = send();
    await settled();
    gate.pause(10_000);
    const until = clock.now() + 10_000;
    goOn();
    await pass(clock, 20_000);
    await sent;
    expect(seen.map((one) => (Array.isArray(one) ? one[0] : one))).toEqual(['onAttempt', 'sendMail']);
    expect(graph.requests[0]?.at).toBe(until);
  });

  test('is not called for a message that never gets to be sent', async () => {
    const { send, seen, gate } = sending({ delivery: 'draft', onAttempt: quietly, onWithdraw: quietly });
    gate.pause(10_000_000);
    await failureOf(send());
    expect(seen).toEqual([]);
  });
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
    expect(seen.filter((one) => Array.isArray(one))).toHaveLength(1);
    expect(seen).not.toContain('deleteDraft');
  });
});
