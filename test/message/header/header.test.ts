import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsNamed, readHeader } from '../../../src/message/header/header.js';
import { forAWhile } from '../../helpers/fixtures.js';

const read = (text: string) => readHeader(Buffer.from(text));
const named = (text: string) => {
  const header = read(text);
  if ('fault' in header) throw new Error(header.fault);
  return header.fields.map(({ name, value }) => [name, value]);
};

describe('a header is read', () => {
  test('field by field, up to the empty line', () => {
    expect(named('From: a@x.example\r\nTo:b@x.example\r\n\r\nNot: a field\r\n')).toEqual([
      ['From', 'a@x.example'],
      ['To', 'b@x.example'],
    ]);
  });

  test('unfolded, with the white space of the fold kept', () => {
    expect(named('To: a@x.example,\r\n b@x.example,\r\n\tc@x.example\r\n\r\n')).toEqual([
      ['To', 'a@x.example, b@x.example,\tc@x.example'],
    ]);
  });

  test('with white space before the colon, as older programs write it', () => {
    expect(named('To : a@x.example\r\n\r\n')).toEqual([['To', 'a@x.example']]);
  });

  test('with an empty value', () => {
    expect(named('Bcc:\r\nTo: a@x.example\r\n\r\n')).toEqual([
      ['Bcc', ''],
      ['To', 'a@x.example'],
    ]);
  });

  test('with UTF-8 in it', () => {
    expect(named('Subject: Grüße\r\n\r\n')).toEqual([['Subject', 'Grüße']]);
  });

  test('of a message that has no body', () => {
    expect(named('To: a@x.example\r\n')).toEqual([['To', 'a@x.example']]);
    expect(named('To: a@x.example')).toEqual([['To', 'a@x.example']]);
  });

  test('of a message that is nothing at all', () => {
    expect(read('')).toEqual({ fields: [], end: 0 });
  });

  test('with the place of every field and of the end', () => {
    const message = Buffer.from('A: 1\r\nB: 2\r\n 3\r\n\r\nbody');
    const header = readHeader(message);
    if ('fault' in header) throw new Error(header.fault);
    expect(header.fields.map(({ start, end }) => message.toString('latin1', start, end))).toEqual([
      'A: 1\r\n',
      'B: 2\r\n 3\r\n',
    ]);
    expect(message.toString('latin1', header.end)).toBe('\r\nbody');
  });
});

describe('what is no header is refused, with its line', () => {
  test.each([
    ['Hello\r\n\r\n', 'line 1'],
    ['To: a@x.example\r\nHello there\r\n\r\n', 'line 2'],
    ['To: a@x.example\r\nFrom me to you: x\r\n\r\n', 'line 2'],
    [' To: a@x.example\r\n\r\n', 'line 1'],
    ['>From me\r\nTo: a@x.example\r\n\r\n', 'line 1'],
    [': nothing\r\n\r\n', 'line 1'],
    ['Tö: a@x.example\r\n\r\n', 'line 1'],
    ['To: a@x.example\r\nxy', 'line 2'],
  ])('%j', (text, line) => {
    expect(read(text)).toEqual({ fault: expect.stringContaining(line) });
  });
});

test('fields are found by name in any case', () => {
  const header = read('to: 1\r\nTO: 2\r\nTo: 3\r\nToo: 4\r\n\r\n');
  if ('fault' in header) throw new Error(header.fault);
  expect(fieldsNamed(header.fields, 'to').map(({ value }) => value)).toEqual(['1', '2', '3']);
});

test('whatever the bytes, reading never throws, and the fields cover the header without a gap', () => {
  const lines = fc.array(
    fc.constantFrom('To: a@x.example', 'Subject:', ' folded', '\t', '', 'bad line', 'é: x', 'a:b'),
    {
      maxLength: 8,
    },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    lines.map((parts) => Buffer.from(parts.join('\r\n'))),
  );
  fc.assert(
    fc.property(bytes, (message) => {
      const header = readHeader(message);
      if ('fault' in header) return;
      let offset = 0;
      for (const field of header.fields) {
        expect(field.start).toBe(offset);
        offset = field.end;
      }
      expect(header.end).toBe(offset);
      const rest = message.toString('latin1', offset);
      expect(rest === '' || rest.startsWith('\r\n')).toBe(true);
    }),
    forAWhile(),
  );
});

test.each([
  ['\uFEFFFrom: a@x.example\r\n\r\n', 'it begins with a byte order mark'],
  ['\uFEFF', 'it begins with a byte order mark'],
  ['\r\nFrom: a@x.example\r\n\r\n', 'it begins with an empty line'],
  [
    'From a@x.example Mon Nov 30 09:00:00 2026\r\nFrom: a@x.example\r\n\r\n',
    'line 1 is the "From " line of an mbox file',
  ],
  ['>From a@x.example\r\nFrom: a@x.example\r\n\r\n', 'line 1 is the "From " line of an mbox file'],
  ['From a\r\n', 'line 1 is the "From " line of an mbox file'],
])('what %j begins with is named', (text, fault) => {
  expect(read(text)).toEqual({ fault });
});

test('a From field with white space before its colon is none of an mbox file', () => {
  expect(named('From : a@x.example\r\n\r\n')).toEqual([['From', 'a@x.example']]);
});
