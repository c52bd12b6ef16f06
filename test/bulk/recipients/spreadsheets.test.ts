import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkRecipients } from '../../../src/bulk/checks/check-recipients.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { openTemplate } from '../../../src/bulk/template/input.js';
import { collect, refusal } from './support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spreadsheets-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Person {
  first: string;
  last: string;
  city: string;
  email: string;
}

interface Language {
  /** First name, last name, city, address. */
  header: [string, string, string, string];
  /** As the system's list separator is. */
  separator: ',' | ';';
  outlook: string[];
  title: string;
  people: Person[];
}

const nbsp = '\u00a0';

const people = (...rows: [string, string, string, string][]): Person[] =>
  rows.map(([first, last, city, email]) => ({ first, last, city, email }));

const languages: Record<string, Language> = {
  English: {
    header: ['First Name', 'Last Name', 'City', 'E-mail Address'],
    separator: ',',
    outlook: ['E-mail Address', 'E-mail Type', 'E-mail Display Name', 'E-mail 2 Address', 'E-mail 2 Type'],
    title: 'Customers, 2026',
    people: people(
      ['Zoë', 'O’Neill', 'Cork', 'zoe@x.example'],
      ['Ann "Nan"', 'Smith, Jr.', '=HYPERLINK("https://x.example","map")', 'ann@x.example'],
      ['Bob', 'Lee', '', `bob@x.example${nbsp}`],
      ['Cy', 'Poe', '12 High St\nLeeds', '  cy@x.example '],
    ),
  },
  German: {
    header: ['Vorname', 'Nachname', 'Ort', 'E-Mail-Adresse'],
    separator: ';',
    outlook: ['E-Mail-Adresse', 'E-Mail-Typ', 'E-Mail: Angezeigter Name', 'E-Mail 2: Adresse', 'E-Mail 2: Typ'],
    title: 'Kundenliste; Stand 30.11.2026',
    people: people(
      ['Jürgen', 'Müller; Söhne', 'Köln', 'juergen@x.example'],
      ['Anna "Anni"', 'Groß', '=1+1', `${nbsp}anna@x.example`],
      ['Jörg', 'Weiß', '', 'joerg@x.example'],
      ['Käthe', 'Lang', 'Hauptstraße 1\nUlm', 'kaethe@x.example'],
    ),
  },
  French: {
    header: ['Prénom', 'Nom', 'Ville', 'Adresse de messagerie'],
    separator: ';',
    outlook: ['Adresse de messagerie', 'Type de messagerie', 'Nom complet', 'Adresse de messagerie 2', 'Type 2'],
    title: 'Fichier clients',
    people: people(
      ['Zoé', 'Lefèvre', 'Orléans', 'zoe@x.example'],
      ['Éric', "d'Arc; fils", '', ' eric@x.example'],
      ['Anaïs', 'Noël', '1, rue "Haute"', 'anais@x.example'],
    ),
  },
  Spanish: {
    header: ['Nombre', 'Apellidos', 'Ciudad', 'Correo electrónico'],
    separator: ';',
    outlook: [
      'Dirección de correo electrónico',
      'Tipo',
      'Nombre de pantalla',
      'Dirección de correo electrónico 2',
      'Tipo 2',
    ],
    title: 'Clientes',
    people: people(
      ['José', 'Ibáñez', 'León', 'jose@x.example'],
      ['Begoña', 'Peña; Ruiz', 'Calle Mayor 2\nCádiz', 'begona@x.example'],
      ['Íñigo', 'Núñez', '', `inigo@x.example${nbsp} `],
    ),
  },
  Italian: {
    header: ['Nome', 'Cognome', 'Città', 'Indirizzo di posta elettronica'],
    separator: ';',
    outlook: ['Indirizzo posta elettronica', 'Tipo', 'Nome visualizzato', 'Indirizzo posta elettronica 2', 'Tipo 2'],
    title: 'Clienti',
    people: people(
      ['Niccolò', 'Dell’Acqua', 'Forlì', 'niccolo@x.example'],
      ['Desirée', 'Rossi; figli', '-3', 'desiree@x.example'],
      ['Però', 'Verdì', 'Via "A"\nRoma', 'pero@x.example'],
    ),
  },
};

interface Writing {
  separator: string;
  eol: string;
  /** Which fields are in quotes although they need not be. */
  quotes?: 'needed' | 'all' | 'text';
  lastEol?: boolean;
}

