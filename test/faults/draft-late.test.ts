import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import type { Strike } from './strikes.js';
import { hurry } from './time-in-hand.js';

hurry(50);

/** Plays a message whose requests are struck by these, in their order. */
const struckBy = (...struck: (Strike | undefined)[]) =>
  play({ strikeOf: (request) => struck[request], options: { delivery: 'draft', maxRetries: 3 } });

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
    const verdict = await struckBy(late(until), undefined, followedBy(release));
    expect(verdict).toMatchObject({ outcome: 'sent', accepted: 1, drafts: 1 });
    expect(verdict.requests).toEqual(['createDraft', 'createDraft', 'sendDraft']);
  });
});
