import { describe, expect, test } from 'vitest';
import { addressProblem } from '../../../src/bulk/common/email-address.js';

const long = (length: number) => 'a'.repeat(length);

describe('an e-mail address', () => {
  test.each([
    'ana@example.com',
    "o'brien+news@example.co.uk",
    'a.b-c_d@sub.example.org',
    '{}!#$%&*/=?^`|~@example.com',
    'x@münchen.example',
    'x@xn--mnchen-3ya.example',
    'x@例え.テスト',
    `${long(64)}@example.com`,
    `a@${long(63)}.example`,
  ])('%s is accepted', (address) => {
    expect(addressProblem(address)).toBeUndefined();
  });

  const refused: [string, RegExp][] = [
    ['', /empty/],
    ['ana', /no @/],
    ['ana@', /no valid domain/],
    ['@example.com', /not valid before the @/],
    ['a@b@example.com', /more than one @/],
    ['a@x.test,b@x.test', /more than one address/],
    ['a@x.test;b@x.test', /more than one address/],
    ['Ana <ana@x.test>', /space/],
    ['<ana@x.test>', /bare address/],
    ['"ana"@x.test', /bare address/],
    ['ana(comment)@x.test', /bare address/],
    ['group:ana@x.test', /bare address/],
    ['ana@[127.0.0.1]', /bare address/],
    [' ana@x.test', /space/],
    ['ana@x.test\r\nBcc: b@x.test', /line break/],
    ['ana@x.test\n', /line break/],
    ['ana\u00a0@x.test', /space/],
    ['ana\0@x.test', /line break/],
    ['anä@x.test', /not ASCII/],
    ['.ana@x.test', /before the @/],
    ['ana.@x.test', /before the @/],
    ['a..b@x.test', /before the @/],
    [`${long(65)}@x.test`, /64 characters/],
    ['=?utf-8?q?ana=40x.test=3E?=@y.test', /encoded form/],
    ['ana@localhost', /without a dot/],
    ['ana@x..test', /no valid domain/],
    ['ana@x.test.', /no valid domain/],
    ['ana@-x.test', /no valid domain/],
    ['ana@x-.test', /no valid domain/],
    ['ana@x_y.test', /no valid domain/],
    ['ana@x.test/path', /no valid domain/],
    ['ana@127.0.0.1', /number where the domain/],
    [`a@${long(64)}.test`, /no valid domain/],
    [`a@${Array.from({ length: 5 }, () => long(60)).join('.')}.test`, /254 characters/],
  ];
  test.each(refused)('%j is refused', (address, problem) => {
    expect(addressProblem(address)).toMatch(problem);
  });

  test('is judged at once, however long it is', () => {
    // Anything worse than linear time would outlast the test.
    for (const part of ['a', 'a.', '-', 'a-', '@', ' ', 'é']) {
      expect(addressProblem(`x@${part.repeat(200_000)}!`)).toMatch(/\w/);
    }
  });
});
