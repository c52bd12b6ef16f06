import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markCrlf, toCrlf } from '../../../src/message/compose/encodings.js';
import { forAWhile } from '../../helpers/fixtures.js';

const convert = (text: string) => toCrlf(Buffer.from(text, 'latin1')).toString('latin1');

describe('every line end becomes CRLF', () => {
  test.each([
    ['a\nb', 'a\r\nb'],
    ['a\rb', 'a\r\nb'],
    ['a\r\nb', 'a\r\nb'],
    ['\n', '\r\n'],
    ['\r', '\r\n'],
    ['\n\r', '\r\n\r\n'],
    ['\r\r\n', '\r\n\r\n'],
    ['\r\n\n', '\r\n\r\n'],
    ['a\n\nb\r\rc\r\n\r\nd', 'a\r\n\r\nb\r\n\r\nc\r\n\r\nd'],
    ['', ''],
  ])('%j -> %j', (given, wanted) => {
    expect(convert(given)).toBe(wanted);
  });
});

test('a message that needs nothing is the same buffer, not a copy', () => {
  const message = Buffer.from('a\r\nb\r\n');
  expect(toCrlf(message)).toBe(message);
});

test('stretches that are known to need nothing are not looked at', () => {
  const message = Buffer.from('a\nb\n\n\nc\r\n\rd\n');
  const start = message.indexOf('\n\n\n') + 1;
  markCrlf(message, [[start, start + 2]]);
  expect(toCrlf(message).toString()).toBe('a\r\nb\r\n\n\nc\r\n\r\nd\r\n');
});

test('millions of bare line ends are no problem', () => {
  const message = Buffer.alloc(3_000_000, '\n');
  expect(toCrlf(message)).toHaveLength(6_000_000);
});

test('a view into a larger buffer is not judged by what lies around it', () => {
  const larger = Buffer.from('\r\nabc\r\n');
  expect(toCrlf(larger.subarray(1, 6)).toString('latin1')).toBe('\r\nabc\r\n');
});

describe('for any bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(0x0d, 0x0a, 0x41), { maxLength: 60 }).map((array) => Uint8Array.from(array)),
  );

  test('the result is what a plain regular expression gives', () => {
    fc.assert(
      fc.property(bytes, (array) => {
        const text = Buffer.from(array).toString('latin1');
        expect(convert(text)).toBe(text.replace(/\r\n|\r|\n/g, '\r\n'));
      }),
      forAWhile(),
    );
  });

  test('doing it twice changes nothing more', () => {
    fc.assert(
      fc.property(bytes, (array) => {
        const once = toCrlf(Buffer.from(array));
        expect(toCrlf(once)).toBe(once);
      }),
      forAWhile(),
    );
  });
});
