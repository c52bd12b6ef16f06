import { describe, expect, test } from 'vitest';
import { GraphMailError } from '../../src/common/errors.js';
import { deliver } from '../../src/delivery/deliver.js';
import type { HttpAnswer } from '../../src/graph/http.js';
import type { NetworkFailure } from '../../src/graph/network-failure.js';
import { answer, graphError, networkFailure } from '../helpers/answers.js';
import { first, mailbox, messageId, setUp, way } from '../helpers/delivery-setup.js';
import { failureOf } from '../helpers/failure.js';
import { settled } from '../helpers/virtual-clock.js';

describe('a message that Graph takes', () => {
  test('goes up once, with a token and an id of its own', async () => {
    const { send, graph } = setUp({ script: first() });
    const { receipt } = await send('TUlNRQ==');
    expect(graph.requests).toHaveLength(1);
    expect(graph.requests[0]).toMatchObject({ mailbox, token: 'token-1', clientRequestId: receipt.clientRequestId });
    expect(graph.requests[0]?.body.toString()).toBe('TUlNRQ==');
    expect(receipt).toMatchObject({ attempts: 1, response: '202 Accepted' });
  });

  test('leaves an empty gate behind', async () => {
    const { send, gate } = setUp({ script: first() });
    await send();
    expect(gate.unused).toBe(true);
  });
});

describe('after a 429', () => {
  test('the same bytes go up again after the whole Retry-After', async () => {
    const { send, graph, clock } = setUp({ script: first(answer(429, { 'retry-after': '2.128' })) });
    const start = clock.now();
    const sent = send('same');
    await clock.advance(2_127);
    expect(graph.requests).toHaveLength(1);
    await clock.advance(1);
    expect((await sent).receipt.attempts).toBe(2);
    expect(graph.requests.map(({ at, body }) => [at - start, body.toString()])).toEqual([
      [0, 'same'],
      [2_128, 'same'],
    ]);
    expect(graph.requests[0]?.clientRequestId).not.toBe(graph.requests[1]?.clientRequestId);
  });

  test('nobody else sends from that mailbox meanwhile, not even who was ready to', async () => {
    const { send, graph, clock } = setUp({ concurrency: 1, lookAhead: 2 });
    const all = ['a', 'b', 'c', 'd'].map((text) => send(text));
    await settled();
    expect(graph.requests).toHaveLength(1);
    const pausedAt = clock.now();
    graph.requests[0]?.answer(answer(429, { 'retry-after': '10' }));
    graph.script = () => answer(202);
    await clock.advance(9_999);
    expect(graph.requests).toHaveLength(1);
    await clock.advance(10_000);
    await Promise.all(all);
    expect(graph.requests.map(({ body }) => body.toString())).toEqual(['a', 'a', 'b', 'c', 'd']);
    for (const { at } of graph.requests.slice(1)) expect(at).toBeGreaterThanOrEqual(pausedAt + 10_000);
  });

  test('four that were throttled together all get through', async () => {
    const { send, graph, clock } = setUp({
      script: first(...Array.from({ length: 4 }, () => answer(429, { 'retry-after': '1' }))),
    });
    const all = Promise.all(Array.from({ length: 8 }, () => send()));
    await clock.advance(60_000);
    expect(await all).toHaveLength(8);
    expect(graph.mostInFlight).toBe(4);
  });

  test('without Retry-After the mailbox waits by our own reckoning', async () => {
    const { send, graph, clock } = setUp({ script: first(answer(429)) });
    const start = clock.now();
    const sent = send();
    await clock.advance(60_000);
    await sent;
    expect(graph.requests.map(({ at }) => at - start)).toEqual([0, 500]);
  });

  test('it ends when the retries are used up: not sent, not for good', async () => {
    const { send, graph, clock } = setUp({
      script: () => answer(429, { 'retry-after': '1', 'request-id': 'r' }, graphError('ApplicationThrottled')),
    });
    const failed = failureOf(send());
    await clock.advance(60_000);
    const error = await failed;
    expect(graph.requests).toHaveLength(6);
    expect(error).toMatchObject({
      code: 'EGRAPH',
      outcome: 'not-sent',
      permanent: false,
      responseCode: 429,
      graphCode: 'ApplicationThrottled',
      retryAfter: 1_000,
      requestId: 'r',
      attempts: 6,
      command: 'sendMail',
    });
    expect(error.hint).toBeTruthy();
  });

  test('a Retry-After beyond maxWait fails at once, and tells how long', async () => {
    const { send, graph } = setUp({ script: () => answer(429, { 'retry-after': '3600' }) });
    const error = await failureOf(send());
    expect(error).toMatchObject({ outcome: 'not-sent', permanent: false, retryAfter: 3_600_000, attempts: 1 });
    expect(graph.requests).toHaveLength(1);
  });

  test('a Retry-After beyond maxWait fails everybody who waits for that mailbox, at once', async () => {
    const { send, graph, clock, gate } = setUp({ concurrency: 1, lookAhead: 2 });
    const all = Array.from({ length: 8 }, () => failureOf(send()));
    await settled();
    graph.requests[0]?.answer(answer(429, { 'retry-after': '3600' }));
    const ended = Promise.all(all);
    const errors = await Promise.race([ended, clock.advance(1_000).then(() => 'somebody still waits' as const)]);
    expect(errors).not.toBe('somebody still waits');
    expect(graph.requests).toHaveLength(1);
    for (const error of await ended) {
      expect(error).toMatchObject({ code: 'EGRAPH', outcome: 'not-sent', permanent: false, command: 'sendMail' });
      expect(error.retryAfter).toBeGreaterThan(3_590_000);
      expect(error.hint).toBeTruthy();
    }
    expect(clock.timers).toBe(0);
    // The pause, and the care that follows it.
    await clock.advance(3_600_000 + 600_000);
    expect(gate.unused).toBe(true);
  });

  test('after such a pause the mailbox works again', async () => {
    const { send, clock } = setUp({ script: first(answer(429, { 'retry-after': '3600' })) });
    await failureOf(send());
    await clock.advance(3_600_000);
    expect((await send()).receipt.attempts).toBe(1);
  });
});

