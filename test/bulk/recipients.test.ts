import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../src/bulk/errors.js';
import { parseRecipients } from '../../src/bulk/recipients.js';
import { decodeUtf8 } from '../../src/bulk/utf8.js';

function refusal(run: () => unknown): BulkInputError {
  try {
    run();
  } catch (error) {
    if (error instanceof BulkInputError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a recipients file', () => {
  const readable: [string, string, [number, ...string[]][]][] = [
    [
      'with quotes and commas',
      'email,name\na@x.test,"Müller, ""Jü"" Jürgen"\n',
      [[2, 'a@x.test', 'Müller, "Jü" Jürgen']],
    ],
    ['with a byte order mark', '\uFEFFemail,name\na@x.test,Ann\n', [[2, 'a@x.test', 'Ann']]],
    ['with quotes around the header after that mark', '\uFEFF"email","name"\na@x.test,Ann\n', [[2, 'a@x.test', 'Ann']]],
    [
      'with CRLF',
      'email,name\r\na@x.test,Ann\r\nb@x.test,Bob\r\n',
      [
        [2, 'a@x.test', 'Ann'],
        [3, 'b@x.test', 'Bob'],
      ],
    ],
    ['without a last line break', 'email,name\na@x.test,Ann', [[2, 'a@x.test', 'Ann']]],
    [
      'with mixed line breaks',
      'email,name\na@x.test,Ann\r\nb@x.test,Bob\n',
      [
        [2, 'a@x.test', 'Ann'],
        [3, 'b@x.test', 'Bob'],
      ],
    ],
    ['with empty values', 'email,name\na@x.test,\n', [[2, 'a@x.test', '']]],
    ['with spaces around column names', 'email , name\na@x.test,Ann\n', [[2, 'a@x.test', 'Ann']]],
    ['with only a header', 'email,name\n', []],
  ];
  test.each(readable)('%s is read', (_, text, expected) => {
    const rows = parseRecipients(text);
    expect(rows.map(({ line, values }) => [line, values.email, values.name])).toEqual(expected);
  });

  test.each(['\n', '\r\n'])(
    'tells the line that each row starts on, past empty lines and breaks inside quotes (%j)',
    (eol) => {
      const lines = [
        'email,name',
        '',
        'a@x.test,"one',
        '',
        'two"',
        '',
        'b@x.test,Bob',
        '"c@x.test","C',
        '"',
        'd@x.test,D',
        '',
      ];
      const rows = parseRecipients(lines.join(eol));
      expect(rows.map(({ line }) => line)).toEqual([3, 7, 8, 10]);
      expect(rows[0]?.values.name).toBe(`one${eol}${eol}two`);
    },
  );

  test('may have columns named like what every object inherits', () => {
    const [row] = parseRecipients('email,constructor,toString\na@x.test,C,T\n');
    expect(row?.values).toEqual({ email: 'a@x.test', constructor: 'C', toString: 'T' });
  });

  const refused: [string, string, number | undefined, RegExp][] = [
    ['that is empty', '', undefined, /people\.csv is empty/],
    ['of nothing but empty lines', '\n\n', undefined, /people\.csv is empty/],
    ['without an email column', 'name,city\nAnn,Cork\n', 1, /people\.csv, line 1: .*no column "email".*"name", "city"/],
    ['separated by semicolons', 'email;name\na@x.test;Ann\n', 1, /no column "email".*separated by commas/],
    ['with two columns of one name', 'email,name,name\n', 1, /line 1: two columns are named "name"/],
    ['with names that differ only in spaces around', 'email,name,name \n', 1, /two columns are named "name"/],
    ['with an unnamed column', 'email,,name\n', 1, /line 1: column 2 has no name/],
    ['with a column named __proto__', 'email,__proto__\n', 1, /__proto__/],
    [
      'with a field too many',
      'email,name\n\na@x.test,Müller, Jürgen\n',
      3,
      /people\.csv, line 3: 3 fields where the header names 2 \(email, name\)/,
    ],
    ['with a field too few', 'email,name\na@x.test,Ann\nb@x.test\n', 3, /line 3: 1 field where/],
    ['with a quote left open', 'email,name\na@x.test,"Ann\n', undefined, /people\.csv is not valid CSV: .*line 2/],
    ['with text after a closing quote', 'email,name\na@x.test,"An"n\n', undefined, /not valid CSV: .*line 2/],
  ];
  test.each(refused)('%s is refused', (_, text, line, message) => {
    const error = refusal(() => parseRecipients(text, 'people.csv'));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(line);
  });
});

describe('the encoding of a file', () => {
  test('UTF-8 is read, its byte order mark removed', () => {
    expect(decodeUtf8(Buffer.from('\uFEFFŁódź'), 'f.csv')).toBe('Łódź');
  });

  const utf16 = Buffer.from('\uFEFFemail', 'utf16le');
  const refused: [string, Buffer, RegExp][] = [
    ['UTF-16 LE', utf16, /f\.csv looks like UTF-16.*iconv -f UTF-16/],
    ['UTF-16 BE', Buffer.from(utf16).swap16(), /f\.csv looks like UTF-16/],
    ['UTF-16 without a mark', utf16.subarray(2), /f\.csv looks like UTF-16/],
    [
      'Latin-1',
      Buffer.from('email\r\na\r\nMüller', 'latin1'),
      /f\.csv, line 3: this is not UTF-8.*iconv -f WINDOWS-1252/,
    ],
    ['a cut-off character', Buffer.from('email\nMüller').subarray(0, 8), /line 2: this is not UTF-8/],
  ];
  test.each(refused)('%s is refused, and how to convert is told', (_, bytes, message) => {
    expect(refusal(() => decodeUtf8(bytes, 'f.csv')).message).toMatch(message);
  });
});
