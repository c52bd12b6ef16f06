import { describe, expect, test } from 'vitest';
import { type VolumeInput, volumePlan } from '../../../src/bulk/checks/volume.js';
import { formatDuration } from '../../../src/bulk/common/words.js';

const hour = 3_600_000;
const day = 24 * hour;
const usual = { mailboxes: 1, rate: 30, perDay: 10_000 } as const;
const planFor = (input: Partial<VolumeInput>) => volumePlan({ recipients: 100, ...usual, ...input });
const saysOf = (input: Partial<VolumeInput>) => planFor(input).statements.join('\n');

describe('how long a run takes', () => {
  const cases: [string, Partial<VolumeInput>, string, string, number][] = [
    ['nothing', { recipients: 0 }, 'less than a second', 'rate', 1],
    ['one mail', { recipients: 1 }, 'less than a second', 'rate', 1],
    ['as many as go in a minute', { recipients: 30 }, '1 s', 'rate', 1],
    ['one more', { recipients: 31 }, '1 min', 'rate', 1],
    ['at a rate that Graph does not take', { recipients: 3000, rate: 1500 }, '3 min', 'rate', 1],
    ['5,000 from one mailbox', { recipients: 5000 }, '2 h 46 min', 'rate', 1],
    ['10,000 from one mailbox', { recipients: 10_000 }, '5 h 33 min', 'rate', 1],
    ['10,001 from one mailbox', { recipients: 10_001 }, '1 day', 'day', 2],
    ['25,000 from one mailbox', { recipients: 25_000 }, '2 days 2 h', 'day', 3],
    ['25,000 from five mailboxes', { recipients: 25_000, mailboxes: 5 }, '2 h 46 min', 'rate', 1],
    ['60,000 from five mailboxes', { recipients: 60_000, mailboxes: 5 }, '1 day 1 h', 'day', 2],
    ['5,000 where 4,000 went out before', { recipients: 5000, alreadyToday: 4000 }, '2 h 46 min', 'rate', 1],
    ['7,000 where 4,000 went out before', { recipients: 7000, alreadyToday: 4000 }, '1 day', 'day', 2],
    ['1,000 where the day is used up', { recipients: 1000, alreadyToday: 12_000 }, '1 day', 'day', 2],
    [
      'from two, one of which is used up',
      { recipients: 6000, mailboxes: 2, alreadyToday: [10_000, 0] },
      '3 h 19 min',
      'rate',
      1,
    ],
    ['with a low rate, over days without a limit of the day', { recipients: 10_000, rate: 5 }, '1 day 9 h', 'rate', 2],
    ['with no limit of the day', { recipients: 50_000, perDay: false }, '1 day 3 h', 'rate', 2],
    ['with no rate: as fast as Graph takes requests', { recipients: 5000, rate: false }, '5 min', 'rate', 1],
    ['mails of 3 MB', { recipients: 1000, requestBytes: 3_000_000 }, '1 h 40 min', 'upload', 1],
    ['each with two in cc', { recipients: 3000, mails: 1000 }, '33 min', 'rate', 1],
    ['10,000 with one in cc each', { recipients: 20_000, mails: 10_000 }, '1 day 2 h', 'day', 2],
  ];
  test.each(cases)('%s', (_, input, duration, limitedBy, days) => {
    const plan = planFor(input);
    expect(formatDuration(plan.duration)).toBe(duration);
    expect(plan).toMatchObject({ limitedBy, days, needsOverDays: limitedBy === 'day' });
  });

  test('is exact to the millisecond', () => {
    expect(planFor({ recipients: 5000 }).duration).toBe(166 * 60_000);
    expect(planFor({ recipients: 25_000 }).duration).toBe(2 * day + 166 * 60_000);
  });
});

