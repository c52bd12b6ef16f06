import { describe, expect, it } from 'vitest';
import { fromDomain } from '../../../src/bulk/message/sender.js';
import type { MaxErrors } from '../../../src/bulk/run/bulk-options.js';
import { Outage } from '../../../src/bulk/run/outage.js';
import { type PaceSeen, timeLeft } from '../../../src/bulk/run/progress.js';
import { chooseFor } from '../../../src/bulk/run/rows-to-send.js';
import { errorThreshold } from '../../../src/bulk/run/settings.js';

const minute = 60_000;
const day = 86_400_000;

describe('the number of failed sends at which a run pauses', () => {
  it.each<[MaxErrors | undefined, number | undefined, number]>([
    [undefined, undefined, 20],
    [undefined, 100, 20],
    [undefined, 401, 21],
    [undefined, 10_000, 500],
    [false, 10, Number.POSITIVE_INFINITY],
    [1, undefined, 1],
    [7, 10, 7],
    ['5%', 1_000, 50],
    ['7%', 100, 7],
    ['0.5%', 1_000, 5],
    ['99.9%', 1_000, 999],
    ['100%', 3, 3],
    ['1%', 3, 1],
    ['1%', 0, 1],
  ])('for %j of %j rows is %d', (maxErrors, rows, expected) => {
    expect(errorThreshold(maxErrors, rows)).toBe(expected);
  });

  it.each([0, -1, 1.5, Number.NaN, '5', '0%', '101%', '-5%', '5 %', 'none', '', true, null])(
    'cannot be %j',
    (maxErrors) => {
      expect(() => errorThreshold(maxErrors as MaxErrors, 100)).toThrow(/^maxErrors is a number from 1, a share like/);
    },
  );

  it('cannot be a share of rows that nobody has counted', () => {
    expect(() => errorThreshold('5%', undefined)).toThrow('give a number');
  });
});

describe('trouble with the network', () => {
  it('is not put up with before anything has worked', () => {
    expect(new Outage(15 * minute).failed(0)).toBeUndefined();
  });

  it('is waited out, ever longer, until patience ends', () => {
    const outage = new Outage(15 * minute);
    outage.worked();
    const pauses: number[] = [];
    let now = 0;
    for (;;) {
      const until = outage.failed(now);
      if (until === undefined) break;
      pauses.push((until - now) / 1_000);
      now = until;
    }
    expect(pauses).toEqual([30, 60, 120, 240, 300, 300]);
    expect(now).toBeGreaterThanOrEqual(15 * minute);
  });

  it('of mails that were on their way together is one', () => {
    const outage = new Outage(15 * minute);
    outage.worked();
    expect([0, 100, 20_000].map((now) => outage.failed(now))).toEqual([30_000, 30_000, 30_000]);
    expect(outage.failed(30_000)).toBe(90_000);
  });

  it('is forgotten when a mail goes through', () => {
    const outage = new Outage(15 * minute);
    outage.worked();
    outage.failed(0);
    outage.failed(30_000);
    outage.worked();
    expect(outage.failed(20 * minute)).toBe(20 * minute + 30_000);
  });

  it('is not put up with at all without patience', () => {
    const outage = new Outage(0);
    outage.worked();
    expect(outage.failed(0)).toBeUndefined();
  });
});

describe('the time that is left', () => {
  const seen: PaceSeen = {
    left: 60,
    mailboxes: 1,
    rate: 30,
    byRate: 2 * minute,
    perDay: false,
    usedToday: 0,
    speed: undefined,
  };
  const free = { rate: false, byRate: 0 } as const;

  it.each<[string, Partial<PaceSeen>, number | undefined]>([
    ['by the rate', {}, 2 * minute],
    ['by the rate, where the service takes more', { speed: 120 }, 2 * minute],
    ['by the service, where it takes less than the rate', { rate: 1500, byRate: 0, speed: 20 }, 3 * minute],
    ['of nothing', { ...free, left: 0 }, 0],
    ['unknown without rate and experience', free, undefined],
    ['by experience', { ...free, speed: 120 }, minute / 2],
    ['within the day', { perDay: 100, usedToday: 40 }, 2 * minute],
    ['with a day used up', { perDay: 100, usedToday: 100 }, day + 2 * minute],
    ['over days', { left: 250, byRate: 8 * minute, perDay: 100, usedToday: 0 }, 2 * day + (50 / 30) * minute],
    ['over days, by several', { left: 250, byRate: 4 * minute, perDay: 100, mailboxes: 2 }, day + (50 / 60) * minute],
    ['over days, by experience', { ...free, left: 250, perDay: 100, speed: 10 }, 2 * day + 5 * minute],
  ])('is known %s', (_, more, expected) => expect(timeLeft({ ...seen, ...more })).toBe(expected));
});

describe('a row of an earlier session', () => {
  const plain = { retryFailed: false, resend: false };

  it.each([
    ['left', 'send', 'send', 'send'],
    ['rejected-row', 'done', 'send', 'done'],
    ['rejected-send', 'done', 'send', 'done'],
    ['unknown', 'done', 'done', 'send-again'],
    ['open', 'done', 'done', 'done'],
    ['sent', 'done', 'done', 'done'],
    ['skipped', 'done', 'done', 'done'],
  ] as const)('that is %s: %s; with retryFailed: %s; with resend: %s', (state, usual, retried, resent) => {
    expect(chooseFor(state, plain)).toBe(usual);
    expect(chooseFor(state, { ...plain, retryFailed: true })).toBe(retried);
    expect(chooseFor(state, { ...plain, resend: true })).toBe(resent);
  });
});

describe('the domain of a Message-ID', () => {
  it.each<[unknown, string]>([
    [{ name: 'News', address: 'news@Contoso.com' }, 'contoso.com'],
    ['News <news@contoso.com>', 'contoso.com'],
    ['news@contoso.com', 'contoso.com'],
    [['a@one.example', 'b@two.example'], 'one.example'],
    ['"a@b.example" <news@contoso.com>', 'contoso.com'],
    [{ name: 'x@evil.example', address: 'news@contoso.com' }, 'contoso.com'],
    [undefined, 'bulk.invalid'],
    [{}, 'bulk.invalid'],
    ['nobody', 'bulk.invalid'],
    ['news@contoso.com>\r\nBcc: <all@contoso.com', 'contoso.com'],
    ['a@b c', 'bulk.invalid'],
  ])('of %j is %s', (from, domain) => expect(fromDomain({ from })).toBe(domain));
});
