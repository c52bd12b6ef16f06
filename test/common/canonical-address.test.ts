import { describe, expect, test } from 'vitest';
import { canonicalAddress, domainOf, hasAsciiLocalPart } from '../../src/common/canonical-address.js';

describe('addresses that Exchange treats as one have one spelling', () => {
  test.each([
    ['Ana@Example.COM', 'ana@example.com'],
    ['ana@müller.example', 'ana@xn--mller-kva.example'],
    ['ana@MÜLLER.example', 'ana@xn--mller-kva.example'],
    ['ana@XN--MLLER-KVA.example', 'ana@xn--mller-kva.example'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['ANA@[192.0.2.1]', 'ana@[192.0.2.1]'],
    ['6F1C2F9E-0000-0000-0000-000000000000', '6f1c2f9e-0000-0000-0000-000000000000'],
  ])('%s -> %s', (given, wanted) => {
    expect(canonicalAddress(given)).toBe(wanted);
  });
});

describe('addresses that differ keep different spellings', () => {
  test.each([
    ['ana@example.com', 'ana@example.com/x'],
    ['ana@example.com', 'ana@example.com#x'],
    ['ana@example.com', 'ana@example.com?x'],
    ['ana@example.com', 'ana@ex%61mple.com'],
    ['ana@example.com', 'ana@example.com:25'],
    ['ana@127.0.0.1', 'ana@0x7f.1'],
    ['ana@example.com', 'ana@example.com.'],
    ['ana+x@example.com', 'ana@example.com'],
    ['a.na@example.com', 'ana@example.com'],
  ])('%s and %s', (one, other) => {
    expect(canonicalAddress(one)).not.toBe(canonicalAddress(other));
  });
});

test('the domain is what stands after the last @', () => {
  expect(domainOf('"a@b"@Example.com')).toBe('example.com');
});

test.each([
  ['ana@müller.example', true],
  ['jürgen@example.com', false],
  ['"jürgen@home"@example.com', false],
  ['plain', true],
])('whether the part before the @ of %s is ASCII: %s', (address, ascii) => {
  expect(hasAsciiLocalPart(address)).toBe(ascii);
});
