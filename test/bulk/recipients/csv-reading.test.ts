import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { checkedUtf8 } from '../../../src/bulk/common/utf8.js';
import { csvRows } from '../../../src/bulk/recipients/csv-rows.js';
import { jsonlRows } from '../../../src/bulk/recipients/jsonl-rows.js';
import { forAWhile } from '../../helpers/fixtures.js';
import { collect, readAll } from './support.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** What a file gives when it arrives in pieces of a size: its rows, or the words in which it is refused. */
async function readInPieces(bytes: Buffer, size: number, rows: typeof csvRows = csvRows) {
  try {
    return await collect(rows(checkedUtf8(inPieces(bytes, size), 'f.csv'), 'f.csv'));
  } catch (error) {
    if (error instanceof BulkInputError) return { message: error.message, line: error.line };
    throw error;
  }
}

describe('each form that CSV takes', () => {
  const forms: [string, string, Record<string, string>[]][] = [
    ['plain', 'email,b,c\n1,2,3\n', [{ email: '1', b: '2', c: '3' }]],
    ['with CRLF', 'email,b,c\r\n1,2,3\r\n', [{ email: '1', b: '2', c: '3' }]],
    [
      'commas in quotes',
      'first,address,email\nJohn,"120 any st., Anytown, WW",j@x.test\n',
      [{ first: 'John', address: '120 any st., Anytown, WW', email: 'j@x.test' }],
    ],
    [
      'empty values, quoted and not',
      'email,b,c\n1,"",""\n2,,\n',
      [
        { email: '1', b: '', c: '' },
        { email: '2', b: '', c: '' },
      ],
    ],
    [
      'empty values with CRLF',
      'email,b,c\r\n1,"",""\r\n2,3,4\r\n',
      [
        { email: '1', b: '', c: '' },
        { email: '2', b: '3', c: '4' },
      ],
    ],
    ['quotes in quotes', 'email,b\n1,"ha ""ha"" ha"\n', [{ email: '1', b: 'ha "ha" ha' }]],
    [
      'nothing but quotes',
      'email,b\n1,""""\n2,""""""\n',
      [{ b: '"' }, { b: '""' }].map((row, i) => ({ email: `${i + 1}`, ...row })),
    ],
    [
      'JSON',
      'key,email\n1,"{""type"": ""Point"", ""at"": [102.0, 0.5]}"\n',
      [{ key: '1', email: '{"type": "Point", "at": [102.0, 0.5]}' }],
    ],
    [
      'line breaks in quotes',
      'email,b\n1,"Once upon \na time"\n2,5\n',
      [
        { email: '1', b: 'Once upon \na time' },
        { email: '2', b: '5' },
      ],
    ],
    [
      'line breaks in quotes with CRLF',
      'email,b\r\n1,"Once upon \r\na time"\r\n2,5\r\n',
      [
        { email: '1', b: 'Once upon \r\na time' },
        { email: '2', b: '5' },
      ],
    ],
    [
      'quotes and line breaks',
      'email,b\n1,"ha \n""ha"" \nha"\n3,4\n',
      [
        { email: '1', b: 'ha \n"ha" \nha' },
        { email: '3', b: '4' },
      ],
    ],
    [
      'what is not ASCII',
      'email,b\n1,ʤ\n2,😀👩‍👩‍👧\u2028\n',
      [
        { email: '1', b: 'ʤ' },
        { email: '2', b: '😀👩‍👩‍👧\u2028' },
      ],
    ],
    ['one column only', 'email\n1\n2\n', [{ email: '1' }, { email: '2' }]],
    ['spaces around values', 'b,name,email\n 2 , A B , 1 \n', [{ b: ' 2 ', name: 'A B', email: '1' }]],
    ['an apostrophe', "email,b\n1,O'Brien\n", [{ email: '1', b: "O'Brien" }]],
    ['a backslash', 'email,b\n1,"a\\"\n', [{ email: '1', b: 'a\\' }]],
    ['a hash at the beginning', 'email,b\n#1,2\n', [{ email: '#1', b: '2' }]],
    ['the mark of a byte order where it is none', 'email,b\n1,\uFEFFx\n', [{ email: '1', b: '\uFEFFx' }]],
  ];

  test.each(forms)('%s is read, in pieces of any size', async (_, csv, expected) => {
    expect((await readAll({ csv })).map(({ values }) => values)).toEqual(expected);
    const whole = await readAll({ csv });
    const bytes = Buffer.from(csv);
    for (let size = 1; size <= bytes.length; size++) expect(await readInPieces(bytes, size)).toEqual(whole);
  });
});

const delimiter = fc.constantFrom(',', ';', '\t');
const eol = fc.constantFrom('\n', '\r\n', '\r');
const value = fc.oneof(
  fc.constantFrom('', '"', '\n', '\r\n', '\r', ',', ';', '\t', ' ', '\uFEFF', '=1+1', '"";""', 'ü', '😀'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc
      .array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 8 })
      .map((rows) => ({ width, rows })),
  );

test('what a spreadsheet writes is what is read, whatever it holds', async () => {
  const written = fc.record({
    table,
    delimiter,
    eol,
    mark: fc.boolean(),
    always: fc.boolean(),
    size: fc.integer({ min: 1, max: 200 }),
  });
  await fc.assert(
    fc.asyncProperty(written, async ({ table: { width, rows }, delimiter, eol, mark, always, size }) => {
      const write = (field: string) =>
        always || field === '' || /[",;\t\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
      const header = ['email', ...Array.from({ length: width }, (_, index) => `c${index}`)];
      const all = [header, ...rows.map((row) => ['a@x.test', ...row])];
      const text = all.map((row) => row.map(write).join(delimiter) + eol);
      const found = await readInPieces(Buffer.from((mark ? '\uFEFF' : '') + text.join('')), size);
      let line = 1;
      const lines = text.map((row) => {
        const own = line;
        line += row.match(/\r\n|\r|\n/g)?.length ?? 0;
        return own;
      });
      const expected = rows.map((row, index) => ({
        number: index + 1,
        line: lines[index + 1],
        values: Object.fromEntries(header.map((name, column) => [name, column === 0 ? 'a@x.test' : row[column - 1]])),
      }));
      expect(found).toEqual(expected);
    }),
    forAWhile(),
  );
});

test.each([
  ['CSV', csvRows],
  ['JSON Lines', jsonlRows],
] as const)('any bytes are read as %s or refused in our own words, the same in pieces of any size', async (_, rows) => {
  const piece = fc.oneof(
    fc
      .constantFrom(
        'email',
        'email,name\n',
        '{"email":"a@x.test"}\n',
        '"',
        ',',
        ';',
        '\n',
        '\r',
        '\uFEFF',
        '\0',
        'ü',
        '😀',
      )
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), async (pieces, size) => {
      const bytes = Buffer.concat(pieces);
      const whole = await readInPieces(bytes, bytes.length + 1, rows as typeof csvRows);
      const inParts = await readInPieces(bytes, size, rows as typeof csvRows);
      // Of two faults, another may be met first.
      if (Array.isArray(whole) || Array.isArray(inParts)) expect(inParts).toEqual(whole);
    }),
    forAWhile(),
  );
});
