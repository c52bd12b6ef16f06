import { describe, expect, test } from 'vitest';
import type { GraphMailError } from '../../src/index.js';
import { play } from './play.js';
import { named, type Strike, strike, strikes, strikesWithoutBody } from './strikes.js';
import { hurry } from './time-in-hand.js';

hurry(1_000);

/** More than any of these tests can take, and none. */
const window = { long: 36_000_000, short: 0 } as const;

const only = (struck: Strike) => (request: number) => (request === 0 ? struck : undefined);
const isTrace = (kind: string) => kind === 'trace';

describe.concurrent('what message trace makes of a message in doubt is true', () => {
  for (const struck of strikes) {
    const { point, delivered } = struck;
    if (point.racing) continue;
    for (const late of [false, true]) {
      const found = point.outcome === 'unknown' && delivered && !late;
      const outcome = found || point.renewed ? 'sent' : point.outcome;
      test(`${named(struck)}, ${late ? 'and trace is late' : 'and trace knows'}: ${outcome}`, async () => {
        const verdict = await play({
          strikeOf: only(struck),
          traceWindow: window.short,
          behaviour: { tracedAfter: late ? Number.POSITIVE_INFINITY : 0 },
        });
        expect(verdict).toMatchObject({ outcome, accepted: delivered || outcome === 'sent' ? 1 : 0 });
        expect(verdict.requests.filter(isTrace)).toHaveLength(point.outcome === 'unknown' ? 1 : 0);
        expect(verdict.requests.filter((kind) => kind === 'sendMail').length).toBeLessThanOrEqual(
          point.renewed ? 2 : 1,
        );
      });
    }
  }

  test('a message that comes there later is found, when it is looked for that long', async () => {
    const struck = strike('504', true);
    const behaviour = { tracedAfter: 2 };
    const found = await play({ strikeOf: only(struck), traceWindow: window.long, behaviour });
    expect(found).toMatchObject({ outcome: 'sent', accepted: 1 });
    expect(found.requests.filter(isTrace)).toHaveLength(3);
  });

  test('as a draft too, which is not sent by it', async () => {
    for (const delivered of [false, true]) {
      const verdict = await play({
        strikeOf: (request) => (request === 1 ? strike('504', delivered) : undefined),
        options: { delivery: 'draft' },
        traceWindow: window.short,
      });
      expect(verdict).toMatchObject({ outcome: delivered ? 'sent' : 'unknown', accepted: delivered ? 1 : 0 });
      expect(verdict.requests.filter((kind) => kind === 'sendDraft')).toHaveLength(1);
    }
  });
});

describe.concurrent('a look that fails proves nothing', () => {
  const first = strike('reset after the body', true);
  for (const struck of strikesWithoutBody) {
    const { whole } = struck.point;
    // The right answer comes whole, if oddly.
    const outcome = whole ? 'sent' : 'unknown';
    test(`${named(struck)}, every time: ${outcome}`, async () => {
      const verdict = await play({
        strikeOf: (request) => (request === 0 ? first : struck),
        traceWindow: window.short,
      });
      expect(verdict).toMatchObject({ outcome, accepted: 1 });
      expect((verdict.error as GraphMailError | undefined)?.message ?? '').not.toContain('was not sent');
    });
  }
});