/** A table as text. Every one of these programs quotes what holds its separator, a quote or a line break. */
function written(rows: readonly (readonly string[])[], { separator, eol, quotes = 'needed', lastEol = true }: Writing) {
  const field = (text: string) => {
    const wanted = quotes === 'all' || (quotes === 'text' && text !== '');
    const needed = [separator, '"', '\n', '\r'].some((one) => text.includes(one));
    return wanted || needed ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(field).join(separator)).join(eol) + (lastEol ? eol : '');
}

interface SheetFile {
  name?: string;
  bytes: Buffer;
  /** The column of the last name, which tells whose mail it is. */
  last: string;
  expected: Person[];
  /** Rows that hold nothing. */
  empty?: number;
  refused?: RegExp;
}

const table = ({ header, people: all }: Language) => [
  header,
  ...all.map(({ first, last, city, email }) => [first, last, city, email]),
];

/** WINDOWS-1252 as far as these texts go. */
const ansi = (text: string) => Buffer.from(text.replaceAll('’', '\x92'), 'latin1');
const utf8 = (text: string) => Buffer.from(text);
const marked = (text: string) => Buffer.from(`\uFEFF${text}`);
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

const programs: Record<string, (language: Language) => SheetFile> = {
  'Excel, CSV UTF-8': (l) => given(l, marked(written(table(l), { separator: l.separator, eol: '\r\n' }))),
  'Excel, CSV of the system’s code page': (l) => ({
    ...given(l, ansi(written(table(l), { separator: l.separator, eol: '\r\n' }))),
    refused:
      /line [123]: this is not UTF-8\. Save it as UTF-8 \(in Excel: "CSV UTF-8"\), or convert it: iconv -f WINDOWS/,
  }),
  'Excel, Unicode Text': (l) => ({
    ...given(l, utf16(written(table(l), { separator: '\t', eol: '\r\n' }))),
    name: 'f.txt',
    refused: /looks like UTF-16.*iconv -f UTF-16 /,
  }),
  'Excel, CSV for Macintosh, in ASCII': (l) => {
    const plain: Language = {
      ...l,
      header: ['First', 'Last', 'City', 'E-Mail'],
      people: l.people.map((one, index) => ({
        ...one,
        first: 'A',
        last: `L${index}`,
        city: '',
        email: one.email.trim(),
      })),
    };
    return given(plain, utf8(written(table(plain), { separator: l.separator, eol: '\r' })));
  },
  'Excel, with columns that were formatted and never filled': (l) =>
    given(
      l,
      marked(
        written(
          table(l).map((row) => [...row, '', '', '']),
          { separator: l.separator, eol: '\r\n' },
        ),
      ),
    ),
  'Excel, with a column of notes that nobody named, all empty but for spaces': (l) =>
    given(
      l,
      marked(
        written(
          table(l).map((row, index) => [...row, index === 2 ? nbsp : '']),
          { separator: l.separator, eol: '\r\n' },
        ),
      ),
    ),
  'Excel, with rows that were cleared, in the middle and at the end': (l) => {
    const rows = table(l);
    const all = [...rows.slice(0, 2), ['', '', '', ''], ...rows.slice(2), ...Array(40).fill(['', '', '', ''])];
    return { ...given(l, marked(written(all, { separator: l.separator, eol: '\r\n' }))), empty: 41 };
  },
  'Excel, with a first line that says the separator': (l) =>
    given(l, marked(`sep=|\r\n${written(table(l), { separator: '|', eol: '\r\n' })}`)),
  'Excel, with a title above the header': (l) => {
    const all = [[l.title, '', '', ''], ['', '', '', ''], ...table(l)];
    return {
      ...given(l, marked(written(all, { separator: l.separator, eol: '\r\n' }))),
      refused: new RegExp(
        `line 1: .*The line with "${l.header[0]}".* looks like the header: remove what stands above it`,
      ),
    };
  },
  Numbers: (l) => given(l, utf8(written(table(l), { separator: l.separator, eol: '\n', lastEol: false }))),
  'Numbers, with the name of the table': (l) => ({
    ...given(l, utf8(written([['Table 1', '', '', ''], ...table(l)], { separator: l.separator, eol: '\n' }))),
    refused: /line 1: .*looks like the header: remove what stands above it/,
  }),
  'LibreOffice, all text in quotes': (l) =>
    given(l, utf8(written(table(l), { separator: ',', eol: '\n', quotes: 'text' }))),
  'LibreOffice, tabs': (l) => ({
    ...given(l, utf8(written(table(l), { separator: '\t', eol: '\n', quotes: 'text' }))),
    name: 'f.tsv',
  }),
  'Google Sheets, CSV': (l) => given(l, utf8(written(table(l), { separator: ',', eol: '\r\n', lastEol: false }))),
  'Google Sheets, TSV, which has no line breaks in cells': (l) => {
    const flat = {
      ...l,
      people: l.people.map((one) => ({ ...one, city: one.city.replaceAll('\n', ' ').replaceAll('"', '') })),
    };
    const free = { ...flat, people: flat.people.map((one) => ({ ...one, first: one.first.replaceAll('"', '') })) };
    return {
      ...given(free, utf8(written(table(free), { separator: '\t', eol: '\r\n', lastEol: false }))),
      name: 'f.tsv',
    };
  },
  Outlook: (l) => {
    const [first, last] = l.header;
    const rows = l.people.map((one, index) => [
      ...['', one.first, one.last, one.email, 'SMTP', `${one.first} <${one.email.trim()}>`],
      // A second address, of somebody else.
      ...[index === 1 ? 'assistant@x.example' : '', index === 1 ? 'SMTP' : '', one.city],
    ]);
    const head = ['X', first, last, ...l.outlook, 'Y'];
    return given(l, utf8(written([head, ...rows], { separator: ',', eol: '\r\n', quotes: 'all' })));
  },
  'Google Contacts': (l) => {
    const head = ['First Name', 'Last Name', 'Labels', 'E-mail 1 - Label', 'E-mail 1 - Value'];
    const rows = l.people.map((one, index) => [
      ...[
        one.first,
        one.last,
        '* myContacts',
        '* Work',
        one.email,
        'Home',
        index === 0 ? 'home@x.example' : '',
        one.city,
      ],
    ]);
    const all = [[...head, 'E-mail 2 - Label', 'E-mail 2 - Value', 'Address 1 - City'], ...rows];
    return { ...given(l, utf8(written(all, { separator: ',', eol: '\n' }))), last: 'Last Name' };
  },
};

