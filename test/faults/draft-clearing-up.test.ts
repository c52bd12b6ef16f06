import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import { named, type Strike, strike, strikesWithoutBody } from './strikes.js';
import { hurry } from './time-in-hand.js';

hurry(50);

const asDraft = { delivery: 'draft', maxRetries: 3 } as const;

/** Plays a message whose requests are struck by these, in their order. */
const struckBy = (...struck: (Strike | undefined)[]) =>
  play({ strikeOf: (request) => struck[request], options: asDraft });

describe.concurrent('a fault strikes the clearing up', () => {
  for (const struck of strikesWithoutBody) {
    test(`${named(struck)}, when a draft that was refused is deleted: not-sent`, async () => {
      const verdict = await struckBy(undefined, strike('403'), struck);
      expect(verdict).toMatchObject({ outcome: 'not-sent', accepted: 0 });
    });
  }
});

describe.concurrent('a draft in doubt to the last is looked for in Sent Items', () => {
  for (const struck of strikesWithoutBody) {
    const { point, delivered } = struck;
    if (point.outcome !== 'unknown' || point.racing) continue;
    test(`${named(struck)}: ${delivered ? 'sent' : 'unknown'}`, async () => {
      const verdict = await play({
        strikeOf: (request) => [undefined, struck, struck][request],
        options: { ...asDraft, maxRetries: 1, onUnknown: 'verify', verifyWindow: delivered ? 3_600_000 : 10_000 },
        behaviour: { sentItemsAfter: 1 },
      });
      expect(verdict).toMatchObject({ outcome: delivered ? 'sent' : 'unknown', accepted: delivered ? 1 : 0 });
    });
  }
});
