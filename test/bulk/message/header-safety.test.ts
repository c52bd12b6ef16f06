import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import type { MannersOptions } from '../../../src/bulk/list-headers/list-headers.js';
import { createRowComposer, type RowMail } from '../../../src/bulk/message/compose-row.js';
import { openTemplate, type TemplateInput } from '../../../src/bulk/template/input.js';

const sources = {
  subject: 'To {{name}} in {{{city}}}',
  html: '<p title="{{name}}">{{city}}</p>',
  text: '{{name}}',
};
const listHeaders = {
  unsubscribe: { url: 'https://x.test/u?n={{name}}&c={{city}}', mailto: 'leave@x.test?subject={{city}}' },
};
const template = await openTemplate(sources);
const composer = createRowComposer({ template, listHeaders });

const expectedHeaders = [
  'content-type',
  'date',
  'from',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'message-id',
  'mime-version',
  'subject',
  'to',
  'x-auto-response-suppress',
];
const nasty = [
  '\r\n',
  '\n',
  '\r',
  'Bcc: eve@x.test',
  ':',
  '"',
  '\\',
  '<',
  '>',
  ',',
  ';',
  '=?utf-8?Q?=0D=0ABcc:?=',
  '=?utf-8?Q?',
  '?=',
  '\u2028',
  '@',
  ' ',
  'é',
  '😀',
  '\0',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc
    .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 8 })), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

async function composeWith(make: typeof composer, values: Record<string, unknown>): Promise<RowMail | undefined> {
  try {
    return (await make.compose({ number: 1, line: 2, values }, { address: 'news@example.org' })).message;
  } catch (error) {
    if (error instanceof BulkInputError) return undefined;
    throw error;
  }
}

const tryCompose = (values: Record<string, unknown>) => composeWith(composer, values);

