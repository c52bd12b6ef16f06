import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { toSender } from '../../../src/bulk/message/sender.js';

describe('a sender', () => {
  test.each([
    ['news@x.test', { address: 'news@x.test' }],
    ['News, daily <news@x.test>', undefined],
    ['"News, daily" <news@x.test>', { name: 'News, daily', address: 'news@x.test' }],
    ['"Say \\"hi\\"" <news@x.test>', { name: 'Say "hi"', address: 'news@x.test' }],
    ['Zürich News <news@x.test>', { name: 'Zürich News', address: 'news@x.test' }],
    [{ name: '', address: 'news@x.test' }, { address: 'news@x.test' }],
    [
      { name: 'N', address: 'news@x.test', mailbox: 'box@x.test' },
      { name: 'N', address: 'news@x.test', mailbox: 'box@x.test' },
    ],
    [
      { address: 'news@x.test', mailbox: '8c1d5a3e-0000-4000-8000-0123456789ab' },
      { address: 'news@x.test', mailbox: '8c1d5a3e-0000-4000-8000-0123456789ab' },
    ],
    ['', undefined],
    ['news', undefined],
    ['a@x.test, b@x.test', undefined],
    ['News\r\nBcc: b@x.test <news@x.test>', undefined],
    ['=?utf-8?q?x?= <news@x.test>', undefined],
    ['News <news@x.test> and more', undefined],
    [{ address: 'news@x.test', mailbox: 'the box' }, undefined],
  ])('%j', (given, expected) => {
    if (expected) expect(toSender(given)).toEqual(expected);
    else expect(() => toSender(given)).toThrow(BulkInputError);
  });
});
