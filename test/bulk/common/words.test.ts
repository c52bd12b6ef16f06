import { describe, expect, it } from 'vitest';
import { listed, share } from '../../../src/bulk/common/words.js';
import { deliveryOf, settlingTime } from '../../../src/bulk/report/delivery-state.js';
import { headlineOf } from '../../../src/bulk/report/headline.js';
import { noTotals } from '../../../src/bulk/report/totals.js';
import { shellCommand } from '../../../src/common/shell-quoting.js';

describe('a share', () => {
  it.each([
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [1, 8, '12.5 %'],
    [1, 1_000_000, '< 0.1 %'],
    [999_999, 1_000_000, '> 99.9 %'],
    [0, 0, '0 %'],
  ])('%i of %i is %s: all or nothing is never the result of rounding', (part, all, text) => {
    expect(share(part, all)).toBe(text);
  });
});

it('lists in a sentence', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

describe('a command to copy', () => {
  it.each([
    ['runs/0123abcd', 'linux', 'x runs/0123abcd'],
    ["mail runs/it's", 'linux', "x 'mail runs/it'\\''s'"],
    ['runs/$(reboot)', 'linux', "x 'runs/$(reboot)'"],
    ['C:\\runs\\1', 'win32', 'x C:\\runs\\1'],
    ['C:\\mail runs', 'win32', "x 'C:\\mail runs'"],
    ['back\\slash', 'linux', "x 'back\\slash'"],
  ] as const)('quotes %s on %s', (word, platform, command) => {
    expect(shellCommand(['x', word], platform)).toBe(command);
  });
});

describe('the headline', () => {
  const totals = (some: Partial<ReturnType<typeof noTotals>>) => ({ ...noTotals(), ...some });

  it.each([
    [{ rows: 1200, sent: 1200 }, undefined, 'good', 'All 1,200 mails were sent.'],
    [{ rows: 1, sent: 1 }, undefined, 'good', 'The one mail was sent.'],
    [{ rows: 3, sent: 2, skipped: 1 }, undefined, 'good', '2 of 3 mails were sent; 1 was skipped.'],
    [
      { rows: 10, sent: 5, rejected: 2, unknown: 1, left: 2 },
      'max-errors',
      'look',
      '5 of 10 mails were sent; 2 were rejected, 1 is unknown and 2 are left. It paused because too many mails failed.',
    ],
    [{ rows: 2, sent: 1, left: 1 }, 'stopped', 'busy', '1 of 2 mails was sent; 1 is left. It was stopped by hand.'],
    [{ rows: 0 }, undefined, 'busy', 'There were no rows to send to.'],
  ])('of %j', (some, ended, mood, sentence) => {
    expect(headlineOf(totals(some), ended)).toMatchObject({ mood, sentence });
  });
});

describe('an accepted mail', () => {
  const sentAt = 1_000_000;
  const failed = { recipient: 'a@b.example', action: 'failed', hard: true };

  it.each([
    ['pending when nobody has looked for bounces', undefined, undefined, 'pending'],
    ['pending when the Inbox was read too soon after', sentAt + settlingTime - 1, undefined, 'pending'],
    ['delivered as far as known when there was time for a bounce', sentAt + settlingTime, undefined, 'delivered'],
    ['bounced when a report says so', undefined, failed, 'bounced'],
    ['delayed when a report says that it is being tried', undefined, { ...failed, action: 'delayed' }, 'delayed'],
    [
      'delivered when it was delayed and never came back',
      sentAt + settlingTime,
      { ...failed, action: 'delayed' },
      'delivered',
    ],
    ['delivered when a report says so', undefined, { ...failed, action: 'relayed' }, 'delivered'],
  ])('is %s', (_, readUntil, bounce, delivery) => {
    expect(deliveryOf({ sentAt, readUntil, bounce })).toBe(delivery);
  });
});
