import fc from 'fast-check';
import MimeNode from 'nodemailer/lib/mime-node';
import { describe, expect, test } from 'vitest';
import { canonicalAddress } from '../../../src/common/canonical-address.js';
import { parseAddressList } from '../../../src/message/header/address-list.js';
import { fieldsNamed, readHeader } from '../../../src/message/header/header.js';
import { forAWhile } from '../../helpers/fixtures.js';
import { anyRecipient } from '../../helpers/generated-mail.js';

describe('a list of addresses is understood', () => {
  test.each<[what: string, value: string, addresses: string[]]>([
    ['one bare address', 'ana@example.com', ['ana@example.com']],
    ['two', 'ana@example.com, bob@example.com', ['ana@example.com', 'bob@example.com']],
    ['in angle brackets', '<ana@example.com>', ['ana@example.com']],
    ['with a name', 'Ana Lima <ana@example.com>', ['ana@example.com']],
    ['with a quoted name that holds a comma', '"Lima, Ana" <ana@example.com>', ['ana@example.com']],
    ['with a quoted name that holds an address', '"eve@evil.example" <ana@example.com>', ['ana@example.com']],
    ['with escapes in a quoted name', '"a\\"b, <c@d>" <ana@example.com>', ['ana@example.com']],
    ['with an encoded name', '=?UTF-8?Q?Jos=C3=A9?= <jose@example.com>', ['jose@example.com']],
    ['with dots in an unquoted name', 'J. R. Ewing <jr@example.com>', ['jr@example.com']],
    ['with an apostrophe', "O'Hara <o'hara@example.com>", ["o'hara@example.com"]],
    [
      'with comments',
      'ana@example.com (Ana (of) Lima\\)), (x) bob@example.com',
      ['ana@example.com', 'bob@example.com'],
    ],
    ['folded', 'ana@example.com,\r\n bob@example.com', ['ana@example.com', 'bob@example.com']],
    ['with a quoted local part', '"ana lima"@example.com', ['"ana lima"@example.com']],
    ['with a domain literal', 'ana@[192.0.2.1]', ['ana@[192.0.2.1]']],
    ['with empty elements', ', ana@example.com,, bob@example.com,', ['ana@example.com', 'bob@example.com']],
    ['in a group', 'Team: ana@example.com, Bob <bob@example.com>;', ['ana@example.com', 'bob@example.com']],
    [
      'in a group between others',
      'a@x.example, T: b@x.example;, c@x.example',
      ['a@x.example', 'b@x.example', 'c@x.example'],
    ],
    ['in an empty group', 'Undisclosed recipients:;', []],
    ['nothing', '', []],
    ['white space', ' \r\n\t', []],
    ['twice the same', 'a@x.example, a@x.example', ['a@x.example', 'a@x.example']],
    ['with letters beyond ASCII', 'jürgen@müller.example', ['jürgen@müller.example']],
    ['with capitals, kept', 'Ana@Example.COM', ['Ana@Example.COM']],
  ])('%s', (_, value, addresses) => {
    expect(parseAddressList(value)).toEqual({ addresses });
  });
});

describe('a list that two readers could understand in two ways is refused', () => {
  test.each<[what: string, value: string]>([
    ['no @', 'ana'],
    ['two @', 'ana@example.com@evil.example'],
    ['white space in the address', 'ana lima@example.com'],
    ['white space around the @', 'ana @ example.com'],
    ['a comment in the address', 'ana(x)@example.com'],
    ['an @ at the end', 'ana@'],
    ['an @ at the start', '@example.com'],
    ['two addresses without a comma', 'ana@example.com bob@example.com'],
    ['two in brackets without a comma', '<ana@example.com> <bob@example.com>'],
    ['text after the brackets', '<ana@example.com> Ana'],
    ['an unquoted address as name', 'eve@evil.example <ana@example.com>'],
    ['an unclosed quotation mark', '"Ana <ana@example.com>'],
    ['an unclosed comment', '(Ana <ana@example.com>'],
    ['an unclosed bracket', 'Ana <ana@example.com'],
    ['a bracket that closes nothing', 'ana@example.com>'],
    ['a parenthesis that closes nothing', 'ana@example.com)'],
    ['brackets in brackets', '<<ana@example.com>>'],
    ['empty brackets', 'Ana <>'],
    ['two addresses in brackets', '<ana@example.com, bob@example.com>'],
    ['a source route', '<@relay.example:ana@example.com>'],
    ['a semicolon instead of a comma', 'ana@example.com; bob@example.com'],
    ['a group that is never closed', 'Team: ana@example.com'],
    ['a group in a group', 'A: B: ana@example.com;;'],
    ['a group without a name', ': ana@example.com;'],
    ['a group named by an address', 'eve@evil.example: ana@example.com;'],
    ['a group named by an address in brackets', 'Eve <eve@evil.example>: ana@example.com;'],
    ['a group in brackets', '<Team: ana@example.com;>'],
    ['a quoted domain', 'ana@"example.com"'],
    ['an unclosed domain literal', 'ana@[192.0.2.1'],
    ['a backslash outside quotation marks', 'ana\\@example.com'],
  ])('%s', (_, value) => {
    expect(parseAddressList(value)).toEqual({ fault: expect.any(String) });
  });
});

describe('whatever the text', () => {
  const pieces = fc.constantFrom(
    ...'<>()[]:;@\\,." \r\n\tab.é'.split(''),
    'ana@example.com',
    '=?utf-8?q?x?=',
    '\0',
    '\ud800',
  );
  const list = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  );

  test('reading it never throws, and gives addresses with something on both sides of the @', () => {
    fc.assert(
      fc.property(list, (value) => {
        const result = parseAddressList(value);
        if ('fault' in result) return;
        for (const address of result.addresses) expect(address).toMatch(/^[\s\S]+@[^@]+$/);
      }),
      forAWhile(),
    );
  });

  test('an address in it is never lost without a word', () => {
    // The texts hold one address that no quotation mark, comment or name can swallow on its own.
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'<>:;,. ab'.split(''), 'x@y.example'), { maxLength: 12 }), (parts) => {
        const result = parseAddressList(parts.join(''));
        if ('fault' in result) return;
        const given = parts.filter((part) => part === 'x@y.example').length;
        expect(result.addresses.length).toBe(given);
      }),
      forAWhile(),
    );
  });

  test('a quoted name of a megabyte is read', () => {
    const value = `"${'a'.repeat(1_000_000)}" <ana@example.com>`;
    expect(parseAddressList(value)).toEqual({ addresses: ['ana@example.com'] });
  });
});

test('everything that Nodemailer writes is understood, and means what Nodemailer meant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecipient, { minLength: 1, maxLength: 6 }), async (to) => {
      const node = new MimeNode('text/plain');
      node.setHeader({ from: 'noreply@contoso.com', to } as never);
      node.setContent('x');
      const header = readHeader(Buffer.from(await node.build()));
      if ('fault' in header) throw new Error(header.fault);
      const read = fieldsNamed(header.fields, 'to').map(({ value }) => parseAddressList(value));
      const addresses = read.flatMap((list) => ('addresses' in list ? list.addresses : [list.fault]));
      const wanted = new Set(node.getEnvelope().to.map(canonicalAddress));
      expect(new Set(addresses.map(canonicalAddress))).toEqual(wanted);
    }),
    forAWhile(4_000),
  );
});
