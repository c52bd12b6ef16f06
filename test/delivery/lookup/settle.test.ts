import { describe, expect, test } from 'vitest';
import { runLookup } from '../../../src/delivery/lookup/lookup-request.js';
import { settle, type UnsettledMessage } from '../../../src/delivery/lookup/settle.js';
import type { DeliveryHooks } from '../../../src/delivery/request/types.js';
import type { HttpAnswer } from '../../../src/graph/http.js';
import { answer, graphError, type PendingRequest } from '../../helpers/answers.js';
import { mailbox, messageId, pass, setUp } from '../../helpers/delivery-setup.js';

type Answers = Partial<Record<PendingRequest['command'], HttpAnswer[]>>;

const gone = answer(404, {}, graphError('ErrorItemNotFound', 'The specified object was not found in the store.'));
const refused = answer(403, {}, graphError('ErrorSendAsDenied', 'The user may not send as this.'));
const forbidden = answer(403, {}, graphError('ErrorAccessDenied'));
const gateway = answer(504, {}, graphError('UnknownError', ''));
const nothing = answer(200, {}, '{"value":[]}');
const message = (isDraft: boolean) => answer(200, {}, JSON.stringify({ id: 'draft-1', isDraft }));
const start = Date.UTC(2026, 10, 23, 10);

/** A list with the message, created so many milliseconds after the test began. */
const listed = (after = 0) =>
  answer(
    200,
    {},
    JSON.stringify({
      value: [{ id: 'x', internetMessageId: messageId, createdDateTime: new Date(start + after).toISOString() }],
    }),
  );

/** Settles a message with a Graph that answers each command in turn, the last of its answers for ever. */
function settling(answers: Answers, wish: Partial<UnsettledMessage> = {}, hooks: DeliveryHooks = {}) {
  const one = setUp();
  const commands: string[] = [];
  one.graph.script = (_, { command, target }) => {
    commands.push(target === undefined ? command : `${command} ${target}`);
    const all = answers[command] ?? [nothing];
    return (all.length > 1 ? all.shift() : all[0]) as HttpAnswer;
  };
  const result = runLookup(one.context, one.gate, mailbox, hooks, (requests) =>
    settle(requests, { messageId, window: 5_000, ...wish }),
  );
  result.catch(() => {});
  return { ...one, commands, result };
}

const asDraft = { draftId: 'draft-1' };

describe('a message that was to go out as a draft', () => {
  test('is sent now when its draft is still there', async () => {
    const { result, commands } = settling({ sendDraft: [answer(202, { 'request-id': 'r-1' })] }, asDraft);
    expect(await result).toEqual({ outcome: 'sent', response: '202 Accepted r-1', requestId: 'r-1', how: 'draft' });
    expect(commands).toEqual(['sendDraft draft-1']);
  });

  test('is looked for in Sent Items when its draft is gone', async () => {
    const { result, commands } = settling({ sendDraft: [gone], findMessages: [listed()] }, asDraft);
    expect(await result).toEqual({
      outcome: 'sent',
      response: 'Found in Sent Items (its draft is gone)',
      how: 'sent-items',
    });
    expect(commands).toEqual(['sendDraft draft-1', 'findMessages sentitems']);
  });

  test('is unknown when it is nowhere: a person may have deleted the draft', async () => {
    const { result, clock, gate } = settling({ sendDraft: [gone] }, asDraft);
    await pass(clock, 10_000);
    const settled = await result;
    expect(settled).toMatchObject({ outcome: 'unknown', error: { outcome: 'unknown', draftId: 'draft-1' } });
    expect(settled).toHaveProperty(
      'error.message',
      `What became of message ${messageId} is unknown: its draft is gone, and it is not in Sent Items, which proves nothing.`,
    );
    expect(gate.unused).toBe(true);
  });

  test('was sent when its draft goes away between two doubtful answers', async () => {
    const { result, clock } = settling({ sendDraft: [gateway, gone] }, asDraft);
    await pass(clock, 60_000);
    expect(await result).toMatchObject({ outcome: 'sent', how: 'draft', response: expect.stringContaining('earlier') });
  });

  test('is looked for when a refusal for now is followed by a draft that is gone', async () => {
    const busy = answer(429, { 'retry-after': '1' });
    const { result, clock } = settling({ sendDraft: [busy, gone], findMessages: [listed()] }, asDraft);
    await pass(clock, 20_000);
    expect(await result).toMatchObject({ outcome: 'sent', how: 'sent-items' });
  });

  test('was not sent when Graph refuses the draft and it still lies there', async () => {
    const { result, commands } = settling({ sendDraft: [refused], getMessage: [message(true)] }, asDraft);
    expect(await result).toMatchObject({
      outcome: 'not-sent',
      error: {
        outcome: 'not-sent',
        graphCode: 'ErrorSendAsDenied',
        draftId: 'draft-1',
        message: expect.stringContaining('still lies in Drafts'),
      },
    });
    expect(commands).toEqual(['sendDraft draft-1', 'getMessage draft-1']);
  });

  test.each([
    ['is gone', gone],
    ['is no draft any more', message(false)],
  ])('is looked for when Graph refuses it and the draft %s', async (_, look) => {
    const { result } = settling({ sendDraft: [refused], getMessage: [look], findMessages: [listed()] }, asDraft);
    expect(await result).toMatchObject({ outcome: 'sent', how: 'sent-items' });
  });

  test.each<[string, Answers]>([
    ['nobody may look at', { sendDraft: [forbidden], getMessage: [forbidden] }],
    ['may be sent only later', { sendDraft: [answer(429, { 'retry-after': '9999' })] }],
  ])('whose draft %s is in doubt, whatever the failure says of itself', async (_, answers) => {
    const { result, clock, commands } = settling(answers, asDraft);
    await pass(clock, 1_000);
    await expect(result).rejects.toThrow();
    expect(commands).not.toContain('findMessages sentitems');
  });
});

