import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressList } from '../../../src/sandbox/mail/address-list.js';
import { decodeWords } from '../../../src/sandbox/mail/encoded-words.js';

const read: [value: string, addresses: [name: string, address: string][]][] = [
  ['ana@example.com', [['', 'ana@example.com']]],
  ['Ana <ana@example.com>', [['Ana', 'ana@example.com']]],
  [
    '"Lopez, Ana" <ana@example.com>, bob@example.com',
    [
      ['Lopez, Ana', 'ana@example.com'],
      ['', 'bob@example.com'],
    ],
  ],
  ['"Ana \\"A\\" <x@y.example>" <ana@example.com>', [['Ana "A" <x@y.example>', 'ana@example.com']]],
  ['Ana Q. Lopez <ana@example.com>', [['Ana Q. Lopez', 'ana@example.com']]],
  ['ana@example.com (Ana, at work)', [['Ana, at work', 'ana@example.com']]],
  ['Ana (a (nested) comment, x@y.example) <ana@example.com>', [['Ana', 'ana@example.com']]],
  ['ana (c) @ (d) example (e) . com', [['c', 'ana@example.com']]],
  ['<ana@example.com>', [['', 'ana@example.com']]],
  ['"ana lopez"@example.com', [['', '"ana lopez"@example.com']]],
  ['"ana"@example.com', [['', 'ana@example.com']]],
  ['"a,b@c.example"@example.com', [['', '"a,b@c.example"@example.com']]],
  ['ana@[192.0.2.1]', [['', 'ana@[192.0.2.1]']]],
  [
    'Team: ana@example.com, Bob <bob@example.com>;',
    [
      ['', 'ana@example.com'],
      ['Bob', 'bob@example.com'],
    ],
  ],
  [
    'Team: ana@example.com;, bob@example.com',
    [
      ['', 'ana@example.com'],
      ['', 'bob@example.com'],
    ],
  ],
  ['Undisclosed recipients:;', []],
  ['undisclosed-recipients: ;', []],
  ['', []],
  [' , ,, ana@example.com, ', [['', 'ana@example.com']]],
  ['<@a.example,@b.example:ana@example.com>', [['', 'ana@example.com']]],
  ['=?utf-8?Q?Zo=C3=AB=2C_x=40y=2Eexample?= <zoe@example.com>', [['Zoë, x@y.example', 'zoe@example.com']]],
  ['=?utf-8?B?w7w=?= =?utf-8?B?w7w=?= <u@example.com>', [['üü', 'u@example.com']]],
  ['Zoë <zoë@example.com>', [['Zoë', 'zoë@example.com']]],
  ["o'hara+tag_1%x@sub-domain.example.com", [['', "o'hara+tag_1%x@sub-domain.example.com"]]],
];

const malformed = [
  'bob',
  'bob@',
  '@example.com',
  'john doe@example.com',
  'ana@example.com bob@example.com',
  'Ana <ana@example.com> extra',
  'Ana <ana@example.com',
  'Ana <>',
  '<ana@example.com><bob@example.com>',
  'ana@@example.com',
  'a..b@example.com',
  '.a@example.com',
  'a@example..com',
  'ana@example.com; bob@example.com',
  '"ana@example.com',
  'ana@example.com (unclosed',
  'a: b: ana@example.com;',
  'ana@exa\u0000mple.com',
  '=?utf-8?Q?ana=40example=2Ecom?=',
];

describe('an address list', () => {
  it.each(read)('%s is understood', (value, addresses) => {
    expect(parseAddressList(value)).toEqual({
      addresses: addresses.map(([name, address]) => ({ name, address })),
      malformed: [],
    });
  });

  it.each(malformed)('%s is malformed and names nobody twice over', (value) => {
    const list = parseAddressList(value);
    expect(list.malformed.length).toBeGreaterThan(0);
    expect(list.addresses).toEqual([]);
  });

  it('keeps the good beside the bad', () => {
    expect(parseAddressList('ana@example.com, bob, carl@example.com')).toEqual({
      addresses: [
        { name: '', address: 'ana@example.com' },
        { name: '', address: 'carl@example.com' },
      ],
      malformed: ['bob'],
    });
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '<',
    '>',
    ',',
    ':',
    ';',
    '@',
    '.',
    '"',
    '(',
    ')',
    '[',
    ']',
    '\\',
    ' ',
    '\r\n ',
    '=?utf-8?Q?',
    '?=',
    '\u0000',
  ),
  fc.constantFrom('ana', 'example.com', 'ana@example.com', 'ü', 'Team:', '<@a,@b:'),
  fc.string({ maxLength: 4 }),
);
const hostile = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

describe('the parser', () => {
  it('takes any text, and what it calls an address is one', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const { addresses } = parseAddressList(value);
        for (const { address } of addresses) {
          expect(parseAddressList(address)).toEqual({ addresses: [{ name: '', address }], malformed: [] });
        }
        decodeWords(value);
      }),
      { numRuns: 3000 },
    );
  });

  it('never loses what is written: every list with text beside commas and comments names somebody or something', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,5}(@[a-z]{1,5})?$/), { minLength: 1, maxLength: 9 }),
        (words) => {
          const { addresses, malformed: bad } = parseAddressList(words.join(', '));
          expect(addresses.length + bad.length).toBe(words.length);
        },
      ),
    );
  });

  it.each([
    ['@ in a route', '<@a,'],
    ['opened angles', '<'],
    ['opened comments', '('],
    ['opened quotes', '"a'],
    ['colons', 'a:'],
    ['encoded words', '=?a?q?'],
    ['backslashes', '\\"'],
  ])('reads a megabyte of %s without choking', (_what, part) => {
    const value = part.repeat(Math.ceil(1_000_000 / part.length));
    parseAddressList(value);
    decodeWords(value);
  });
});