function given(language: Language, bytes: Buffer): SheetFile {
  return { bytes, last: language.header[1], expected: language.people };
}

const files = Object.entries(programs).flatMap(([program, write]) =>
  Object.entries(languages).map(([name, language]) => [program, name, write(language)] as const),
);

test('there are at least 60 of these files', () => {
  expect(files.length).toBeGreaterThanOrEqual(60);
});

describe.each(Object.keys(programs))('what is written by %s', (program) => {
  test.each(files.filter(([of]) => of === program))(
    '(%s, %s) goes to its own people, and nobody is lost',
    async (_, __, file) => {
      const name = path.join(folder, file.name ?? 'f.csv');
      await writeFile(name, file.bytes);
      const source = openRecipients(name);
      if (file.refused) {
        const error = await refusal(() => source.inspect());
        expect(error.message).toMatch(file.refused);
        return;
      }
      const rows = await collect(source.rows());
      expect(rows.map(({ values }) => [values.email, values[file.last]])).toEqual(
        file.expected.map(({ email, last }) => [email.trim(), last]),
      );
      const inspected = await source.inspect();
      expect([inspected?.rows, inspected?.emptyRows?.count ?? 0]).toEqual([file.expected.length, file.empty ?? 0]);
      const template = await openTemplate(({ [file.last]: last }) => ({ subject: `For ${last}`, text: 'Hello' }));
      const report = await checkRecipients({ recipients: source, template });
      expect([report.rows, report.ready, report.problems]).toEqual([file.expected.length, file.expected.length, []]);
      const notes = report.warnings.filter(({ kind }) => kind === 'empty-rows').map(({ rows }) => rows);
      expect(notes).toEqual(file.empty ? [file.empty] : []);
    },
  );
});

type Mails = [line: number, email: string][];