describe('after a 503', () => {
  test('that says when, the message waits and goes again', async () => {
    const { send, clock, graph } = setUp({ script: first(answer(503, { 'retry-after': '3' })) });
    const sent = send();
    await clock.advance(3_000);
    expect((await sent).receipt.attempts).toBe(2);
    expect(graph.requests).toHaveLength(2);
  });

  test('that does not, it is unknown', async () => {
    const { send, graph } = setUp({ script: first(answer(503, {}, '<html>busy</html>')) });
    expect(await failureOf(send())).toMatchObject({ outcome: 'unknown', responseCode: 503, code: 'EGRAPH' });
    expect(graph.requests).toHaveLength(1);
  });
});

describe('what may have been sent is never sent again', () => {
  test.each<[string, HttpAnswer | NetworkFailure, string]>([
    ['200', answer(200), 'EGRAPH'],
    ['204', answer(204), 'EGRAPH'],
    ['500', answer(500, {}, graphError('ErrorInternalServerError')), 'EGRAPH'],
    ['502', answer(502, {}, '<html>'), 'EGRAPH'],
    ['504', answer(504, { 'retry-after': '1' }), 'EGRAPH'],
    ['a reset', networkFailure(true, 'ECONNRESET', 'network', 'read'), 'ESOCKET'],
    ['silence', networkFailure(true, undefined, 'timeout'), 'ETIMEDOUT'],
  ])('after %s', async (_, result, code) => {
    const { send, graph, clock } = setUp({ script: () => result });
    const failed = failureOf(send());
    await clock.advance(600_000);
    const error = await failed;
    expect(graph.requests).toHaveLength(1);
    expect(error).toMatchObject({ outcome: 'unknown', permanent: false, attempts: 1, code });
    expect(error.hint).toContain('may have been sent');
    expect(error.clientRequestId).toBe(graph.requests[0]?.clientRequestId);
  });

  test('not even after attempts that were surely in vain', async () => {
    const { send, graph, clock } = setUp({
      script: first(answer(429, { 'retry-after': '1' }), networkFailure(false, 'ECONNREFUSED'), answer(504)),
    });
    const failed = failureOf(send());
    await clock.advance(600_000);
    expect(await failed).toMatchObject({ outcome: 'unknown', attempts: 3 });
    expect(graph.requests).toHaveLength(3);
  });
});

