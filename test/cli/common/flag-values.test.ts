import { describe, expect, it } from 'vitest';
import * as flags from '../../../src/cli/common/flag-values.js';

describe('a sender', () => {
  it.each([
    ['noreply@contoso.com', { address: 'noreply@contoso.com' }],
    ['<noreply@contoso.com>', { address: 'noreply@contoso.com' }],
    ['Contoso <noreply@contoso.com>', { name: 'Contoso', address: 'noreply@contoso.com' }],
    ['"Doe, Jane" <jane@contoso.com>', { name: 'Doe, Jane', address: 'jane@contoso.com' }],
    ['"The \\"A\\" Team" <a@contoso.com>', { name: 'The "A" Team', address: 'a@contoso.com' }],
    ['Zoë & Søn <a@bücher.example>', { name: 'Zoë & Søn', address: 'a@bücher.example' }],
  ])('is read from %s', (text, sender) => expect(flags.senderFlag(text)).toEqual([sender]));

  it.each([
    ['Contoso', 'has no @'],
    ['Contoso <>', 'is empty'],
    ['a@contoso.com, b@contoso.com', 'more than one address'],
    ['A <a@contoso.com> <b@contoso.com>', 'Expected'],
    ['A\r\nBcc: x <a@contoso.com>', 'line break'],
    ['=?utf-8?Q?A?= <a@contoso.com>', 'encoded'],
  ])('is refused as %j, in words', (text, problem) => {
    expect(() => flags.senderFlag(text)).toThrow(problem);
  });

  it('may be given more than once, each address once', () => {
    const two = flags.senderFlag('B <b@contoso.com>', flags.senderFlag('a@contoso.com'));
    expect(two.map(({ address }) => address)).toEqual(['a@contoso.com', 'b@contoso.com']);
    expect(() => flags.senderFlag('Other <A@contoso.com>', two)).toThrow('given twice');
  });
});

describe('limits', () => {
  it('are numbers from 1, or none', () => {
    expect([flags.limitFlag('30'), flags.limitFlag('none')]).toEqual([30, false]);
    for (const wrong of ['0', '-1', '1.5', '', 'fast', '30/min', '1e3']) {
      expect(() => flags.limitFlag(wrong)).toThrow('a number from 1, or none');
    }
  });

  it('of errors may be a share too', () => {
    const given = ['20', '5%', '0.5%', '100%', 'none'].map(flags.maxErrorsFlag);
    expect(given).toEqual([20, '5%', '0.5%', '100%', false]);
    for (const wrong of ['0', '0%', '101%', '%', 'x%', '-5%'])
      expect(() => flags.maxErrorsFlag(wrong)).toThrow('Expected');
  });

  it('that count mails may have the commas that they are printed with', () => {
    expect([flags.confirmFlag('1200'), flags.confirmFlag('1,200')]).toEqual([1200, 1200]);
    for (const wrong of ['12,00', '1.200', 'all', ''])
      expect(() => flags.confirmFlag(wrong)).toThrow('number of mails');
  });
});

describe('headers', () => {
  it('are gathered by name', () => {
    const headers = flags.headerFlag('Feedback-ID: a:b:c', flags.headerFlag('Precedence:bulk'));
    expect(headers).toEqual({ Precedence: 'bulk', 'Feedback-ID': 'a:b:c' });
  });

  it.each([
    ['Precedence', "'Name: value'"],
    ['Two words: x', "'Name: value'"],
    ['X-A:', "'Name: value'"],
    [': x', "'Name: value'"],
    ['X-A: b\r\nBcc: c@d', 'line break'],
    ['precedence: list', 'given twice'],
  ])('are refused as %j', (text, problem) => {
    expect(() => flags.headerFlag(text, { Precedence: 'bulk' })).toThrow(problem);
  });
});

describe('other values', () => {
  it('are checked as they are given', () => {
    expect(flags.oneOf('direct', 'draft')('draft')).toBe('draft');
    expect(() => flags.oneOf('direct', 'draft')('Draft')).toThrow('direct or draft');
    expect(flags.sinceFlag('2026-11-20').toISOString()).toBe('2026-11-20T00:00:00.000Z');
    for (const wrong of ['yesterday', '20', '2026-13-45', '20.11.2026']) {
      expect(() => flags.sinceFlag(wrong)).toThrow('a date such as');
    }
    expect(() => flags.addressFlag('Me <me@contoso.com>')).toThrow('The address');
    expect(() => flags.pathFlag('')).toThrow('a path');
  });
});
