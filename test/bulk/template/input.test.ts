import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { openTemplate, type TemplateInput } from '../../../src/bulk/template/input.js';
import { refusal } from '../recipients/support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'template-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return folder;
}

const row = (values: Record<string, unknown> = { name: 'Ann' }) => ({ number: 6, line: 7, values });
const digestOf = async (input: TemplateInput) => (await openTemplate(input)).sha256;

describe('a template', () => {
  test('of strings and the same in a folder give the same mails', async () => {
    const strings = {
      subject: 'Hi {{name}}',
      html: '<p>{{> p}}</p>',
      text: '{{> p}}',
      partials: { p: 'Dear {{name}}' },
    };
    const files = { 'subject.hbs': 'Hi {{name}}', 'html.hbs': '<p>{{> p}}</p>', 'text.hbs': '{{> p}}' };
    await write({ ...files, 'partials/p.hbs': 'Dear {{name}}' });
    const expected = { subject: 'Hi Ann', html: '<p>Dear Ann</p>', text: 'Dear Ann', attachments: [] };
    for (const input of [strings, folder, pathToFileURL(folder)]) {
      expect(await (await openTemplate(input)).render(row())).toEqual(expected);
    }
    expect(await digestOf(strings)).toBe(await digestOf(folder));
  });

  test('without a text has one made from its HTML; one that is given stays, also when it is empty', async () => {
    const html = '<p>Dear {{name}}, <a href="https://x.test/{{name}}">read on</a></p>';
    const made = await (await openTemplate({ subject: 'S', html })).render(row({ name: 'A & B' }));
    expect(made.text).toBe('Dear A & B, read on [https://x.test/A & B]\n');
    expect((await (await openTemplate({ subject: 'S', html, text: '' })).render(row())).text).toBe('');
    expect(await (await openTemplate({ subject: 'S', text: 'T' })).render(row())).not.toHaveProperty('html');
  });

  test('has another digest when anything in it is another', async () => {
    const base = {
      subject: 'S',
      html: 'H',
      text: 'T',
      partials: { p: 'P' },
      attachments: [{ filename: 'f', content: 'c' }],
    };
    const others: TemplateInput[] = [
      base,
      { ...base, subject: 'S2' },
      { ...base, html: 'H2' },
      { ...base, text: 'T2' },
      { subject: 'S', html: 'H', partials: base.partials, attachments: base.attachments },
      { ...base, html: 'T', text: 'H' },
      // What one part ends with is not what another begins with.
      { ...base, html: 'HtextT', text: undefined },
      { ...base, partials: { p: 'P2' } },
      { ...base, partials: { q: 'P' } },
      { ...base, attachments: [] },
      { ...base, attachments: [{ filename: 'g', content: 'c' }] },
      { ...base, attachments: [{ filename: 'f', content: 'd' }] },
      { ...base, attachments: [{ filename: 'f', content: 'c', cid: 'f' }] },
    ];
    const digests = await Promise.all(others.map(digestOf));
    expect(new Set(digests).size).toBe(others.length);
    for (const digest of digests) expect(digest).toMatch(/^[\da-f]{64}$/);
    const reordered = { ...base, partials: { p: 'P', q: 'Q' } };
    expect(await digestOf(reordered)).toBe(await digestOf({ ...base, partials: { q: 'Q', p: 'P' } }));
  });

  test('of strings brings attachments along, read once', async () => {
    await write({ 'logo.png': 'png' });
    const template = await openTemplate({
      subject: 'S',
      html: '<img src="cid:logo">',
      attachments: [
        { path: path.join(folder, 'logo.png'), cid: 'logo' },
        { path: pathToFileURL(path.join(folder, 'logo.png')), filename: 'again.png' },
        { filename: 'a.txt', content: 'ä' },
        { filename: 'b.bin', content: new Uint8Array([1, 2]) },
      ],
    });
    await rm(path.join(folder, 'logo.png'));
    const expected = [
      { filename: 'logo.png', content: Buffer.from('png'), cid: 'logo', contentDisposition: 'inline' },
      { filename: 'again.png', content: Buffer.from('png'), contentDisposition: 'attachment' },
      { filename: 'a.txt', content: Buffer.from('ä'), contentDisposition: 'attachment' },
      { filename: 'b.bin', content: Buffer.from([1, 2]), contentDisposition: 'attachment' },
    ];
    expect(template.attachments).toEqual(expected);
    expect((await template.render(row())).attachments).toEqual(expected);
  });

  const text = { subject: 'S', text: 'T' };
  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /A template is the path of a folder/],
    ['strings without a subject', { html: 'H' }, /A template is the path of a folder/],
    ['strings without a body', { subject: 'S' }, /needs a body/],
    ['a URL of the web', new URL('https://x.test/t'), /file: URL/],
    ['a folder that is not there', '/nowhere/at/all', /There is no template folder/],
    ['an attachment without content', { ...text, attachments: [{ filename: 'a' }] }, /either content or a path/],
    ['an attachment with both', { ...text, attachments: [{ path: 'a', content: 'a' }] }, /either content or a path/],
    ['an attachment without a name', { ...text, attachments: [{ content: 'a' }] }, /needs a filename/],
    ['a stream', { ...text, attachments: [{ filename: 'a', content: process.stdin }] }, /must be a string, a Buffer/],
    [
      'an attachment that is not there',
      { ...text, attachments: [{ path: '/nowhere/a' }] },
      /An attachment, a path of 10 characters, cannot be read: it is not there/,
    ],
    ['an image that is not there', { subject: 'S', html: '<img src="cid:logo">' }, /"cid:logo", but no attachment/],
  ])('%s is refused when it is opened', async (_, input, message) => {
    expect((await refusal(() => openTemplate(input as TemplateInput))).message).toMatch(message);
  });
});