const unescapeHtml = (html: string) =>
  html
    .replace(/&#x([\dA-F]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

async function compose(message: RowMail): Promise<{ raw: Buffer; headers: string[] }> {
  const raw = await new MailComposer(message).compile().build();
  const [section = ''] = raw.toString('latin1').split('\r\n\r\n', 1);
  const lines = section.split(/\r\n|\r|\n/).filter((line) => !/^[ \t]/.test(line));
  const names = lines.map((line) => line.split(':', 1)[0]?.toLowerCase() ?? '').sort();
  return { raw, headers: names.filter((name) => name !== 'content-transfer-encoding') };
}

/** Each value stands where it was put, and adds nothing. */
function expectUnsubscribing(headers: { key: string; value: string }[], name: string, city: string): void {
  const value = headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
  const uris = value.split(', ').map((uri) => new URL(uri.slice(1, -1)));
  expect(uris.map(({ protocol, host, pathname }) => protocol + host + pathname)).toEqual([
    'https:x.test/u',
    'mailto:leave@x.test',
  ]);
  expect([...(uris[0]?.searchParams ?? [])]).toEqual([
    ['n', name],
    ['c', city],
  ]);
}

test('no name or value ever becomes a header, and each that is sent arrives as it was', async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (name, city) => {
      const message = await tryCompose({ email: 'ana@example.com', name, city });
      if (!message) return;
      sent += 1;
      const { raw, headers } = await compose(message);
      expect(headers).toEqual(expectedHeaders);
      const mail = await PostalMime.parse(raw);
      expectUnsubscribing(mail.headers, name, city);
      expect(mail.to?.map(({ address }) => address)).toEqual(['ana@example.com']);
      expect(mail.cc ?? mail.bcc).toBeUndefined();
      expect([mail.subject, mail.to?.[0]?.name]).toEqual([message.subject, name.trim()]);
      const [, title = '', body = ''] =
        /^<p title="([^<>"'`=]*)">([^<>"'`=]*)<\/p>$/.exec(String(message.html ?? '')) ?? [];
      expect([unescapeHtml(title), unescapeHtml(body)]).toEqual([name, city]);
    }),
    { numRuns: 1_000 },
  );
  expect(sent).toBeGreaterThan(200);
});

test('an e-mail address is refused, or it is the one recipient, exactly', async () => {
  const address = fc.oneof(
    anyText,
    fc.emailAddress(),
    fc.tuple(anyText, anyText).map(([local, domain]) => `${local}@${domain}`),
    fc.tuple(fc.emailAddress(), fc.constantFrom(...nasty)).map(([email, end]) => email + end),
  );
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(address, async (email) => {
      const message = await tryCompose({ email, name: 'Ana', city: 'Cork' });
      if (!message) return;
      sent += 1;
      const { raw, headers } = await compose(message);
      expect(headers).toEqual(expectedHeaders);
      const mail = await PostalMime.parse(raw);
      expect(mail.to?.length).toBe(1);
      expect(mail.to?.[0]?.address?.split('@')[0]).toBe(email.split('@')[0]);
    }),
    { numRuns: 1_000 },
  );
  expect(sent).toBeGreaterThan(100);
});

test('a row whose columns have any names renders, or is refused in our own words', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'if', 'log')), anyText),
      async (extra) => {
        await tryCompose({ ...extra, email: 'ana@example.com', name: 'Ana', city: 'Cork' });
      },
    ),
  );
});

const long = 'k'.repeat(65_536);
const naughty = [
  ...nasty,
  'Ana\r\nBcc: eve@x.test',
  'Ana\r\n\r\n<script>alert(1)</script>',
  'Ana\r\n Bcc: eve@x.test',
  'Ana\u0085Bcc: eve@x.test',
  'Ana\u000b\u000c',
  'Ana%0d%0aBcc: eve@x.test',
  'Ana\\r\\nBcc: eve@x.test',
  'Ana" <eve@x.test>, "',
  'Ana <eve@x.test>',
  'Ana, eve@x.test',
  'Team: eve@x.test;',
  'Ana (eve@x.test)',
  'Ana\\',
  '"',
  '""',
  '=?utf-8?B?DQpCY2M6IGV2ZUB4LnRlc3Q=?=',
  '=?utf-8?Q?=0D=0A?=',
  '=?utf-8?Q?a?= =?utf-8?Q?b?=',
  '=?ISO-8859-1?q?=22?=',
  '\ud83d',
  '\ude00\ud83d',
  'a\ud800b',
  '😀👨‍👩‍👧‍👦🏳️‍🌈',
  'á̶̢̛̺̖Z̸a̶l̵g̴o̸',
  '\u202eeve@x.test\u202c',
  'שלום',
  'مرحبا',
  '田中さん',
  'ﬁ ﷽ ㋿',
  '\u200b\u200d\ufeff',
  '\ufffe\uffff',
  'İIıi',
  "=cmd|' /C calc'!A0",
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(1)',
  '{{name}}',
  '{{{city}}}',
  '{{#each}}',
  '#{7*7}',
  '<%= 7 %>',
  '<script>alert(1)</script>',
  '\'"><img src=x onerror=alert(1)>',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '0',
  ' ',
  '\u00a0',
  '../../etc/passwd',
  'From ana',
  '.',
  '..\r\n.\r\n',
  "O'Brien",
  "Robert'); DROP TABLE students;--",
  long,
  `${'é'.repeat(20_000)}`,
  `${'=?'.repeat(30_000)}`,
  `${'" '.repeat(30_000)}`,
  `${'a '.repeat(30_000)}\r\nBcc: eve@x.test`,
];

/** The lines of a header that begin a field, and whether the line of each is one that servers take. */
async function headerOf(message: RowMail) {
  const { raw, headers } = await compose(message);
  const [section = ''] = raw.toString('latin1').split('\r\n\r\n', 1);
  return { raw, headers, longest: Math.max(...section.split('\r\n').map((line) => line.length)) };
}

describe('naughty strings', () => {
  test.each(naughty.map((text) => [text.slice(0, 40), text]))(
    '%j as a name is right in the mail, or refused',
    async (_, name) => {
      const plain = createRowComposer({ template: await openTemplate({ subject: 'Hello', text: '{{name}}' }) });
      const message = await composeWith(plain, { email: 'ana@example.com', name });
      if (!message) return;
      const { raw, headers } = await headerOf(message);
      expect(headers).toEqual(expectedHeaders.filter((header) => !header.startsWith('list-')));
      const mail = await PostalMime.parse(raw);
      expect(mail.to).toEqual([{ name: name.trim(), address: 'ana@example.com' }]);
      expect(mail.bcc ?? mail.cc).toBeUndefined();
    },
  );

  test.each(naughty.map((text) => [text.slice(0, 40), text]))(
    '%j as an address is refused, or the one recipient',
    async (_, email) => {
      for (const address of [email, `${email}@x.test`, `ana@${email}`, `ana@x.test${email}`]) {
        const message = await tryCompose({ email: address, name: 'Ana', city: 'Cork' });
        if (!message) continue;
        expect(address).toMatch(/^[\w.'+=?|!/{}$*#-]+@[\p{L}\p{M}\p{N}.-]+$/u);
        const { headers, raw } = await compose(message);
        expect(headers).toEqual(expectedHeaders);
        expect((await PostalMime.parse(raw)).to?.length).toBe(1);
      }
    },
  );

  test.each(naughty.map((text) => [text.slice(0, 40), text]))('%j as a value adds no header', async (_, city) => {
    const message = await tryCompose({ email: 'ana@example.com', name: 'Ana', city });
    if (!message) return;
    const { headers, longest } = await headerOf(message);
    expect(headers).toEqual(expectedHeaders);
    expect(longest).toBeLessThanOrEqual(998);
  });

  test.each(naughty.map((text) => [text.slice(0, 40), text]))(
    '%j in the message of a function adds no header',
    async (_, text) => {
      const messages: object[] = [
        { subject: text },
        { cc: text },
        { cc: { name: text, address: 'kim@x.test' } },
        { bcc: `${text} <kim@x.test>` },
        { replyTo: `"${text}" <kim@x.test>` },
        { from: { name: text, address: 'kim@x.test' } },
        { headers: { 'X-Value': text } },
        { headers: { [text]: 'x' } },
        { headers: { 'X-Value': { prepared: true, value: text } } },
      ];
      for (const given of messages) {
        const make = createRowComposer({
          template: await openTemplate((() => ({ text: 'T', ...given })) as TemplateInput),
        });
        const message = await composeWith(make, { email: 'ana@example.com' });
        if (!message) continue;
        const { headers, raw } = await compose(message);
        const known = [...expectedHeaders, 'cc', 'reply-to', 'x-value', text.toLowerCase()];
        expect(headers.filter((header) => !known.includes(header))).toEqual([]);
        expect(new Set(headers).size).toBe(headers.length);
        const mail = await PostalMime.parse(raw);
        expect(mail.to?.map(({ address }) => address)).toEqual(['ana@example.com']);
        expect(mail.cc?.length ?? 0).toBeLessThanOrEqual(1);
        expect(raw.toString('latin1')).not.toMatch(/^bcc:/im);
      }
    },
  );

  test.each(naughty.map((text) => [text.slice(0, 40), text]))(
    '%j in the options adds no header, or is refused',
    async (_, text) => {
      const options: MannersOptions[] = [
        { listId: `${text} <news.x.test>` },
        { listId: text },
        { headers: { 'X-Value': text } },
        { headers: { [text]: 'x' } },
        { autoResponseSuppress: text },
        { unsubscribe: { mailto: text } },
        { unsubscribe: { url: `https://x.test/${text}` } },
      ];
      for (const given of options) {
        const message = await maybe(async () =>
          composeWith(createRowComposer({ template, listHeaders: given }), {
            email: 'ana@example.com',
            name: 'Ana',
            city: 'Cork',
          }),
        );
        if (!message) continue;
        const { headers } = await compose(message);
        const known = [...expectedHeaders, 'list-id', 'x-value', text.toLowerCase()];
        expect(headers.filter((header) => !known.includes(header))).toEqual([]);
        expect(new Set(headers).size).toBe(headers.length);
      }
    },
  );
});

