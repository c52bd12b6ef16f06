import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import { named, type Strike, strike, strikes, strikesWithoutBody } from './strikes.js';
import { sizeNames } from './test-message.js';
import { hurry } from './time-in-hand.js';

hurry(50);

const asDraft = { delivery: 'draft', maxRetries: 3 } as const;
const isLasting = ({ point }: Strike) => point.outcome === 'not-sent' && !point.retried;

/** Plays a message whose requests are struck by these, in their order. */
const struckBy = (...struck: (Strike | undefined)[]) =>
  play({ strikeOf: (request) => struck[request], options: asDraft });

/** The requests of a draft, by when they are made. */
const send = 1;

describe.concurrent('a fault strikes the creation of the draft', () => {
  for (const struck of strikes) {
    const outcome = isLasting(struck) ? 'not-sent' : 'sent';
    for (const size of struck.point.inBody ? sizeNames : (['1 KB'] as const))
      test(`${named(struck)}, ${size}: ${outcome}`, async () => {
        const verdict = await play({ size, strikeOf: (request) => [struck][request], options: asDraft });
        expect(verdict).toMatchObject({ outcome, accepted: outcome === 'sent' ? 1 : 0, drafts: 0 });
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
      const { name, outcome: alone, whole } = struck.point;
      // Would say that the draft is gone, while it is there.
      if (name === '404' && !delivered) continue;
      // It says 404, and nobody knows of what.
      const cut = delivered && alone === 'sent' && !whole;
      const outcome = cut || (isLasting(struck) && name !== '404') ? 'unknown' : 'sent';
      test(`${delivered ? '' : 'not '}sent by the first, then ${named(struck)}: ${outcome}`, async () => {
        const verdict = await struckBy(undefined, strike('504', delivered), struck);
        expect(verdict).toMatchObject({ outcome, accepted: delivered || outcome === 'sent' ? 1 : 0 });
      });
    }
  }
});

describe.concurrent('a fault strikes the clearing up', () => {
  for (const struck of strikesWithoutBody) {
    test(`${named(struck)}, when a draft that was refused is deleted: not-sent`, async () => {
      const verdict = await struckBy(undefined, strike('403'), struck);
      expect(verdict).toMatchObject({ outcome: 'not-sent', accepted: 0 });
    });

    test(`${named(struck)}, when a draft that may be there is looked for: sent`, async () => {
      const verdict = await struckBy(strike('504', true), struck);
      expect(verdict).toMatchObject({ outcome: 'sent', accepted: 1 });
    });

    test(`${named(struck)}, when such a draft is deleted: sent`, async () => {
      const verdict = await struckBy(strike('504', true), undefined, struck);
      expect(verdict).toMatchObject({ outcome: 'sent', accepted: 1 });
    });
  }
});

describe.concurrent('a draft in doubt to the last is looked for in Sent Items', () => {
  for (const struck of strikesWithoutBody) {
    const { point, delivered } = struck;
    if (point.outcome !== 'unknown' || point.racing) continue;
    test(`${named(struck)}: ${delivered ? 'sent' : 'unknown'}`, async () => {
      const verdict = await play({
        strikeOf: (request) => (request === send || request === send + 1 ? struck : undefined),
        options: { ...asDraft, maxRetries: 1, onUnknown: 'verify', verifyWindow: delivered ? 3_600_000 : 10_000 },
        behaviour: { sentItemsAfter: 1 },
      });
      expect(verdict).toMatchObject({ outcome: delivered ? 'sent' : 'unknown', accepted: delivered ? 1 : 0 });
    });
  }
});

/** Does what a request asks for only when `until` says so; its client has given up by then. */
const late = (until: Promise<void>): Strike => ({
  delivered: true,
  point: {
    name: 'late',
    outcome: 'unknown',
    delivered: [true],
    request: async (exchange) => {
      await exchange.read();
      exchange.timeOut();
      await until;
      exchange.process();
    },
  },
});

/** Does what a request asks for, and then `next`. */
const followedBy = (next: () => void): Strike => ({
  delivered: true,
  point: {
    name: 'followed',
    outcome: 'sent',
    delivered: [true],
    request: async (exchange) => {
      await exchange.read();
      const answer = exchange.process();
      next();
      exchange.respond(answer);
    },
  },
});

describe.concurrent('what is carried out late', () => {
  test('the first sending of a draft, after the second: sent once', async () => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const verdict = await struckBy(undefined, late(until), followedBy(release));
    expect(verdict).toMatchObject({ outcome: 'sent', accepted: 1, drafts: 0 });
  });

  test('the creation of a draft, after another was made and sent: sent once, and the draft is left', async () => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Creation, lookup, creation, sending.
    const verdict = await struckBy(late(until), undefined, undefined, followedBy(release));
    expect(verdict).toMatchObject({ outcome: 'sent', accepted: 1, drafts: 1 });
    expect(verdict.requests).toEqual(['createDraft', 'lookup', 'createDraft', 'sendDraft']);
  });
});
