import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveredCopy } from '../../../src/sandbox/mail/edit-header.js';
import { headerLength, readHeaderFields } from '../../../src/sandbox/mail/header-fields.js';

const names = (text: string): string[] => readHeaderFields(Buffer.from(text)).map(({ name }) => name);

describe('the top header', () => {
  it.each([
    ['CRLF', 'A: 1\r\nB: 2\r\n\r\nC: 3'],
    ['bare LF', 'A: 1\nB: 2\n\nC: 3'],
    ['mixed line ends', 'A: 1\r\nB: 2\n\nC: 3\r\n\r\n'],
    ['an empty line made otherwise', 'A: 1\nB: 2\r\n\r\nC: 3\n\n'],
    ['no body', 'A: 1\r\nB: 2'],
  ])('ends at the first empty line: %s', (_how, text) => {
    expect(names(text)).toEqual(['A', 'B']);
  });

  it('is empty when the message starts with an empty line', () => {
    expect(names('\r\nA: 1')).toEqual([]);
    expect(names('\nA: 1')).toEqual([]);
  });

  it('unfolds values, reads UTF-8 and forgives white space before the colon', () => {
    const [field] = readHeaderFields(Buffer.from('Subject : Gr\u00fc\u00dfe\r\n\taus\r\n  Wien\r\n\r\n'));
    expect([field?.name, field?.value]).toEqual(['Subject', 'Gr\u00fc\u00dfe\taus  Wien']);
  });

  it('does not end at a line of spaces, which continues a field', () => {
    expect(names('A: 1\r\n \r\nB: 2\r\n\r\n')).toEqual(['A', 'B']);
  });

  it('keeps a line that is no field apart', () => {
    expect(names('From x@y Mon Jan 1\r\nA: 1\r\nnonsense\r\n\r\n')).toEqual(['', 'A', '']);
  });
});

const line = fc.oneof(
  fc.constantFrom('Bcc: a@b', 'bcc :x', ' folded', '\tBcc: no', 'To: c@d', '', 'Bcc', 'BCC:', 'X-Bcc: e@f', 'nonsense'),
  fc.string({ maxLength: 12 }),
);
const message = fc
  .array(fc.tuple(line, fc.constantFrom('\r\n', '\n')), { maxLength: 25 })
  .map((lines) => Buffer.from(lines.map(([text, end]) => text + end).join('')));

describe('any message', () => {
  it('is covered by its fields without gap or overlap', () => {
    fc.assert(
      fc.property(message, (raw) => {
        let at = 0;
        for (const { start, end } of readHeaderFields(raw)) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(headerLength(raw));
      }),
    );
  });

  it('loses its Bcc fields on delivery, and every other byte stays in its place', () => {
    fc.assert(
      fc.property(message, (raw) => {
        const fields = readHeaderFields(raw);
        const copy = deliveredCopy(raw, fields, { messageId: '<1@x>' });
        const kept = fields.filter(({ name }) => name.toLowerCase() !== 'bcc');
        const added = kept.some(({ name }) => name.toLowerCase() === 'message-id') ? '' : 'Message-ID: <1@x>\r\n';
        const parts = kept.map(({ start, end }) => raw.subarray(start, end));
        expect(copy.equals(Buffer.concat([Buffer.from(added), ...parts, raw.subarray(headerLength(raw))]))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