describe('what is said before a run', () => {
  test('is one line when all is well', () => {
    expect(planFor({ recipients: 1200 }).statements).toEqual([
      '1,200 mails from 1 mailbox at 30 a minute, as many as Exchange Online sends from one: about 39 min.',
    ]);
    expect(planFor({ recipients: 1200, mailboxes: 2 }).statements).toEqual([
      '1,200 mails from 2 mailboxes at 30 a minute each, as many as Exchange Online sends from one: about 19 min.',
    ]);
  });

  test.each<[string, Partial<VolumeInput>, string[]]>([
    ['one mail', { recipients: 1, rate: 5 }, ['1 mail from 1 mailbox at 5 a minute: less than a minute.']],
    ['a low rate', { recipients: 11, rate: 5 }, ['11 mails from 1 mailbox at 5 a minute: about 2 min.']],
    [
      'a rate that only Graph takes',
      { recipients: 3000, rate: 600 },
      [
        '3,000 mails from 1 mailbox at up to 600 a minute: at least 4 min, and longer where Graph takes more time to answer.',
        'Exchange Online sends 30 a minute from a mailbox and queues what comes faster: the last mail leaves it after about 1 h 39 min all the same.',
      ],
    ],
    [
      'a rate that nobody takes',
      { recipients: 3000, rate: 1500 },
      [
        '3,000 mails from 1 mailbox at about 1,000 a minute: 3 min, and longer where Graph takes more time to answer. 1,500 a minute cannot be kept up: Graph takes 10,000 requests in ten minutes for a mailbox.',
        'Exchange Online sends 30 a minute from a mailbox and queues what comes faster: the last mail leaves it after about 1 h 39 min all the same.',
      ],
    ],
    [
      'no rate, and too few mails to be queued',
      { recipients: 60, mailboxes: 2, rate: false },
      [
        '60 mails from 2 mailboxes at about 1,000 a minute each: some seconds, and longer where Graph takes more time to answer.',
      ],
    ],
    [
      'two mails',
      { recipients: 2, rate: false },
      [
        '2 mails from 1 mailbox at about 1,000 a minute: some seconds, and longer where Graph takes more time to answer.',
      ],
    ],
  ])('promises no more than the limit that decides allows: %s', (_, input, statements) => {
    expect(planFor(input).statements).toEqual(statements);
  });

  test('tells what was sent in the last day', () => {
    expect(saysOf({ alreadyToday: 4000 })).toContain(
      '4,000 recipients had mail in the last 24 hours already, which leaves 6,000',
    );
  });

  test('tells that a run waits for days', () => {
    expect(saysOf({ recipients: 25_000 })).toContain(
      '10,000 recipients in 24 hours here, so the run goes on over 3 days',
    );
  });

  test.each([
    [4999, false],
    [5000, true],
  ])('names the limit of the tenant for %i in a day: %j', (recipients, named) => {
    expect(saysOf({ recipients }).includes('550 5.7.233')).toBe(named);
    expect(saysOf({ recipients }).includes('Get-LimitsEnforcementStatus')).toBe(named);
  });

  test.each<[string, Partial<VolumeInput>, boolean]>([
    ['9,999 in a day', { recipients: 9999 }, false],
    ['10,000 in a day', { recipients: 10_000 }, true],
    ['more than a mailbox takes in a day', { recipients: 10_001 }, true],
    ['10,000 in a day over several mailboxes', { recipients: 10_000, mailboxes: 4 }, true],
    ['10,000 slowly', { recipients: 10_000, perDay: 500 }, false],
  ])('names services for such volumes with %s: %j', (_, input, named) => {
    const says = saysOf(input);
    expect(says.includes('Azure Communication Services Email')).toBe(named);
    expect(says.includes('High Volume Email')).toBe(named);
  });

  test('warns that a higher limit of the day is not that of Exchange', () => {
    expect(saysOf({ perDay: false })).toContain('bounces after Graph has accepted it');
    expect(saysOf({ perDay: 20_000 })).toContain('Exchange Online takes 10,000 recipients in 24 hours');
  });

  test('tells when size sets the pace', () => {
    expect(saysOf({ recipients: 1000, requestBytes: 3_000_000 })).toContain('at 10 a minute');
    expect(saysOf({ recipients: 1000, requestBytes: 3_000_000 })).toContain('150 MB in five minutes');
  });
});

test.each([
  [0, 'less than a second'],
  [999, 'less than a second'],
  [1000, '1 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [61_000, '1 min 1 s'],
  [hour, '1 h'],
  [2 * hour + 5 * 60_000, '2 h 5 min'],
  [hour + 59_000, '1 h'],
  [day, '1 day'],
  [3 * day + hour, '3 days 1 h'],
])('%i ms are %s', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words);
});