async function maybe<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BulkInputError) return undefined;
    throw error;
  }
}

/** Public test addresses; a plain clone has none. */
const corpus = path.resolve(import.meta.dirname, '../../../../shared/corpora/addresses/isemail-tests.xml');

function corpusAddresses(): string[] {
  if (!existsSync(corpus)) return [];
  const xml = readFileSync(corpus, 'utf8').replace(/<!--[\s\S]*?-->/g, '');
  return [...xml.matchAll(/<address>([\s\S]*?)<\/address>/g)].map(([, text = '']) =>
    text
      .replace(/&#x([\da-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&')
      // The corpus shows control characters by their pictures.
      .replace(/[\u2400-\u241f]/g, (picture) => String.fromCharCode(picture.charCodeAt(0) - 0x2400)),
  );
}

test.skipIf(!existsSync(corpus))(
  'the address corpus: each is the one recipient exactly, or refused with the reason',
  async () => {
    let sent = 0;
    const addresses = corpusAddresses();
    for (const address of addresses) {
      const row = { number: 1, line: 2, values: { email: address, name: 'Ana', city: 'Cork' } };
      const result = await composer.compose(row, { address: 'news@example.org' }).catch((error: unknown) => error);
      if (result instanceof Error) {
        expect(result).toBeInstanceOf(BulkInputError);
        expect(result.message).toMatch(/^Recipients, line 2: the e-mail address ".*" (?:is|has|holds|must) /);
        continue;
      }
      sent += 1;
      const { raw, headers } = await compose((result as { message: RowMail }).message);
      expect(headers).toEqual(expectedHeaders);
      expect((await PostalMime.parse(raw)).to).toEqual([{ name: 'Ana', address }]);
    }
    expect(addresses.length).toBeGreaterThan(160);
    expect(sent).toBeGreaterThan(20);
  },
);