describe('after a failure before anything was written', () => {
  test('it is tried again, ever later', async () => {
    const { send, graph, clock } = setUp({
      script: first(...Array.from({ length: 3 }, () => networkFailure(false, 'ECONNREFUSED'))),
    });
    const start = clock.now();
    const sent = send();
    await clock.advance(60_000);
    expect((await sent).receipt.attempts).toBe(4);
    expect(graph.requests.map(({ at }) => at - start)).toEqual([0, 500, 1_500, 3_500]);
  });

  test('others go on meanwhile', async () => {
    const { send, graph, clock } = setUp({ concurrency: 1, script: first(networkFailure(false, 'ECONNREFUSED')) });
    const both = [send('a'), send('b')];
    await clock.advance(0);
    expect(graph.requests.map(({ body }) => body.toString())).toEqual(['a', 'b']);
    await clock.advance(1_000);
    await Promise.all(both);
  });

  test('all retries of all messages together are bounded', async () => {
    const { send, graph, clock } = setUp({ script: () => networkFailure(false, 'ECONNREFUSED') });
    const all = Promise.all(Array.from({ length: 100 }, () => failureOf(send())));
    await clock.advance(600_000);
    for (const error of await all)
      expect(error).toMatchObject({ code: 'ESOCKET', outcome: 'not-sent', permanent: false });
    expect(graph.requests.length).toBe(100 + 35);
  });

  test('a certificate that is not trusted is not tried again', async () => {
    const { send, graph } = setUp({ script: () => networkFailure(false, 'DEPTH_ZERO_SELF_SIGNED_CERT') });
    expect(await failureOf(send())).toMatchObject({ code: 'ETLS', outcome: 'not-sent', permanent: true });
    expect(graph.requests).toHaveLength(1);
  });
});

describe('after a 401', () => {
  test('one new token, at once', async () => {
    const { send, graph, tokens } = setUp({ script: first(answer(401)) });
    expect((await send()).receipt.attempts).toBe(2);
    expect(graph.requests.map(({ token }) => token)).toEqual(['token-1', 'token-2']);
    expect(tokens).toHaveLength(2);
  });

  test('no more than one: the second 401 is EAUTH for good', async () => {
    const { send, graph } = setUp({ script: () => answer(401, {}, graphError('InvalidAuthenticationToken')) });
    const error = await failureOf(send());
    expect(error).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      permanent: true,
      responseCode: 401,
      attempts: 2,
    });
    expect(error.graphCode).toBe('InvalidAuthenticationToken');
    expect(error.hint).toBeTruthy();
    expect(graph.requests).toHaveLength(2);
  });

  test('with claims, the new token is asked for with them', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
    const header = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
    const { send, tokens } = setUp({ script: first(answer(401, { 'www-authenticate': header })) });
    await send();
    expect(tokens).toEqual([undefined, claims]);
  });

  test('many messages with the same refused token share the new one', async () => {
    const { send, tokens, graph, clock } = setUp({ script: (index) => answer(index < 4 ? 401 : 202) });
    const all = Promise.all(Array.from({ length: 8 }, () => send()));
    await clock.advance(0);
    await all;
    expect(tokens).toHaveLength(2);
    expect(graph.requests).toHaveLength(12);
  });

  test('the claims are not forgotten when the new token does not come at first', async () => {
    const header = `Bearer error="insufficient_claims", claims="${Buffer.from('{"a":1}').toString('base64')}"`;
    const { send, tokens, clock } = setUp({
      script: first(answer(401, { 'www-authenticate': header })),
      token: async (_, count) => {
        if (count === 2) throw new GraphMailError('No token', { code: 'ESOCKET', command: 'TOKEN' });
        return `token-${count}`;
      },
    });
    const sent = send();
    await clock.advance(60_000);
    await sent;
    expect(tokens).toEqual([undefined, '{"a":1}', '{"a":1}']);
  });
});