describe('the column of the address', () => {
  const found: [string, string, string, string?][] = [
    ...['Email', 'EMAIL', 'E-Mail', 'e-mail', 'E_Mail', 'Email Address', 'E-mail address:', 'Mail', 'E-mail 1 - Value'],
    ...[
      'Primary Email',
      'E-Mail-Adresse',
      'Mailadresse',
      'E-Mail 1: Adresse',
      'Adresse de messagerie',
      'Adresse e-mail',
    ],
    ...['Adresse email', 'Courriel', 'COURRIEL', 'Adresse électronique', 'Correo electrónico', 'CORREO ELECTRONICO'],
    ...['Dirección de correo electrónico', 'Correo', 'Indirizzo di posta elettronica', 'Indirizzo posta elettronica'],
    ...['Posta elettronica', 'Indirizzo email', `E-mail${nbsp}Address`, 'Correo electro\u0301nico'],
  ].map((name): [string, string, string] => [name, `Name;${name};Note, long\n`, name]);
  found.push(
    ['the exact name goes before others', 'E-Mail,email,Mail\n', 'email'],
    ['the first goes before further ones', 'E-mail 2 Address,E-mail Address,E-mail 3 Address\n', 'E-mail Address'],
    ['types and names of addresses are none', 'E-mail Type,E-mail Display Name,E-mail Address\n', 'E-mail Address'],
    ['named by the option', 'E-mail Address,E-mail 2 Address\n', 'E-mail 2 Address', 'E-mail 2 Address'],
    ['named by the option in other letters', 'Work mail,Private mail\n', 'Private mail', ' private-mail '],
    ['named by the option, which also tells the separator', 'Kontakt;Ort, Land, Plz\n', 'Kontakt', 'Kontakt'],
    ['named by the option although there is one of the usual name', 'email,Work\n', 'Work', 'Work'],
  );
  test.each(found)('%s', async (_, header, expected, emailColumn) => {
    const separator = header.includes(';') ? ';' : ',';
    const names = header.trim().split(separator);
    const cells = names.map((name, index) =>
      name.trim() === expected ? 'right@x.example' : `wrong${index}@x.example`,
    );
    const source = openRecipients({ csv: `${header}${cells.join(separator)}\n` }, { emailColumn });
    const [row] = await collect(source.rows());
    expect(row?.values.email).toBe('right@x.example');
    expect(row?.values[expected]).toBe('right@x.example');
    // A report shows the columns of the file, each with its own values.
    for (const column of (await source.inspect())?.columns ?? []) {
      expect(row?.values[column]).toBe(cells[names.indexOf(column)]);
    }
  });

  const refused: [string, string, RegExp, string?][] = [
    [
      'two of the first kind',
      'E-Mail,Mail\n',
      /line 1: the columns "E-Mail" and "Mail" may each .* the option emailColumn$/,
    ],
    ['one name in capitals and not', 'Email,EMAIL\n', /the columns "Email" and "EMAIL" may each/],
    ['further ones alone', 'Name,E-mail 2 Address\n', /no first e-mail address, only "E-mail 2 Address"/],
    ['none', 'Name;Ort\n', /names no column "email", only "Name", "Ort".*the option emailColumn says which/],
    [
      'another than the option says',
      'email,Werk\n',
      /no column "Wrek", .*only "email", "Werk"; did you mean "Werk"\?/,
      'Wrek',
    ],
    ['no header', 'ann@x.example,Ann\n', /looks like a row, and not like a header/],
  ];
  test.each(refused)('%s is refused', async (_, csv, message, emailColumn) => {
    expect((await refusal(() => openRecipients({ csv }, { emailColumn }).inspect())).message).toMatch(message);
  });

  test('is a name of values in JSON Lines and objects', async () => {
    const people = [{ email: 'old@x.example', work: 'a@x.example' }];
    for (const input of [people, { jsonl: JSON.stringify(people[0]) }]) {
      const [row] = await collect(openRecipients(input, { emailColumn: 'work' }).rows());
      expect(row?.values).toEqual({ email: 'a@x.example', work: 'a@x.example' });
    }
    const inspected = await openRecipients({ jsonl: JSON.stringify(people[0]) }, { emailColumn: 'work' }).inspect();
    expect(inspected?.columns).toEqual(['work']);
    const missing = await refusal(() =>
      openRecipients({ jsonl: '{"email":"a@x.example"}' }, { emailColumn: 'work' }).inspect(),
    );
    expect(missing.message).toMatch(/line 1: there is no "work"/);
    const [row] = await collect(openRecipients([{ email: 'a@x.example' }], { emailColumn: 'work' }).rows());
    expect(row?.values.email).toBeUndefined();
  });
});

