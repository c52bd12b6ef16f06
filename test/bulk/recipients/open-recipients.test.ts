import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { decodeUtf8 } from '../../../src/bulk/common/utf8.js';
import { openRecipients, type RecipientsInput } from '../../../src/bulk/recipients/open-recipients.js';
import { collect, readAll, refusal } from './support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'recipients-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const whole = path.join(folder, name);
  await writeFile(whole, content);
  return whole;
}

describe('CSV', () => {
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
    [
      'with CR alone',
      'email,name\ra@x.test,Ann\rb@x.test,Bob',
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
    ['separated by semicolons', 'email;name\na@x.test;"Müller; Ann, B"\n', [[2, 'a@x.test', 'Müller; Ann, B']]],
    ['separated by tabs', 'name\temail\nMüller, Ann; B\ta@x.test\n', [[2, 'a@x.test', 'Müller, Ann; B']]],
    ['with quotes around names and semicolons', '"email";"name"\na@x.test;Ann\n', [[2, 'a@x.test', 'Ann']]],
    ['with a comma in a column name', 'email;name;"born, where"\na@x.test;Ann;Cork\n', [[2, 'a@x.test', 'Ann']]],
    ['with semicolons in a column name', 'a;b;c;d,email,name\n1,a@x.test,Ann\n', [[2, 'a@x.test', 'Ann']]],
  ];
  test.each(readable)('%s is read', async (_, csv, expected) => {
    const rows = await readAll({ csv });
    expect(rows.map(({ line, values }) => [line, values.email, values.name])).toEqual(expected);
    expect(rows.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
  });

  test.each(['\n', '\r\n'])(
    'tells the line that each row starts on, past empty lines and breaks inside quotes (%j)',
    async (eol) => {
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
      const rows = await readAll({ csv: lines.join(eol) });
      expect(rows.map(({ line }) => line)).toEqual([3, 7, 8, 10]);
      expect(rows[0]?.values.name).toBe(`one${eol}${eol}two`);
    },
  );

  test('may have columns named like what every object inherits', async () => {
    const [row] = await readAll({ csv: 'email,constructor,toString\na@x.test,C,T\n' });
    expect(row?.values).toEqual({ email: 'a@x.test', constructor: 'C', toString: 'T' });
  });

  const refused: [string, string, number | undefined, RegExp][] = [
    ['that is empty', '', undefined, /people\.csv is empty/],
    ['of nothing but a byte order mark', '\uFEFF', undefined, /people\.csv is empty/],
    ['of nothing but empty lines', '\n\n', undefined, /people\.csv is empty/],
    ['without an email column', 'name,city\nAnn,Cork\n', 1, /people\.csv, line 1: .*no column "email".*"name", "city"/],
    [
      'separated by something else',
      'email|name\na@x.test|Ann\n',
      1,
      /no column "email".*separated by commas, semicolons or tabs/,
    ],
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
    ['with a field too many, by a semicolon', 'email;name\na@x.test;A;B\n', 2, /A value that holds a semicolon must/],
    ['with a field too few', 'email,name\na@x.test,Ann\nb@x.test\n', 3, /line 3: 1 field where/],
    [
      'with a quote left open',
      'email,name\na@x.test,"Ann\n',
      2,
      /people\.csv is not valid CSV: .*line 2, a double quote is opened/,
    ],
    [
      'with a quote left open long before the end',
      `email,name\r\na@x.test,"A\r\nnn"\r\n\r\n\r\nb@x.test,"Bob\r\n${'c@x.test,C\r\n'.repeat(9)}`,
      6,
      /row that begins on line 6, a double quote is opened and never closed/,
    ],
    [
      'with a quote that swallows more than a row can be',
      `email,name\na@x.test,A\nb@x.test,"Bob\n${'c@x.test,C\n'.repeat(100_000)}`,
      3,
      /begins on line 3, there is more than 1 MB/,
    ],
    ['with text after a closing quote', 'email,name\na@x.test,"An"n\n', 2, /not valid CSV: .*line 2, .* written twice/],
    ['with a quote in the middle of a value', 'email,name\na@x.test,An"n"\n', 2, /not valid CSV: .*line 2, /],
  ];
  test.each(refused)('%s is refused, in the inspection as in the reading', async (_, csv, line, message) => {
    const name = await file('people.csv', csv);
    for (const run of [() => readAll(name), () => openRecipients(name).inspect()]) {
      const error = await refusal(run);
      expect(error.message).toMatch(message);
      expect(error.line).toBe(line);
    }
  });
});

describe('JSON Lines', () => {
  test('give values of any kind, with the line of each', async () => {
    const jsonl =
      '\uFEFF{"email":"a@x.test","tags":["x"],"n":1}\r\n\n  \n{"email":"b@x.test","who":{"name":"Łucja\\n"}}';
    expect(await readAll({ jsonl })).toEqual([
      { number: 1, line: 1, values: { email: 'a@x.test', tags: ['x'], n: 1 } },
      { number: 2, line: 4, values: { email: 'b@x.test', who: { name: 'Łucja\n' } } },
    ]);
  });

  test('have the names of all their rows for columns', async () => {
    const jsonl = '{"email":"a","x":1}\n{"y":1,"email":"b"}\n';
    expect(await openRecipients({ jsonl }).inspect()).toMatchObject({ rows: 2, columns: ['email', 'x', 'y'] });
  });

  const good = '{"email":"a@x.test"}\n';
  const refused: [string, string, number | undefined, RegExp][] = [
    ['that are empty', '\n \n', undefined, /people\.jsonl is empty/],
    ['with a broken line', `${good}{"email":\n`, 2, /people\.jsonl, line 2: this is not JSON; each line is one object/],
    ['with two objects on a line', `${good}${good.trim()}${good}`, 2, /line 2: this is not JSON/],
    ['with a list', `${good}["a@x.test"]\n`, 2, /line 2: a row must be an object.*, not a list/],
    ['with null', 'null', 1, /not null/],
    ['with a text', '"a@x.test"', 1, /not a string/],
    ['with a row that has no email', `${good}\n{"mail":"a@x.test"}`, 3, /line 3: there is no "email"/],
    ['with an email that is no text', '{"email":["a@x.test"]}', 1, /"email" must be text, not a list/],
    ['with a value named __proto__', '{"email":"a@x.test","__proto__":{}}', 1, /__proto__/],
    [
      'with lists in lists',
      `{"email":"a@x.test","x":${'['.repeat(90_000)}${']'.repeat(90_000)}}`,
      1,
      /more than 50 deep/,
    ],
    ['with a line that goes on and on', `${good}{"email":"${'a'.repeat(1024 * 1024)}"}`, 2, /line 2: it is longer/],
    [
      'with values for names',
      Array.from({ length: 1_100 }, (_, index) => `{"email":"a@x.test","${index}":1}`).join('\n'),
      1_000,
      /more than 1000 different names/,
    ],
  ];
  test.each(refused)('%s are refused', async (_, jsonl, line, message) => {
    const name = await file('people.jsonl', jsonl);
    for (const run of [() => readAll(name), () => openRecipients(name).inspect()]) {
      const error = await refusal(run);
      expect(error.message).toMatch(message);
      expect(error.line).toBe(line);
    }
  });
});

describe('objects', () => {
  const people = [{ email: 'a@x.test' }, { email: 'b@x.test', tags: ['x'] }];
  const expected = people.map((values, index) => ({ number: index + 1, line: index + 1, values }));

  test('of a list are its rows, as often as they are asked for', async () => {
    const source = openRecipients(people);
    expect(await source.inspect()).toBeUndefined();
    for (const _ of [1, 2]) expect(await collect(source.rows())).toEqual(expected);
  });

  test('of generators are read once, and a second reading is refused', async () => {
    function* some() {
      yield* people;
    }
    async function* later() {
      yield* people;
    }
    for (const input of [some(), later()]) {
      expect(await readAll(input)).toEqual(expected);
      expect((await refusal(() => readAll(input))).message).toMatch(/can be read only once/);
    }
  });

  test('are taken no faster than they are used, and the generator ends when nobody wants more', async () => {
    let made = 0;
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield { email: `${++made}@x.test` };
      } finally {
        ended = true;
      }
    }
    for await (const { number } of openRecipients(endless()).rows()) {
      expect(made).toBe(number);
      if (number === 3) break;
    }
    expect([made, ended]).toEqual([3, true]);
  });

  test.each([
    [['a@x.test'], /row 1: .*not a string/],
    [[{ email: 'a' }, null], /row 2: .*not null/],
    [[[]], /a list/],
  ])('that are none are refused: %j', async (items, message) => {
    expect((await refusal(() => readAll(items as object[]))).message).toMatch(message);
  });
});

