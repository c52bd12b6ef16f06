import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PreviewFolder, type PreviewOptions, previewFileName, writePreview } from '../../../src/bulk/checks/preview.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { openTemplate, type TemplateInput } from '../../../src/bulk/template/input.js';

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'preview-'));
  out = path.join(folder, 'out');
});
afterEach(() => rm(folder, { recursive: true }));

const plain: TemplateInput = { subject: 'For {{name}}', html: '<p>Dear {{name}}</p>', text: 'Dear {{name}}' };

async function preview(rows: object[], options: Partial<PreviewOptions> = {}, template = plain) {
  const given = { recipients: openRecipients(rows), template: await openTemplate(template), folder: out, count: 3 };
  return writePreview({ ...given, from: { address: 'news@example.org' }, ...options });
}

const ana = { email: 'ana@x.test', name: 'Ana' };
const ben = { email: 'ben@x.test', name: 'Ben' };
const read = (file: string) => readFile(path.join(out, file), 'utf8');

describe('a preview', () => {
  test('writes the mails of the first rows, and a page that leads to them', async () => {
    const result = await preview([ana, ben, { ...ana, email: 'c@x.test' }], { count: 2 });
    expect((await readdir(out)).sort()).toEqual([
      '001-ana@x.test.eml',
      '001-ana@x.test.html',
      '002-ben@x.test.eml',
      '002-ben@x.test.html',
      'index.html',
    ]);
    expect(result.mails.map(({ row }) => row)).toEqual([1, 2]);
    const mail = await PostalMime.parse(await readFile(result.mails[0]?.eml ?? ''));
    expect(mail).toMatchObject({ subject: 'For Ana', to: [{ address: 'ana@x.test' }], text: 'Dear Ana\n' });
    const index = await readFile(result.index, 'utf8');
    expect(index).toContain('href="001-ana@x.test.html"');
    expect(index).toContain('For Ben');
  });

  test('goes on after a mail that cannot be composed', async () => {
    const template: TemplateInput = ({ email }) => ({
      subject: 'S',
      html: '<img src="cid:a">',
      ...(email === 'ana@x.test' && { attachments: [{ path: path.join(folder, 'missing.png'), cid: 'a' }] }),
    });
    const { mails, faults } = await preview([ana, ben], {}, template);
    expect(mails.map(({ row }) => row)).toEqual([2]);
    expect(faults).toMatchObject([
      { line: 1, message: expect.stringMatching(/line 1: the mail cannot be composed: ENOENT/) },
    ]);
  });

  test('writes to no place that a link leads to', async () => {
    const made = await PreviewFolder.prepare(out);
    await writeFile(path.join(folder, 'other'), 'kept');
    await symlink(path.join(folder, 'other'), path.join(out, '001-a@x.test.eml'));
    await expect(made.write('001-a@x.test.eml', 'mail')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(path.join(folder, 'other'), 'utf8')).toBe('kept');
  });

  test('can be looked at by its owner alone', async () => {
    await preview([ana]);
    expect((await stat(out)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(out)) expect((await stat(path.join(out, name))).mode & 0o777).toBe(0o600);
  });

  test('takes the place of an earlier one', async () => {
    await preview([ana, ben]);
    await preview([ben]);
    expect((await readdir(out)).sort()).toEqual(['001-ben@x.test.eml', '001-ben@x.test.html', 'index.html']);
  });

  test('does not touch a folder that holds something else', async () => {
    await preview([ana]);
    await writeFile(path.join(out, 'notes.txt'), 'mine');
    await expect(preview([ben])).rejects.toThrow(/holds "notes.txt": name one that is empty/);
    expect(await readdir(out)).toContain('001-ana@x.test.eml');
  });

  test('does not write through a link', async () => {
    await preview([ana]);
    const target = path.join(folder, 'target');
    await writeFile(target, 'kept');
    await rm(path.join(out, 'index.html'));
    await symlink(target, path.join(out, 'index.html'));
    await preview([ben]);
    expect(await readFile(target, 'utf8')).toBe('kept');
  });

  test('shows rows that make no mail, with the reason', async () => {
    const { mails, faults } = await preview([ana, { email: '<b>', name: 'B' }, ben]);
    expect([mails.length, faults]).toEqual([2, [{ number: 2, line: 2, message: expect.stringContaining('"<b>"') }]]);
    expect(await read('index.html')).toContain('the e-mail address &quot;&lt;b&gt;&quot;');
  });

  test('shows what goes out beside the body', async () => {
    const listHeaders = { unsubscribe: { url: 'https://x.test/u?{{email}}' } };
    const template: TemplateInput = () => ({
      subject: 'S',
      text: 'T',
      cc: 'Kim <kim@x.test>',
      bcc: 'lou@x.test',
      attachments: [{ filename: 'terms.pdf', content: Buffer.from('x') }],
    });
    await preview([ana], { listHeaders }, template);
    const page = await read('001-ana@x.test.html');
    for (const shown of [
      'Kim &lt;kim@x.test&gt;',
      'lou@x.test',
      'terms.pdf',
      'https://x.test/u?ana%40x.test',
      '<pre>T</pre>',
    ]) {
      expect(page).toContain(shown);
    }
    expect(await read('001-ana@x.test.eml')).toContain('Bcc: lou@x.test');
  });

  test('shows inline images by themselves', async () => {
    const template: TemplateInput = () => ({
      subject: 'S',
      html: '<img src="cid:logo"><img src="cid:other">',
      text: 'T',
      attachments: [{ filename: 'logo.png', cid: 'logo', content: Buffer.from('png') }],
    });
    await preview([ana], {}, template);
    const page = await read('001-ana@x.test.html');
    expect(page).toContain(`data:image/png;base64,${Buffer.from('png').toString('base64')}`.replace(/=/g, '&#x3D;'));
    expect(page).toContain('cid:other');
  });

  test('keeps HTML in a frame without rights, whatever it holds', async () => {
    const hostile = '</iframe><script>alert(1)</script><meta http-equiv="refresh" content="0;url=https://x.test">"\'';
    await preview(
      [{ email: 'a@x.test', name: '<script>alert(2)</script>' }],
      {},
      { subject: '{{name}}', html: hostile, text: '{{name}}' },
    );
    for (const name of await readdir(out)) {
      if (!name.endsWith('.html')) continue;
      const page = await read(name);
      expect(page).not.toMatch(/<script|<meta http-equiv="?refresh/i);
      expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none';`);
    }
    const page = await read('001-a@x.test.html');
    expect(page.match(/<iframe[^>]*>/g)).toEqual([expect.stringContaining('<iframe sandbox="" ')]);
  });
});

test.each([
  ['../../etc/passwd@x.test', '001-.._.._etc_passwd@x.test'],
  ['a/b\\c@x.test', '001-a_b_c@x.test'],
  ['{}|~@x.test', '001-____@x.test'],
  [`${'a'.repeat(64)}@${'b'.repeat(60)}.test`, `001-${'a'.repeat(64)}@${'b'.repeat(15)}`],
  ['x@例え.テスト', '001-x@__.___'],
])('the files of %s are named %s', (address, name) => {
  expect(previewFileName(1, address)).toBe(name);
});
