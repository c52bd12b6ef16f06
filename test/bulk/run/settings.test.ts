import { describe, expect, it } from 'vitest';
import type { BulkOptions } from '../../../src/bulk/index.js';
import { settleSettings } from '../../../src/bulk/run/settings.js';

const least = {
  transporter: { sendMail: async () => ({}) },
  recipients: [],
  template: { subject: 'Hello', text: 'Hello' },
  from: 'news@contoso.com',
} satisfies BulkOptions;

const settle = (more: object) => settleSettings({ ...least, ...more } as BulkOptions);

describe('the options of a run', () => {
  it('have the limits of Exchange Online as their defaults', () => {
    expect(settle({})).toEqual({
      senders: [{ address: 'news@contoso.com' }],
      rate: 30,
      perDay: 10_000,
      unknown: 'hold',
      patience: 900_000,
      limit: Number.POSITIVE_INFINITY,
      concurrency: undefined,
    });
  });

  it('may be undefined', () => {
    const names = ['rate', 'perDay', 'unknown', 'patience', 'limit', 'concurrency'];
    expect(settle(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual(settle({}));
  });

  it('take several senders, and none where a template function names them', () => {
    const senders = ['News <news@contoso.com>', { address: 'sales@contoso.com', mailbox: 'shared@contoso.com' }];
    expect(settle({ from: senders }).senders).toEqual([
      { name: 'News', address: 'news@contoso.com' },
      { address: 'sales@contoso.com', mailbox: 'shared@contoso.com' },
    ]);
    expect(settle({ from: undefined, template: () => ({}) }).senders).toEqual([]);
  });

  it('take false for no limit', () => {
    expect(settle({ rate: false, perDay: false })).toMatchObject({ rate: false, perDay: false });
  });

  it.each<[object, string]>([
    [{ ratte: 1 }, "sendBulk has no option 'ratte'"],
    [{ transporter: undefined }, 'sendBulk needs `transporter`'],
    [{ transporter: {} }, 'sendBulk needs `transporter`'],
    [{ from: undefined }, 'sendBulk needs `from`'],
    [{ from: [] }, 'sendBulk needs `from`'],
    [{ from: 'nobody' }, 'The sender'],
    [{ from: ['news@contoso.com', ''] }, 'The sender'],
    [{ from: 'a@contoso.com, b@contoso.com' }, 'holds more than one address'],
    [{ from: { address: 'a@contoso.com', mailbox: 'not one' } }, 'The mailbox of a sender is a string of 7 characters'],
    [{ unknown: 'ignore' }, `unknown is 'hold', 'verify', 'trace' or 'resend', not a string of 6 characters`],
    [{ rate: 0 }, 'rate is a whole number from 1 (or false), not 0'],
    [{ rate: true }, 'rate is a whole number from 1 (or false), not true'],
    [{ rate: null }, 'rate is a whole number from 1 (or false), not null'],
    [{ rate: '30' }, 'rate is a whole number from 1'],
    [{ rate: Number.POSITIVE_INFINITY }, 'rate is a whole number from 1'],
    [{ perDay: 1.5 }, 'perDay is a whole number from 1 (or false), not a number with a fraction'],
    [{ patience: -1 }, 'patience is a whole number from 0 (milliseconds), not -1'],
    [{ limit: 0 }, 'limit is a whole number from 1 (mails), not 0'],
    [{ concurrency: 0 }, 'concurrency is a whole number from 1 (mails at a time), not 0'],
    [{ concurrency: Number.NaN }, 'concurrency is a whole number from 1'],
  ])('%j: %s', (more, message) => {
    expect(() => settle(more)).toThrow(message);
    expect(() => settle(more)).toThrow(expect.objectContaining({ code: 'input' }));
  });
});