describe('files of the rows', () => {
  const strings: TemplateInput = { subject: 'S', text: 'T', attachments: [{ filename: 'all.txt', content: 'all' }] };
  const values = { name: 'Ann', attachments: 'own.pdf' };

  test('come after those of the template, or of a function', async () => {
    await write({ 'own.pdf': 'own' });
    const own = { filename: 'own.pdf', path: path.join(folder, 'own.pdf') };
    for (const input of [strings, () => ({ text: 'T', attachments: [{ filename: 'all.txt', content: 'all' }] })]) {
      const { attachments } = await (await openTemplate(input, { attachmentsFolder: folder })).render(row(values));
      expect(attachments).toEqual([expect.objectContaining({ filename: 'all.txt' }), own]);
    }
  });

  test('that a template cannot have are an error; a function may use the column as it likes', async () => {
    const template = await openTemplate(strings);
    expect((await refusal(() => template.render(row(values)))).message).toMatch(/line 7: .*attachmentsFolder/);
    expect((await template.render(row({ attachments: '' }))).attachments).toHaveLength(1);
    const made = await openTemplate(({ attachments }) => ({ text: String(attachments) }));
    expect(await made.render(row(values))).toMatchObject({ text: 'own.pdf', attachments: [] });
  });

  test('need their folder from the start', async () => {
    const attachmentsFolder = path.join(folder, 'nowhere');
    for (const input of [strings, () => ({ text: 'T' })]) {
      expect((await refusal(() => openTemplate(input, { attachmentsFolder }))).message).toMatch(
        /no folder of attachments/,
      );
    }
  });
});

describe('a template function', () => {
  test('is given the row and its place, and gives whatever sendMail takes', async () => {
    const seen: unknown[] = [];
    const template = await openTemplate(async (...given) => {
      seen.push(given);
      return { subject: 'S', html: '<p>H</p>', cc: 'c@x.test', headers: { 'X-A': '1' } };
    });
    expect(template.sha256).toBeUndefined();
    expect(await template.render(row())).toEqual({
      subject: 'S',
      html: '<p>H</p>',
      text: 'H\n',
      cc: 'c@x.test',
      headers: { 'X-A': '1' },
      attachments: [],
    });
    expect(seen).toEqual([[{ name: 'Ann' }, { number: 6, line: 7 }]]);
  });

  test('gets no text for HTML that is read later', async () => {
    const template = await openTemplate(() => ({ subject: 'S', html: { path: '/later.html' } }));
    expect(await template.render(row())).not.toHaveProperty('text');
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'that throws',
      () => {
        throw new TypeError('no such thing');
      },
      /^Template function: no such thing \(recipients, line 7\)$/,
    ],
    ['that rejects', () => Promise.reject(new Error('later')), /^Template function: later \(recipients, line 7\)$/],
    ['that gives nothing', () => undefined, /must return a message/],
    ['that gives a text', () => '<p>H</p>', /must return a message/],
    ['that gives a list', () => [], /must return a message/],
    ['without a body', () => ({ subject: 'S' }), /neither html nor text/],
    ['that waits for nothing', () => ({ subject: 'S', html: Promise.resolve('H') }), /its html is a promise/],
    ['with an attachment that is no list', () => ({ text: 'T', attachments: {} }), /its attachments are no list/],
  ])('%s has its row refused', async (_, make, message) => {
    const template = await openTemplate(make as TemplateInput);
    const error = await refusal(() => template.render(row()));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(7);
  });
});

test('no subject ever has a line break or control character in it', async () => {
  const piece = fc.constantFrom(
    '{{a}}',
    '{{{b}}}',
    '{{&a}}',
    '{{> p}}',
    '{{#if a}}{{b}}{{/if}}',
    '\r\n',
    ' ',
    'Hi',
    '=?',
    '\t',
  );
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '\r\nBcc: b@x.test',
      'a\nb',
      '\r',
      '\0',
      '\u0085',
      '\u2028',
      '\u2029',
      '\x7f',
      '\t',
      'utf-8?q?=0D?=',
      '\uD800',
    ),
    fc.string({ maxLength: 12 }),
  );
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), value, value, async (pieces, a, b) => {
      const source = { subject: pieces.join(''), text: 'T', partials: { p: '{{b}}' } };
      try {
        const { subject } = await (await openTemplate(source)).render(row({ a, b }));
        made++;
        expect(subject).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]|=\?[^?]+\?[bq]\?/iu);
      } catch (error) {
        if (!(error instanceof BulkInputError)) throw error;
      }
    }),
    // By number and not by time, so that a busy machine makes as many.
    { numRuns: 500 },
  );
  expect(made).toBeGreaterThan(50);
}, 120_000);
