import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/delivery/request/outcome.js';
import { decideRetry, type OperationState, type RetryDecision } from '../../../src/delivery/request/retry-delay.js';

const limits = { maxRetries: 2, maxWait: 60_000 };
const fresh: OperationState = { attempts: 1, waited: 0, renewed: false };
const tired: OperationState = { attempts: 3, waited: 0, renewed: false };
const later = (throttled: boolean, retryAfter?: number): Outcome => ({
  kind: 'not-sent',
  retry: 'later',
  throttled,
  retryAfter,
});
const again = (after: 'pause' | 'delay', delay: number, pause?: number): RetryDecision => ({
  action: 'retry',
  after,
  delay,
  pause,
});

test.each<[string, Outcome, OperationState, RetryDecision]>([
  ['a message that was sent', { kind: 'sent' }, fresh, { action: 'continue' }],
  ['a request that has worked', { kind: 'done' }, fresh, { action: 'continue' }],
  ['a message that may have been sent', { kind: 'unknown' }, fresh, { action: 'fail', permanent: false }],
  [
    'one that may be sent again',
    { kind: 'unknown', repeat: true },
    fresh,
    { action: 'retry', after: 'delay', delay: 1_500 },
  ],
  ['the same without patience', { kind: 'unknown', repeat: true }, tired, { action: 'fail', permanent: false }],
  ['a refusal', { kind: 'not-sent', retry: 'never' }, fresh, { action: 'fail', permanent: true }],
  [
    'a token that is not accepted',
    { kind: 'not-sent', retry: 'new-token', throttled: false },
    fresh,
    { action: 'retry', after: 'new-token', delay: 0 },
  ],
  [
    'another token that is not accepted',
    { kind: 'not-sent', retry: 'new-token', throttled: false },
    { ...fresh, renewed: true },
    { action: 'fail', permanent: true },
  ],
  ['no connection', later(false), fresh, again('delay', 500)],
  ['no connection, without patience', later(false), tired, { action: 'fail', permanent: false }],
  ['a pause that is told', later(true, 7_000), fresh, again('pause', 7_000, 7_000)],
  ['a pause that is not told', later(true), fresh, again('pause', 500, 500)],
  ['a pause of no time', later(true, 0), fresh, again('pause', 500, 500)],
  [
    'a pause without patience for it, which holds the others all the same',
    later(true, 7_000),
    tired,
    { action: 'fail', permanent: false, retryAfter: 7_000, pause: 7_000 },
  ],
  ['the same where none is told', later(true), tired, { action: 'fail', permanent: false, pause: 2_000 }],
  [
    'a pause longer than maxWait',
    later(true, 3_600_000),
    fresh,
    { action: 'fail', permanent: false, retryAfter: 3_600_000, pause: 3_600_000 },
  ],
])('after %s', (_, outcome, state, expected) => {
  expect(decideRetry(outcome, state, limits, 0.5)).toEqual(expected);
});
