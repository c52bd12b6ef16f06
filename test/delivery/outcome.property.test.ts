import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyDraftSend } from '../../src/delivery/draft/draft-outcome.js';
import { classifyPreparation, classifyRepeatable, classifySubmission } from '../../src/delivery/request/outcome.js';
import { parseRetryAfter } from '../../src/graph/retry-after.js';
import { graphError, networkFailure } from '../helpers/answers.js';
import { forAWhile } from '../helpers/fixtures.js';

const now = Date.UTC(2026, 10, 23, 10);

const headerValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double().map(String),
  fc.stringMatching(/^\d{1,400}$/),
  fc.nat().map(String),
  fc.date().map((date) => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toUTCString())),
);
const answers = fc.record({
  status: fc.oneof(fc.integer({ min: 0, max: 999 }), fc.constantFrom(202, 404, 409, 429, 503)),
  headers: fc.dictionary(fc.constantFrom('retry-after', 'date', 'www-authenticate', 'request-id'), headerValue),
  body: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('ErrorItemNotFound', 'ErrorAccessDenied').map((code) => graphError(code)),
  ),
});
const failure = (written: boolean) =>
  fc
    .tuple(
      fc.option(fc.oneof(fc.string(), fc.constantFrom('ECONNRESET', 'ENOTFOUND', 'EPROTO', 'CERT_HAS_EXPIRED')), {
        nil: undefined,
      }),
      fc.constantFrom('network' as const, 'timeout' as const, 'aborted' as const),
      fc.option(fc.constantFrom('connect', 'getaddrinfo', 'read', 'write'), { nil: undefined }),
    )
    .map(([code, reason, syscall]) => networkFailure(written, code, reason, syscall));

const preparation = classifyPreparation(200, 201);
const repeatable = classifyRepeatable(200, 201);

/** The answers that are documented to be given before anything was stored (503 only where it says when to come back). */
const surelyNotSent = [400, 401, 403, 404, 405, 409, 411, 413, 415, 429];

const earlier = fc.constantFrom(
  { doubtful: false, made: false },
  { doubtful: false, made: true },
  { doubtful: true, made: true },
);

describe('whatever Graph answers', () => {
  test('it is taken for not sent only with a status that says so', () => {
    fc.assert(
      fc.property(answers, earlier, (result, before) => {
        for (const one of [classifySubmission, preparation, repeatable, classifyDraftSend]) {
          const outcome = one(result, now, before);
          if (outcome.kind !== 'not-sent') continue;
          const saysWhen = result.status === 503 && parseRetryAfter(result.headers['retry-after'], now) !== undefined;
          expect(saysWhen || surelyNotSent.includes(result.status)).toBe(true);
        }
      }),
      forAWhile(1_500),
    );
  });

  test('a message is sent for 202, and a draft besides when the second request no longer finds it', () => {
    fc.assert(
      fc.property(answers, earlier, (result, before) => {
        const gone = before.doubtful && result.status === 404 && result.body === graphError('ErrorItemNotFound');
        for (const one of [preparation, repeatable]) expect(one(result, now, before).kind).not.toBe('sent');
        expect(classifySubmission(result, now).kind === 'sent').toBe(result.status === 202);
        expect(classifyDraftSend(result, now, before).kind === 'sent').toBe(result.status === 202 || gone);
      }),
      forAWhile(1_500),
    );
  });

  test('a request that may have sent a message is never to be repeated, unless it was for a draft', () => {
    fc.assert(
      fc.property(fc.oneof(answers, failure(true), failure(false)), (result) => {
        for (const outcome of [
          classifySubmission(result, now),
          preparation(result, now, { doubtful: false, made: false }),
        ])
          if (outcome.kind === 'unknown') expect(outcome.repeat ?? false).toBe(false);
      }),
      forAWhile(1_500),
    );
  });
});

describe('however the network fails', () => {
  test('after bytes were written, nothing is said of whether the message was sent', () => {
    fc.assert(
      fc.property(failure(true), earlier, (result, before) => {
        expect(classifySubmission(result, now)).toEqual({ kind: 'unknown' });
        expect(preparation(result, now, before)).toEqual({ kind: 'unknown' });
        expect(repeatable(result, now, before)).toEqual({ kind: 'unknown', repeat: true });
        expect(classifyDraftSend(result, now, before)).toEqual({ kind: 'unknown', repeat: true });
      }),
      forAWhile(1_500),
    );
  });

  test('before any byte was written, this request sent nothing', () => {
    fc.assert(
      fc.property(failure(false), (result) => {
        expect(classifySubmission(result, now)).toMatchObject({ kind: 'not-sent' });
        for (const one of [preparation, repeatable])
          expect(one(result, now, { doubtful: false, made: false })).toMatchObject({ kind: 'not-sent' });
        expect(classifyDraftSend(result, now, { doubtful: false, made: false })).toMatchObject({ kind: 'not-sent' });
      }),
      forAWhile(1_500),
    );
  });
});
