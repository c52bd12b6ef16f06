import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { compileListHeaders, type MannersOptions } from '../../../src/bulk/list-headers/list-headers.js';

const rowOf = (values: Record<string, unknown>) => ({ number: 1, line: 2, values });

/** The header fields that Nodemailer writes, unfolded, and the lines as they are. */
async function written(options: MannersOptions, values: Record<string, unknown> = {}) {
  const headers = compileListHeaders(options)(rowOf(values));
  const mail = { from: 'a@x.test', to: 'b@x.test', text: 'T', headers };
  const raw = (await new MailComposer(mail).compile().build()).toString('latin1');
  const [section = ''] = raw.split('\r\n\r\n', 1);
  const fields = section.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  return { fields, lines: section.split('\r\n') };
}

const fieldOf = ({ fields }: { fields: string[] }, name: string) =>
  fields
    .filter((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((field) => field.slice(name.length + 2));

describe('unsubscribing', () => {
  test('by one click needs both headers, as RFC 8058 writes them', async () => {
    const mail = await written({ unsubscribe: { url: 'https://x.test/u/{{id}}?list=a' } }, { id: 'k7' });
    expect(fieldOf(mail, 'List-Unsubscribe')).toEqual(['<https://x.test/u/k7?list=a>']);
    expect(fieldOf(mail, 'List-Unsubscribe-Post')).toEqual(['List-Unsubscribe=One-Click']);
  });

  test('by mail stands after the page, and alone has no one-click header', async () => {
    const mailto = 'leave+{{id}}@x.test?subject=leave%20{{who}}';
    const values = { id: 'k7', who: 'a b' };
    const address = '<mailto:leave+k7@x.test?subject=leave%20a%20b>';
    const both = await written({ unsubscribe: { url: 'https://x.test/u', mailto } }, values);
    expect(fieldOf(both, 'List-Unsubscribe')).toEqual([`<https://x.test/u>, ${address}`]);
    const alone = await written({ unsubscribe: { mailto: `mailto:${mailto}` } }, values);
    expect(fieldOf(alone, 'List-Unsubscribe')).toEqual([address]);
    expect(fieldOf(alone, 'List-Unsubscribe-Post')).toEqual([]);
  });

  test('by mail is refused where a row makes its address another', () => {
    const headers = compileListHeaders({ unsubscribe: { mailto: 'leave+{{id}}@x.test' } });
    expect(() => headers(rowOf({ id: 'k 7' }))).toThrow('the address is a string of 16 characters, which has a space');
    expect(() => headers(rowOf({ id: 'a@b.test,' }))).toThrow('holds more than one address');
  });

  test('needs no one-click header where the server does not take it', async () => {
    const mail = await written({ unsubscribe: { url: 'https://x.test/u', oneClick: false } });
    expect(fieldOf(mail, 'List-Unsubscribe-Post')).toEqual([]);
  });

  test('encodes what a row holds, so that it stays in its place', async () => {
    const id = 'a/b?c=d&e#f>, <mailto:eve@x.test>\r\nBcc: eve@x.test é😀';
    const mail = await written({ unsubscribe: { url: 'https://x.test/u?i={{id}}' } }, { id });
    const [value = ''] = fieldOf(mail, 'List-Unsubscribe');
    expect(new URL(value.slice(1, -1)).searchParams.get('i')).toBe(id);
    expect(value).toMatch(/^<[!-~]+>$/);
    expect(fieldOf(mail, 'Bcc')).toEqual([]);
  });

  test('takes a whole address from a column as it is', async () => {
    const mail = await written({ unsubscribe: { url: '{{{leave}}}' } }, { leave: 'https://x.test/u?a=b%20c' });
    expect(fieldOf(mail, 'List-Unsubscribe')).toEqual(['<https://x.test/u?a=b%20c>']);
  });

  test('encodes other letters than ASCII in the template itself', async () => {
    const mail = await written({ unsubscribe: { url: 'https://münchen.test/ü?a={{a}}' } }, { a: 1 });
    expect(fieldOf(mail, 'List-Unsubscribe')).toEqual(['<https://xn--mnchen-3ya.test/%C3%BC?a=1>']);
  });

  test.each([100, 500, 900])('leaves an address of %i characters on one line', async (length) => {
    const token = 'k'.repeat(length);
    const options = { unsubscribe: { url: 'https://x.test/{{token}}', mailto: 'leave@x.test?subject={{token}}' } };
    const { lines } = await written(options, { token });
    expect(lines).toContain(`List-Unsubscribe: <https://x.test/${token}>,`);
    expect(lines).toContain(` <mailto:leave@x.test?subject=${token}>`);
  });

  const wrongRows: [string, string, Record<string, unknown>, RegExp][] = [
    ['lacks the column', 'https://x.test/{{token}}', { id: 1 }, /there is no "token" \(there is: id\)/],
    ['has half a character', 'https://x.test/{{id}}', { id: '\ud83d' }, /half a character/],
    ['has a list', 'https://x.test/{{id}}', { id: [1] }, /a list or an object cannot be printed/],
    ['is no https address', '{{{id}}}', { id: 'http://x.test/' }, /does not begin with https:/],
    ['has no slashes', '{{{id}}}', { id: 'https:x.test' }, /does not begin with https:/],
    ['has no host', '{{{id}}}', { id: 'https:///x.test' }, /does not begin with https:/],
    ['is a script', '{{{id}}}', { id: 'javascript:alert(1)' }, /does not begin with https:/],
    ['is empty', '{{{id}}}', { id: '' }, /is empty/],
    [
      'adds an address',
      '{{{id}}}',
      { id: 'https://x.test/>,<mailto:eve@x.test' },
      /a character that addresses cannot have/,
    ],
    ['breaks the line', '{{{id}}}', { id: 'https://x.test/\r\nBcc: eve@x.test' }, /a line break/],
    ['has a space', '{{{id}}}', { id: 'https://x.test/a b' }, /write a space as %20/],
    ['has a comma', '{{{id}}}', { id: 'https://x.test/a,b' }, /write it as %2C/],
    ['has a bare percent sign', '{{{id}}}', { id: 'https://x.test/100%' }, /write it as %25/],
    ['has a password', '{{{id}}}', { id: 'https://a:b@x.test/' }, /user name or password/],
    ['does not fit on a line', 'https://x.test/{{id}}', { id: 'k'.repeat(990) }, /is longer than the \d+ characters/],
  ];
  test.each(wrongRows)('is refused where the row %s', (_, url, values, message) => {
    const headers = compileListHeaders({ unsubscribe: { url } });
    expect(() => headers(rowOf(values))).toThrow(message);
  });

  const wrongOptions: [string, NonNullable<MannersOptions['unsubscribe']>, RegExp][] = [
    ['neither page nor address', {}, /needs a url, a mailto, or both/],
    ['one click without a page', { mailto: 'a@x.test', oneClick: true }, /oneClick needs unsubscribe.url/],
    ['a page without https', { url: 'http://x.test/u' }, /does not begin with https/],
    ['no address', { mailto: 'leave' }, /has no @/],
    ['an unknown helper', { url: 'https://x.test/{{upper id}}' }, /there is no helper "upper"/],
    ['an unclosed template', { url: 'https://x.test/{{id' }, /unsubscribe.url cannot be used/],
    ['an empty page', { url: '' }, /unsubscribe.url is empty/],
  ];
  test.each(wrongOptions)('is refused with %s', (_, unsubscribe, message) => {
    expect(() => compileListHeaders({ unsubscribe })).toThrow(BulkInputError);
    expect(() => compileListHeaders({ unsubscribe })).toThrow(message);
  });
});

describe('the name of a list', () => {
  test.each([
    ['news.example.com', '<news.example.com>'],
    ['<news.example.com>', '<news.example.com>'],
    ['News of "X" <news.example.com>', '"News of \\"X\\"" <news.example.com>'],
    ['"News" <news.example.com>', '"News" <news.example.com>'],
  ])('%s', async (listId, value) => {
    expect(fieldOf(await written({ listId }), 'List-Id')).toEqual([value]);
  });

  test('is encoded where it is not ASCII, in words that are no longer than allowed', async () => {
    const name = 'Nachrichten für Zürich 😀 '.repeat(6).trim();
    const { lines, fields } = await written({ listId: `${name} <news.example.com>` });
    const [value = ''] = fieldOf({ fields }, 'List-Id');
    const words = value.split(' ').slice(0, -1);
    const text = words
      .map((word) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString())
      .join('');
    expect(text).toBe(name);
    expect(words.every((word) => word.length <= 75)).toBe(true);
    expect(lines.every((line) => line.length <= 100)).toBe(true);
  });

  test.each([
    'news',
    'news@example.com',
    'a b.example.com',
    'news..x',
    'News\r\nBcc: e@x.test <n.x.test>',
    `n.${'x'.repeat(255)}`,
    '=?utf-8?q?a?= <n.x.test>',
    '<a.b> <c.d>',
    `${'News of Example '.repeat(30)}<n.x.test>`,
  ])('%j is refused', (listId) => {
    expect(() => compileListHeaders({ listId })).toThrow(/^The option listId is /);
  });
});

describe('automatic answers', () => {
  test('are suppressed, but for the bounces that a run wants to read', async () => {
    expect(fieldOf(await written({}), 'X-Auto-Response-Suppress')).toEqual(['DR, RN, NRN, OOF, AutoReply']);
  });

  test('are chosen by their names, or left alone', async () => {
    expect(fieldOf(await written({ autoResponseSuppress: 'oof,  all' }), 'X-Auto-Response-Suppress')).toEqual([
      'OOF, All',
    ]);
    expect(fieldOf(await written({ autoResponseSuppress: false }), 'X-Auto-Response-Suppress')).toEqual([]);
    expect(() => compileListHeaders({ autoResponseSuppress: 'OOO' })).toThrow(
      'has a string of 3 characters; it knows DR, NDR',
    );
  });
});

describe('other headers', () => {
  test('are written for every mail', async () => {
    const mail = await written({
      headers: { 'Reply-To': 'sales@x.test', 'Feedback-ID': '1:a:b:c', 'X-Ort': 'Zürich' },
    });
    expect(fieldOf(mail, 'Reply-To')).toEqual(['sales@x.test']);
    expect(fieldOf(mail, 'Feedback-ID')).toEqual(['1:a:b:c']);
    expect(fieldOf(mail, 'X-Ort')).toEqual(['=?UTF-8?Q?Z=C3=BCrich?=']);
  });

  test.each([
    'From',
    'to',
    'CC',
    'Bcc',
    'Apparently-To',
    'Sender',
    'Subject',
    'Date',
    'Message-ID',
    'MIME-Version',
    'Content-Type',
    'content-transfer-encoding',
    'Received',
    'Return-Path',
    'Resent-To',
    'DKIM-Signature',
    'X A',
    'X:A',
    'X-A\r\nBcc',
    '',
    '__proto__',
  ])('cannot be named %j', (name) => {
    expect(() => compileListHeaders({ headers: Object.fromEntries([[name, 'x']]) })).toThrow(/^The option headers: /);
  });

  test.each(['List-Unsubscribe', 'list-unsubscribe-post', 'List-ID', 'X-Auto-Response-Suppress'])(
    'name no %s, since there is an option for it',
    (name) => {
      expect(() => compileListHeaders({ headers: { [name]: 'x' } })).toThrow(/there is the option/);
    },
  );

  test.each(['', ' ', 'a\r\nBcc: b@x.test', 'a\nb', 'a\0', '=?utf-8?q?=0A?=', 'k'.repeat(901)])(
    'cannot say %j',
    (value) => {
      expect(() => compileListHeaders({ headers: { 'X-A': value } })).toThrow(BulkInputError);
    },
  );

  test('cannot stand there twice', () => {
    expect(() => compileListHeaders({ headers: { 'X-A': '1', 'x-a': '2' } })).toThrow('"x-a" is there twice');
  });
});
