import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import type { Folder } from './scripted-mailbox.js';
import { named, type Strike, strike, strikes, strikesWithoutBody } from './strikes.js';
import { sizeNames } from './test-message.js';
import { hurry } from './time-in-hand.js';

hurry(50);

/** More than any of these tests can take, for what is to be found; and little, for what is not. */
const window = { long: 3_600_000, short: 10_000 } as const;

const verifying = (verifyWindow: number) => ({ onUnknown: 'verify', verifyWindow }) as const;

const only =
  (struck: Strike, ...at: number[]) =>
  (request: number) =>
    at.includes(request) ? struck : undefined;

describe.concurrent('a message in doubt that comes to Sent Items was sent', () => {
  for (const struck of strikes) {
    const { point, delivered } = struck;
    const found = point.outcome === 'unknown' && delivered && !point.racing;
    const outcome = found || point.renewed ? 'sent' : point.outcome;
    if (point.racing) continue;
    for (const size of point.inBody ? sizeNames : (['1 KB'] as const))
      test(`${named(struck)}, ${size}: ${outcome}`, async () => {
        const verdict = await play({
          size,
          strikeOf: only(struck, 0),
          options: verifying(found ? window.long : window.short),
          behaviour: { sentItemsAfter: 2, meanwhile: 'drafts' },
        });
        expect(verdict).toMatchObject({ outcome, accepted: delivered || outcome === 'sent' ? 1 : 0 });
        expect(verdict.requests.includes('lookup')).toBe(point.outcome === 'unknown');
        expect(verdict.requests.filter((kind) => kind === 'sendMail').length).toBeLessThanOrEqual(
          point.renewed ? 2 : 1,
        );
      });
  }
});

describe.concurrent('a message that is not seen in Sent Items stays in doubt', () => {
  test.each<Folder | undefined>(['drafts', 'outbox', undefined])('while it is in %s: unknown', async (meanwhile) => {
    const verdict = await play({
      strikeOf: only(strike('504', true), 0),
      options: verifying(window.short),
      behaviour: { sentItemsAfter: Number.POSITIVE_INFINITY, meanwhile },
    });
    expect(verdict).toMatchObject({ outcome: 'unknown', accepted: 1 });
  });
});

describe.concurrent('a lookup that fails proves nothing', () => {
  const first = strike('reset after the body', true);
  for (const struck of strikesWithoutBody) {
    const { outcome, retried, whole } = struck.point;

    const always = whole ? 'sent' : 'unknown';
    test(`${named(struck)}, every time: ${always}`, async () => {
      const verdict = await play({
        strikeOf: (request) => (request === 0 ? first : struck),
        options: verifying(whole ? window.long : window.short),
      });
      expect(verdict).toMatchObject({ outcome: always, accepted: 1 });
    });

    const once = outcome === 'not-sent' && !retried ? 'unknown' : 'sent';
    test(`${named(struck)}, once: ${once}`, async () => {
      const verdict = await play({ strikeOf: (request) => [first, struck][request], options: verifying(window.long) });
      expect(verdict).toMatchObject({ outcome: once, accepted: 1 });
    });
  }
});