describe('a file', () => {
  test('is told by its ending', async () => {
    const csv = 'email\na@x.test\n';
    for (const ending of ['.csv', '.CSV', '.tsv', '.txt']) {
      expect(openRecipients(await file(`people${ending}`, csv)).format).toBe('csv');
      expect(await readAll(await file(`people${ending}`, csv))).toHaveLength(1);
    }
    for (const ending of ['.jsonl', '.ndjson']) {
      expect(await readAll(await file(`people${ending}`, '{"email":"a@x.test"}'))).toHaveLength(1);
    }
    expect((await refusal(() => openRecipients('people.xlsx'))).message).toMatch(/people\.xlsx': .*\.csv/);
  });

  test('may be given as a URL, of a file only', async () => {
    const url = new URL(`file://${await file('url.csv', 'email\na@x.test\n')}`);
    expect(await readAll(url)).toHaveLength(1);
    expect(openRecipients(url).name).toBe(path.join(folder, 'url.csv'));
    expect((await refusal(() => openRecipients(new URL('https://x.test/a.csv')))).message).toMatch(/file: URL/);
  });

  test('that is not there, or is no file, is refused', async () => {
    const missing = path.join(folder, 'nowhere.csv');
    expect((await refusal(() => openRecipients(missing).inspect())).message).toBe(`There is no file '${missing}'`);
    expect((await refusal(() => readAll(missing))).message).toBe(`There is no file '${missing}'`);
  });

  test('has a digest of its bytes, the number of its rows and their columns', async () => {
    const csv = '\uFEFFemail;name\r\na@x.test;Ann\r\n\r\nb@x.test;Bob\r\n';
    expect(await openRecipients(await file('digest.csv', csv)).inspect()).toEqual({
      sha256: 'bad8d5354a1d88b555eae81028f5d80bed0df876f7bb10a0b1c49332fd889134',
      rows: 2,
      columns: ['email', 'name'],
    });
  });

  test('can be read anew, also when it was left in the middle', async () => {
    const source = openRecipients(await file('anew.csv', `email\n${'a@x.test\n'.repeat(50_000)}`));
    for await (const row of source.rows()) if (row.number === 3) break;
    let last = 0;
    for await (const row of source.rows()) last = row.number;
    expect(last).toBe((await source.inspect())?.rows);
  });

  test('is not read further when its inspection is aborted', async () => {
    const stop = new AbortController();
    const source = openRecipients(await file('aborted.csv', `email\n${'a@x.test\n'.repeat(500_000)}`));
    const inspection = source.inspect(stop.signal);
    stop.abort();
    await expect(inspection).rejects.toMatchObject({ name: 'AbortError' });
    await expect(source.inspect(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each([[undefined], [null], [5], [{}], [{ csv: 5 }]])('is not %j', async (input) => {
    expect((await refusal(() => openRecipients(input as never))).message).toMatch(/Recipients are the path of a file/);
  });
});

describe('the encoding of a file', () => {
  test('UTF-8 is read, its byte order mark removed', () => {
    expect(decodeUtf8(Buffer.from('\uFEFFŁódź'), 'f.csv')).toBe('Łódź');
    expect(['', 'a', '\uFEFF', 'Ł'].map((text) => decodeUtf8(Buffer.from(text), 'f.csv'))).toEqual(['', 'a', '', 'Ł']);
  });

  const utf16 = Buffer.from('\uFEFFemail\r\nann@example.com', 'utf16le');
  const refused: [string, Buffer, RegExp][] = [
    ['UTF-16 LE', utf16, /f\.csv looks like UTF-16.*iconv -f UTF-16 /],
    ['UTF-16 BE', Buffer.from(utf16).swap16(), /f\.csv looks like UTF-16.*iconv -f UTF-16 /],
    ['UTF-16 LE without a mark', utf16.subarray(2), /f\.csv looks like UTF-16.*iconv -f UTF-16LE /],
    ['UTF-16 BE without a mark', Buffer.from(utf16).swap16().subarray(2), /looks like UTF-16.*iconv -f UTF-16BE /],
    [
      'Latin-1',
      Buffer.from('email\r\na\r\nMüller', 'latin1'),
      /f\.csv, line 3: this is not UTF-8.*iconv -f WINDOWS-1252/,
    ],
    ['Latin-1 after a character that stands for bad ones', Buffer.from('efbfbd0afc0a', 'hex'), /line 2: this is not/],
    ['a cut-off character', Buffer.from('\nMüller').subarray(0, 3), /line 2: this is not UTF-8/],
    ['a NUL byte', Buffer.from('email,name\na@x.test,A\0nn\n'), /f\.csv, line 2: there is a NUL byte/],
  ];
  test.each(refused)('%s is refused, and how to convert is told', async (_, bytes, message) => {
    expect((await refusal(() => decodeUtf8(bytes, 'f.csv'))).message).toMatch(message);
  });

  test.each(refused)('%s is refused in a file of recipients of either kind', async (_, bytes, message) => {
    for (const name of ['f.csv', 'f.jsonl']) {
      const error = await refusal(async () => openRecipients(await file(name, bytes)).inspect());
      expect(error.message).toMatch(new RegExp(message.source.replace('f\\.csv', 'f\\.(csv|jsonl)')));
    }
  });

  test('a bad byte is found wherever it stands, with its line', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `a${index}@x.test,Müller ${index}\r\n`);
    const bytes = Buffer.from(`email,name\r\n${lines.join('')}`);
    for (const line of [2, 3_000, 39_999]) {
      const broken = Buffer.from(bytes);
      const start = Buffer.byteLength(`email,name\r\n${lines.slice(0, line - 2).join('')}`);
      broken[broken.indexOf('ü', start)] = 0xfc;
      const name = await file('broken.csv', broken);
      expect((await refusal(() => openRecipients(name).inspect())).line).toBe(line);
    }
  });

  test('a path that a shell would take apart is quoted', async () => {
    const { message } = await refusal(() => decodeUtf8(Buffer.from([0xfc]), 'my list.csv'));
    expect(message).toContain("iconv -f WINDOWS-1252 -t UTF-8 'my list.csv' >");
  });
});

test.each<[string, RecipientsInput]>([
  ['a column of a ragged file', { csv: 'email,\u001b[2J\u202e\na@x.test\n' }],
  ['a header without an email', { csv: 'post,\u0007\n' }],
])('%s commands no terminal through its error', async (_, input) => {
  const error = await openRecipients(input)
    .inspect()
    .catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(BulkInputError);
  expect((error as Error).message).toMatch(/\\u00(?:1b|07)/);
  expect((error as Error).message).not.toMatch(/[\p{Cc}\u202e]/u);
});