describe('when no token comes', () => {
  test('for good, every message fails with an error of its own, and nothing is sent', async () => {
    const { send, graph, tokens } = setUp({
      token: () =>
        Promise.reject(
          new GraphMailError('No token', {
            code: 'EAUTH',
            command: 'TOKEN',
            permanent: true,
            aadsts: 700027,
            hint: 'h',
          }),
        ),
    });
    const [one, other] = await Promise.all([failureOf(send()), failureOf(send())]);
    expect(one).not.toBe(other);
    expect(one).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      permanent: true,
      command: 'TOKEN',
      aadsts: 700027,
      hint: 'h',
      attempts: 1,
    });
    expect(graph.requests).toHaveLength(0);
    expect(tokens).toHaveLength(1);
  });

  test('for now, it is tried again, and not before Entra wants to be asked', async () => {
    const { send, graph, clock } = setUp({
      script: () => answer(202),
      token: async (_, count) => {
        if (count === 1) throw new GraphMailError('No token', { code: 'EAUTH', command: 'TOKEN', retryAfter: 7_000 });
        return 'token';
      },
    });
    const sent = send();
    await clock.advance(6_999);
    expect(graph.requests).toHaveLength(0);
    await clock.advance(1);
    await sent;
    expect(graph.requests).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each<[number, string | undefined, string, string | undefined, string | RegExp | undefined]>([
    [400, 'ErrorInvalidRecipients', 'EENVELOPE', undefined, /To, Cc and Bcc/],
    [400, 'ErrorMimeContentInvalidBase64String', 'EMESSAGE', undefined, undefined],
    [400, 'ErrorMessageSizeExceeded', 'EMESSAGE', undefined, /size limit/],
    [400, 'ErrorQuotaExceeded', 'EMESSAGE', undefined, /full/],
    [403, 'ErrorAccessDenied', 'EAUTH', undefined, /Mail\.Send/],
    [
      403,
      'ErrorAccessDenied',
      'EAUTH',
      'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
      /policy/,
    ],
    [403, 'ErrorSendAsDenied', 'EENVELOPE', undefined, /From/],
    [403, undefined, 'EAUTH', undefined, /Mail\.Send/],
    [404, 'ErrorInvalidUser', 'EENVELOPE', undefined, /mailbox/],
    [404, 'MailboxNotEnabledForRESTAPI', 'EENVELOPE', undefined, /no Exchange Online mailbox/],
    [404, 'ResourceNotFound', 'EENVELOPE', undefined, /mailbox/],
    [404, undefined, 'EENVELOPE', undefined, /mailbox/],
    [405, undefined, 'EGRAPH', undefined, undefined],
    [409, 'ErrorIrresolvableConflict', 'EGRAPH', undefined, undefined],
    [413, 'BadRequest', 'EMESSAGE', undefined, /size/],
    [415, undefined, 'EMESSAGE', undefined, undefined],
  ])('%i %s is %s, not sent, for good, after one request', async (status, graphCode, code, message, hint) => {
    const { send, graph } = setUp({
      script: () =>
        answer(status, { 'request-id': 'r-1' }, graphCode === undefined ? '' : graphError(graphCode, message)),
    });
    const error = await failureOf(send());
    expect(error).toMatchObject({ code, outcome: 'not-sent', permanent: true, responseCode: status, requestId: 'r-1' });
    expect(error.graphCode).toBe(graphCode);
    expect(error.message).toContain(mailbox);
    expect(error.response).toContain(String(status));
    if (hint) expect(error.hint).toMatch(hint);
    expect(graph.requests).toHaveLength(1);
  });
});

describe('composing', () => {
  test('happens once, however often the message is tried', async () => {
    const { context, gate, clock } = setUp({ script: first(answer(429, { 'retry-after': '1' }), answer(401)) });
    let composed = 0;
    const sent = deliver(context, gate, {
      mailbox,
      way,
      compose: async () => ({ body: Buffer.from(String(++composed)), messageId }),
    });
    await clock.advance(5_000);
    await sent;
    expect(composed).toBe(1);
  });

  test('that fails gives the slot at the gate back', async () => {
    const { context, gate } = setUp({ concurrency: 1, lookAhead: 0 });
    for (let i = 0; i < 3; i++)
      await expect(
        deliver(context, gate, { mailbox, way, compose: () => Promise.reject(new Error('broken')) }),
      ).rejects.toThrow('broken');
    expect(gate.unused).toBe(true);
  });

  test('is not begun while the message waits outside the gate', async () => {
    const { context, gate, graph } = setUp({ concurrency: 2, lookAhead: 2 });
    let composed = 0;
    const all = Array.from({ length: 20 }, () =>
      deliver(context, gate, {
        mailbox,
        way,
        compose: async () => ({ body: Buffer.from(String(++composed)), messageId }),
      }),
    );
    await settled();
    expect(composed).toBe(4);
    expect(graph.inFlight).toBe(2);
    graph.script = () => answer(202);
    for (const request of graph.requests.slice()) request.answer(answer(202));
    await Promise.all(all);
    expect(composed).toBe(20);
  });
});