describe('a list that somebody put together by hand', () => {
  const read: [string, string, Mails, number?][] = [
    ['with trailing separators in the header alone', 'email,name,,\na@x.example,A\n', [[2, 'a@x.example']]],
    ['with trailing separators in rows alone', 'email,name\na@x.example,A,,,\n', [[2, 'a@x.example']]],
    ['with a row of spaces', 'email,name\n , \na@x.example,A\n', [[3, 'a@x.example']], 1],
    ['with an empty row of another width', 'email,name\n,,,,\n,\na@x.example,A\n', [[4, 'a@x.example']], 2],
    ['with empty rows above the header', ',\n,\nemail,name\na@x.example,A\n', [[4, 'a@x.example']], 2],
    ['with quoted emptiness', 'email,name\n"",""\na@x.example,A\n', [[3, 'a@x.example']], 1],
    ['with a line sep=', 'sep=;\nemail;name\na@x.example;A, B\n', [[3, 'a@x.example']]],
    ['with that line in quotes and capitals', '"SEP=;"\r\nemail;name\r\na@x.example;A\r\n', [[3, 'a@x.example']]],
    ['with that line and a tab', 'sep=\t\nemail\tname\na@x.example\tA;B,C\n', [[3, 'a@x.example']]],
    ['with that line filled up to the width of the table', 'sep=;;\nemail;name\na@x.example;A\n', [[3, 'a@x.example']]],
    ['with a person called Mail', 'email,name\na@x.example,Mail\n', [[2, 'a@x.example']]],
    ['with a column that says "Email" of a row without address', 'email,a,b\n,Bob,Email\n', [[2, '']]],
    ['with an address at .email', 'email\na@x.email\n', [[2, 'a@x.email']]],
  ];
  test.each(read)('%s is read', async (_, csv, mails, empty = 0) => {
    const source = openRecipients({ csv });
    const rows = await collect(source.rows());
    expect(rows.map(({ line, values }) => [line, values.email])).toEqual(mails);
    const inspected = await source.inspect();
    expect([inspected?.rows, inspected?.emptyRows?.count ?? 0]).toEqual([mails.length, empty]);
  });

  const refused: [string, string, number, RegExp][] = [
    [
      'a second header',
      'email,name\na@x.example,A\nemail,name\nb@x.example,B\n',
      3,
      /this is a second header.*put together/,
    ],
    ['one in capitals', 'Email,Name\na@x.example,A\nEMAIL,NAME\n', 3, /second header/],
    ['one in another order', 'email,name\na@x.example,A\nName,E-Mail\nB,b@x.example\n', 3, /second header/],
    ['one of other columns', 'email,name\nFirst name,E-mail address\nB,b@x.example\n', 2, /second header/],
    [
      'a second header with a mark',
      'email,name\na@x.example,A\n\uFEFFemail,name\nb@x.example,B\n',
      3,
      /byte order mark/,
    ],
    ['one in quotes', 'email,name\na@x.example,A\n\uFEFF"email","name"\n', 3, /byte order mark stands here/],
    [
      'one without a line break before',
      'email,name\na@x.example,A\uFEFFemail,name\nb@x.example,B\n',
      2,
      /byte order mark/,
    ],
    ['the same without a mark', 'email,name\na@x.example,Aemail,name\nb@x.example,B\n', 2, /"Aemail" ends in "email"/],
    [
      'the same of one column',
      'email\na@x.example\nb@x.exampleemail\nc@x.example\n',
      3,
      /"b@x.exampleemail" ends in "email"/,
    ],
    [
      'a value in a column without a name',
      'email,name,,\na@x.example,A,,x\n',
      2,
      /4 fields .*; a column with values, as column 4, must/,
    ],
    [
      'a row that a line break cut in two',
      'email,name,city\na@x.example,A\nB,Cork\n',
      2,
      /2 fields where the header names 3/,
    ],
    ['an unnamed column in the middle', 'email,,name\n', 1, /column 2 has no name/],
    [
      'a formula without quotes around it',
      'email,zip\na@x.example,="00123"\n',
      2,
      /not valid CSV: .*a double quote stands/,
    ],
  ];
  test.each(refused)('%s is refused with its line', async (_, csv, line, message) => {
    const error = await refusal(() => openRecipients({ csv }).inspect());
    expect(error.message).toMatch(message);
    expect(error.line ?? Number(/line (\d+)/.exec(error.message)?.[1])).toBe(line);
  });
});
