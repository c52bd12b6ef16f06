import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTemplateSource } from '../../../src/bulk/template/read-source.js';
import { compileTemplate } from '../../../src/bulk/template/template.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'template-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(files: Record<string, string | Buffer>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return compileTemplate(await readTemplateSource(folder));
}

const row = { line: 2, values: { name: 'Ann' } };

describe('a template folder', () => {
  test('with subject, both bodies and partials renders', async () => {
    const template = await read({
      'subject.hbs': 'Hi {{name}}\n',
      'html.hbs': '<p>{{> hello}}</p>',
      'text.hbs': '\uFEFF{{> hello}}',
      'partials/hello.hbs': 'Hello {{name}}',
      'partials/notes.txt': '{{not a partial',
    });
    expect(template.render(row)).toEqual({ subject: 'Hi Ann', html: '<p>Hello Ann</p>', text: 'Hello Ann' });
    expect(template.attachments).toEqual([]);
  });

  test.each([
    ['html.hbs', { subject: 'S', html: 'body' }],
    ['text.hbs', { subject: 'S', text: 'body' }],
  ])('needs no other body than %s', async (file, expected) => {
    expect((await read({ 'subject.hbs': 'S', [file]: 'body' })).render(row)).toEqual(expected);
  });

  test('shows inline what the HTML or a partial of it refers to, and attaches the rest', async () => {
    const template = await read({
      'subject.hbs': 'S',
      'html.hbs': `<img src="cid:logo"><img src=cid:seal><p style="background:url(cid:wave)">acid:rain {{> p}}</p>`,
      'partials/p.hbs': `<img src='CID:photo'>`,
      'attachments/logo.png': Buffer.from([1, 2]),
      'attachments/seal.gif': 's',
      'attachments/wave.svg': 'w',
      'attachments/photo.jpg': 'p',
      'attachments/rain.pdf': 'r',
      'attachments/.DS_Store': 'x',
    });
    expect(
      template.attachments.map(({ filename, cid, contentDisposition }) => [filename, cid, contentDisposition]),
    ).toEqual([
      ['logo.png', 'logo', 'inline'],
      ['photo.jpg', 'photo', 'inline'],
      ['rain.pdf', undefined, 'attachment'],
      ['seal.gif', 'seal', 'inline'],
      ['wave.svg', 'wave', 'inline'],
    ]);
    expect(template.attachments[0]?.content).toEqual(Buffer.from([1, 2]));
  });

  const body = { 'subject.hbs': 'S', 'html.hbs': '<img src="cid:logo">' };
  const refused: [string, Record<string, string | Buffer>, RegExp][] = [
    ['without a subject', { 'html.hbs': '' }, /has no subject\.hbs/],
    ['without a body', { 'subject.hbs': '' }, /has neither html\.hbs nor text\.hbs/],
    ['with a misspelt part', { 'subject.hbs': '', 'text.hbs': '', 'htlm.hbs': '' }, /has a file htlm\.hbs/],
    ['that shows an image it does not have', body, /shows "cid:logo", but no file of that name/],
    [
      'with two files for one image',
      { ...body, 'attachments/logo.png': '', 'attachments/logo.svg': '' },
      /logo\.png and logo\.svg are both/,
    ],
    [
      'that works an image out for each row',
      { ...body, 'html.hbs': '<img src="cid:{{name}}">' },
      /name the image's file/,
    ],
    [
      'that is not UTF-8',
      { ...body, 'subject.hbs': Buffer.from('Grüße', 'latin1') },
      /subject\.hbs, line 1: this is not UTF-8/,
    ],
    [
      'with a broken partial',
      { 'subject.hbs': '', 'text.hbs': '', 'partials/p.hbs': '{{' },
      /partials\/p\.hbs: line 1: /,
    ],
  ];
  test.each(refused)('%s is refused', async (_, files, message) => {
    await expect(read(files)).rejects.toMatchObject({
      name: 'BulkInputError',
      message: expect.stringMatching(message),
    });
  });

  test('that is not there is refused', async () => {
    await expect(readTemplateSource(path.join(folder, 'nowhere'))).rejects.toThrow(
      /There is no template folder .*nowhere/,
    );
  });
});
