import { describe, expect, test } from 'vitest';
import { classifySubmission } from '../../../src/delivery/request/outcome.js';
import { answer, graphError, networkFailure } from '../../helpers/answers.js';

const now = Date.UTC(2026, 10, 23, 10);

describe('by status', () => {
  test.each([
    ['empty', answer(202)],
    ['with a body', answer(202, {}, 'anything')],
    ['with Retry-After', answer(202, { 'retry-after': '120' })],
    ['with an error body', answer(202, {}, graphError('ErrorInternalServerError'))],
    ['with a challenge', answer(202, { 'www-authenticate': 'Bearer error="insufficient_claims"' })],
  ])('202 %s is sent', (_, result) => {
    expect(classifySubmission(result, now)).toEqual({ kind: 'sent' });
  });

  test.each([400, 403, 404, 405, 409, 411, 413, 415])(
    '%i is a refusal before anything was stored: never again',
    (status) => {
      expect(classifySubmission(answer(status), now)).toEqual({ kind: 'not-sent', retry: 'never' });
      expect(classifySubmission(answer(status, { 'retry-after': '1' }), now)).toEqual({
        kind: 'not-sent',
        retry: 'never',
      });
    },
  );

  test('401 wants another token', () => {
    expect(classifySubmission(answer(401), now)).toEqual({ kind: 'not-sent', retry: 'new-token', throttled: false });
  });

  test('429 waits as long as it says', () => {
    expect(classifySubmission(answer(429, { 'retry-after': '2.128' }), now)).toEqual({
      kind: 'not-sent',
      retry: 'later',
      retryAfter: 2_128,
      throttled: true,
    });
  });

  test.each([undefined, '', 'soon', '-5'])('429 with Retry-After %j waits as long as we think', (value) => {
    const headers = value === undefined ? undefined : { 'retry-after': value };
    expect(classifySubmission(answer(429, headers), now)).toEqual({
      kind: 'not-sent',
      retry: 'later',
      retryAfter: undefined,
      throttled: true,
    });
  });

  test('503 that says when to come back was refused before any work', () => {
    expect(classifySubmission(answer(503, { 'retry-after': '10' }), now)).toEqual({
      kind: 'not-sent',
      retry: 'later',
      retryAfter: 10_000,
      throttled: true,
    });
  });

  test('503 with a Retry-After that cannot be read is one without', () => {
    expect(classifySubmission(answer(503, { 'retry-after': 'later' }), now)).toEqual({ kind: 'unknown' });
  });

  test.each([
    200, 201, 203, 204, 206, 207, 301, 302, 303, 307, 308, 402, 406, 407, 408, 410, 412, 417, 422, 423, 424, 425, 428,
    431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 509, 520, 529, 599,
  ])('%i may have been sent', (status) => {
    expect(classifySubmission(answer(status), now)).toEqual({ kind: 'unknown' });
  });

  test('504 may have been sent even if it says when to try again', () => {
    expect(classifySubmission(answer(504, { 'retry-after': '1' }), now)).toEqual({ kind: 'unknown' });
  });

  test("a date in Retry-After is read by the server's clock, not ours", () => {
    const headers = { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' };
    expect(classifySubmission(answer(429, headers), now)).toMatchObject({ retryAfter: 30_000 });
  });

  test('a date in Retry-After is read by our clock when the server tells no time', () => {
    expect(classifySubmission(answer(429, { 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT' }), now)).toMatchObject({
      retryAfter: 30_000,
    });
  });
});

describe('by failure of the network', () => {
  test.each([
    ['refused', 'ECONNREFUSED'],
    ['unreachable', 'EHOSTUNREACH'],
    ['reset while connecting', 'ECONNRESET'],
    ['not found by name', 'ENOTFOUND'],
    ['name service away', 'EAI_AGAIN'],
    ['broken in the handshake', 'EPIPE'],
    ['timed out while connecting', 'ETIMEDOUT'],
  ])('%s, before a byte was written: not sent, may be tried again', (_, code) => {
    expect(classifySubmission(networkFailure(false, code), now)).toEqual({
      kind: 'not-sent',
      retry: 'later',
      throttled: false,
    });
  });

  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('%s would fail the next handshake as well: never again', (code) => {
    expect(classifySubmission(networkFailure(false, code), now)).toEqual({ kind: 'not-sent', retry: 'never' });
  });

  test('our own time limit before a byte was written: not sent', () => {
    expect(classifySubmission(networkFailure(false, undefined, 'timeout'), now)).toEqual({
      kind: 'not-sent',
      retry: 'later',
      throttled: false,
    });
  });

  test('aborted before a byte was written: not sent, and not wanted any more', () => {
    expect(classifySubmission(networkFailure(false, undefined, 'aborted'), now)).toEqual({
      kind: 'not-sent',
      retry: 'never',
    });
  });

  test.each(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'HPE_INVALID_CONSTANT', 'CERT_HAS_EXPIRED', undefined])(
    '%s after bytes were written: it may have been sent',
    (code) => {
      for (const reason of ['network', 'timeout', 'aborted'] as const)
        expect(classifySubmission(networkFailure(true, code, reason), now)).toEqual({ kind: 'unknown' });
    },
  );
});
