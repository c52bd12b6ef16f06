import { describe, expect, test } from 'vitest';
import type { Outcome } from './fault-point.js';
import { play } from './play.js';
import { named, type Strike, strike, strikes } from './strikes.js';
import { type Size, sizeNames } from './test-message.js';
import { hurry } from './time-in-hand.js';

hurry(50);

/** Strikes one after the other, and nothing after them; gives what has come of the message. */
function afterStrikes(strikes: Strike[], size: Size = '1 KB') {
  return play({ size, strikeOf: (connection) => strikes[connection], options: { maxRetries: 3 } });
}

describe.concurrent('a fault that strikes once: what was surely not sent is sent by the next attempt, and nothing else is tried again', () => {
  for (const struck of strikes) {
    for (const size of struck.point.retried ? sizeNames : (['1 KB'] as const)) {
      const outcome = struck.point.retried ? 'sent' : struck.point.outcome;
      test(`${named(struck)}, ${size}: ${outcome}`, async () => {
        const verdict = await afterStrikes([struck], size);
        expect(verdict).toMatchObject({ outcome });
        expectAccepted(verdict.accepted, struck, outcome);
      });
    }
  }
});

describe.concurrent('a fault that strikes after one that was survived comes to the same as without that', () => {
  const survived = ['connection refused', 'silence within the ServerHello', '429 without Retry-After'];
  for (const first of survived) {
    for (const second of strikes) {
      const outcome = second.point.retried ? 'sent' : second.point.outcome;
      test(`${first}, then ${named(second)}: ${outcome}`, async () => {
        const verdict = await afterStrikes([strike(first), second]);
        expect(verdict).toMatchObject({ outcome });
        expectAccepted(verdict.accepted, second, outcome);
      });
    }
  }
});

function expectAccepted(accepted: number, { point, delivered }: Strike, outcome: Outcome): void {
  if (point.racing) expect(accepted).toBeLessThanOrEqual(delivered ? 1 : 0);
  else expect(accepted).toBe(delivered || outcome === 'sent' ? 1 : 0);
}
