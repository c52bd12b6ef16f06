import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import { named, type Strike, strike, strikes, strikesWithoutBody } from './strikes.js';
import { sizeNames } from './test-message.js';
import { hurry } from './time-in-hand.js';

hurry(50);

const asDraft = { delivery: 'draft', maxRetries: 3 } as const;
const onceAsDraft = { delivery: 'draft', maxRetries: 0 } as const;
const isLasting = ({ point }: Strike) => point.outcome === 'not-sent' && !point.retried;

/** Plays a message whose requests are struck by these, in their order. */
const struckBy = (...struck: (Strike | undefined)[]) =>
  play({ strikeOf: (request) => struck[request], options: asDraft });

/** The requests of a draft, by when they are made. */
const send = 1;

describe.concurrent('a fault strikes the creation of the draft', () => {
  for (const struck of strikes) {
    const outcome = isLasting(struck) ? 'not-sent' : 'sent';
    const { whole, racing } = struck.point;
    // What may have been made is not looked for: another message could have the same Message-ID.
    const drafts = struck.delivered && !whole ? 1 : 0;
    for (const size of struck.point.inBody ? sizeNames : (['1 KB'] as const))
      test(`${named(struck)}, ${size}: ${outcome}`, async () => {
        const verdict = await play({ size, strikeOf: (request) => [struck][request], options: asDraft });
        expect(verdict).toMatchObject({ outcome, accepted: outcome === 'sent' ? 1 : 0 });
        if (!racing) expect(verdict.drafts).toBe(drafts);
      });
  }
});

describe.concurrent('a fault strikes the sending of the draft', () => {
  for (const struck of strikesWithoutBody) {
    const outcome = isLasting(struck) ? 'not-sent' : 'sent';
    test(`${named(struck)}: ${outcome}`, async () => {
      const verdict = await struckBy(undefined, struck);
      expect(verdict).toMatchObject({ outcome, accepted: outcome === 'sent' ? 1 : 0, drafts: 0 });
    });
  }
});

describe.concurrent('without retries', () => {
  for (const struck of strikesWithoutBody) {
    const { outcome, whole, renewed } = struck.point;
    const created = whole || renewed;
    test(`${named(struck)}, when the draft is created: ${created ? 'sent' : 'not-sent'}`, async () => {
      const verdict = await play({ strikeOf: (request) => [struck][request], options: onceAsDraft });
      expect(verdict).toMatchObject({ outcome: created ? 'sent' : 'not-sent', accepted: created ? 1 : 0 });
    });

    if (struck.point.racing) continue;
    const sent = renewed ? 'sent' : outcome;
    test(`${named(struck)}, when it is sent: ${sent}`, async () => {
      const verdict = await play({ strikeOf: (request) => [undefined, struck][request], options: onceAsDraft });
      expect(verdict).toMatchObject({ outcome: sent, accepted: struck.delivered || sent === 'sent' ? 1 : 0 });
    });
  }
});

describe.concurrent('a fault strikes whenever the draft is to be sent', () => {
  for (const struck of strikesWithoutBody) {
    const { point, delivered } = struck;
    test(`${named(struck)}: ${point.outcome}`, async () => {
      const verdict = await play({
        strikeOf: (request) => (request >= send ? struck : undefined),
        options: { ...asDraft, maxRetries: 1 },
      });
      expect(verdict.outcome).toBe(point.outcome);
      if (point.racing) expect(verdict.accepted).toBeLessThanOrEqual(delivered ? 1 : 0);
      else expect(verdict.accepted).toBe(delivered ? 1 : 0);
    });
  }
});

describe.concurrent('a fault strikes the sending of a draft that may have been sent', () => {
  for (const delivered of [true, false]) {
    for (const struck of strikesWithoutBody) {
      const { name } = struck.point;
      // Would say that the draft is gone, while it is there.
      if (name === '404' && !delivered) continue;
      const outcome = isLasting(struck) && name !== '404' ? 'unknown' : 'sent';
      test(`${delivered ? '' : 'not '}sent by the first, then ${named(struck)}: ${outcome}`, async () => {
        const verdict = await struckBy(undefined, strike('504', delivered), struck);
        expect(verdict).toMatchObject({ outcome, accepted: delivered || outcome === 'sent' ? 1 : 0 });
      });
    }
  }
});

describe.concurrent('patience ends after a fault that says nothing of the one before', () => {
  for (const delivered of [true, false]) {
    for (const struck of strikesWithoutBody) {
      const { retried, renewed } = struck.point;
      if (!retried) continue;
      const outcome = renewed ? 'sent' : 'unknown';
      test(`${delivered ? '' : 'not '}sent by the first, then ${struck.point.name}: ${outcome}`, async () => {
        const strikes = [undefined, strike('504', delivered), struck];
        const options = { ...asDraft, maxRetries: 1 };
        const verdict = await play({ strikeOf: (request) => strikes[request], options });
        expect(verdict).toMatchObject({ outcome, accepted: delivered || renewed ? 1 : 0 });
      });
    }
  }
});
