import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/delivery/request/outcome.js';
import { type NextMove, nextMove, type StepState } from '../../../src/delivery/request/retry-delay.js';

const limits = { maxRetries: 2, maxWait: 60_000 };
const fresh: StepState = { attempts: 1, waited: 0, renewed: false };
const tired: StepState = { attempts: 3, waited: 0, renewed: false };
const later = (throttled: boolean, retryAfter?: number): Outcome => ({
  kind: 'not-sent',
  retry: 'later',
  throttled,
  retryAfter,
});
const again = (after: 'pause' | 'rest', delay: number, pause?: number): NextMove => ({
  move: 'again',
  after,
  delay,
  pause,
});

test.each<[string, Outcome, StepState, NextMove]>([
  ['a message that was sent', { kind: 'sent' }, fresh, { move: 'go-on' }],
  ['a request that has worked', { kind: 'done' }, fresh, { move: 'go-on' }],
  ['a message that may have been sent', { kind: 'unknown' }, fresh, { move: 'fail', permanent: false }],
  [
    'one that may be sent again',
    { kind: 'unknown', repeat: true },
    fresh,
    { move: 'again', after: 'rest', delay: 1_500 },
  ],
  ['the same without patience', { kind: 'unknown', repeat: true }, tired, { move: 'fail', permanent: false }],
  ['a refusal', { kind: 'not-sent', retry: 'never' }, fresh, { move: 'fail', permanent: true }],
  [
    'a token that is not accepted',
    { kind: 'not-sent', retry: 'new-token', throttled: false },
    fresh,
    { move: 'again', after: 'new-token', delay: 0 },
  ],
  [
    'another token that is not accepted',
    { kind: 'not-sent', retry: 'new-token', throttled: false },
    { ...fresh, renewed: true },
    { move: 'fail', permanent: true },
  ],
  ['no connection', later(false), fresh, again('rest', 500)],
  ['no connection, without patience', later(false), tired, { move: 'fail', permanent: false }],
  ['a pause that is told', later(true, 7_000), fresh, again('pause', 7_000, 7_000)],
  ['a pause that is not told', later(true), fresh, again('pause', 500, 500)],
  ['a pause of no time', later(true, 0), fresh, again('pause', 500, 500)],
  [
    'a pause without patience for it, which holds the others all the same',
    later(true, 7_000),
    tired,
    { move: 'fail', permanent: false, retryAfter: 7_000, pause: 7_000 },
  ],
  ['the same where none is told', later(true), tired, { move: 'fail', permanent: false, pause: 2_000 }],
  [
    'a pause longer than maxWait',
    later(true, 3_600_000),
    fresh,
    { move: 'fail', permanent: false, retryAfter: 3_600_000, pause: 3_600_000 },
  ],
])('after %s', (_, outcome, state, expected) => {
  expect(nextMove(outcome, state, limits, 0.5)).toEqual(expected);
});