describe('a message that went out in one request', () => {
  test('was sent when it lies in Sent Items', async () => {
    const { result, commands } = settling({ findMessages: [listed()] });
    expect(await result).toEqual({ outcome: 'sent', response: 'Found in Sent Items', how: 'sent-items' });
    expect(commands).toEqual(['findMessages sentitems']);
  });

  test('is looked for until the window is over', async () => {
    const { result, clock, graph } = settling({ findMessages: [nothing, nothing, listed()] });
    await pass(clock, 5_000);
    expect(await result).toMatchObject({ outcome: 'sent' });
    expect(graph.requests.map(({ at }) => at - start)).toEqual([0, 1_000, 3_000]);
  });

  test.each([
    [-60_000, 'unknown'],
    [1_000, 'sent'],
  ])('counts when it came into being %i ms after it was first tried: %s', async (after, outcome) => {
    const { result, clock } = settling({ findMessages: [listed(after)] }, { sentAfter: new Date(start), window: 0 });
    await pass(clock, 1_000);
    expect(await result).toMatchObject({ outcome });
  });

  test('counts when its draft is older, and was sent since it was first tried', async () => {
    const [createdDateTime, sentDateTime] = [-60_000, 1_000].map((after) => new Date(start + after).toISOString());
    const sent = { id: 'x', internetMessageId: messageId, createdDateTime, sentDateTime };
    const found = answer(200, {}, JSON.stringify({ value: [sent] }));
    const wish = { sentAfter: new Date(start), window: 0 };
    const { result } = settling({ sendDraft: [gone], findMessages: [found] }, { ...wish, ...asDraft });
    expect(await result).toMatchObject({ outcome: 'sent', how: 'sent-items' });
    const { result: direct } = settling({ findMessages: [found] }, wish);
    expect(await direct).toMatchObject({ outcome: 'unknown' });
  });

  test('counts however old it is when nobody says when it was first tried', async () => {
    const { result } = settling({ findMessages: [listed(-9_000_000)] });
    expect(await result).toMatchObject({ outcome: 'sent' });
  });

  test('is unknown where Sent Items may not be read, and the permission is named', async () => {
    const { result } = settling({ findMessages: [forbidden] });
    expect(await result).toMatchObject({
      outcome: 'unknown',
      error: { outcome: 'unknown', code: 'EAUTH', permanent: true, hint: expect.stringContaining('Mail.Read') },
    });
  });

  test('is unknown when it is called off', async () => {
    const ending = new AbortController();
    const { result, clock } = settling({}, {}, { signal: ending.signal });
    await pass(clock, 1_000);
    ending.abort();
    expect(await result).toMatchObject({ outcome: 'unknown', error: { code: 'EABORT', outcome: 'unknown' } });
  });

  test('does not say that it was not sent when a mailbox is throttled', async () => {
    const { result, clock } = settling({ findMessages: [answer(429, { 'retry-after': '9999' })] });
    await pass(clock, 10_000);
    const settled = await result;
    expect(settled).toMatchObject({ outcome: 'unknown' });
    expect(settled).toHaveProperty('error.message', expect.not.stringContaining('was not sent'));
  });
});
