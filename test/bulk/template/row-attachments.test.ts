import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { openAttachmentsFolder, withoutAttachmentsFolder } from '../../../src/bulk/template/row-attachments.js';
import { refusal } from '../recipients/support.js';

let outside: string;
let folder: string;
beforeAll(async () => {
  outside = await realpath(await mkdtemp(path.join(tmpdir(), 'attachments-')));
  folder = path.join(outside, 'files');
  await mkdir(path.join(folder, 'sub'), { recursive: true });
  await writeFile(path.join(outside, 'secret.txt'), 'secret');
  await mkdir(path.join(outside, 'files-beside'));
  await writeFile(path.join(outside, 'files-beside', 'secret.txt'), 'secret');
  for (const name of ['a.pdf', 'Müller, Jürgen.pdf', 'x;y.pdf', '..dots.pdf', 'sub/b.pdf']) {
    await writeFile(path.join(folder, name), name);
  }
  await symlink(path.join(outside, 'secret.txt'), path.join(folder, 'link-out.txt'));
  await symlink(outside, path.join(folder, 'folder-out'));
  await symlink('a.pdf', path.join(folder, 'link-in.pdf'));
  await symlink('sub', path.join(folder, 'folder-in'));
});
afterAll(() => rm(outside, { recursive: true }));

const row = (attachments: unknown) => ({ number: 4, line: 5, values: { email: 'a@x.test', attachments } });
const read = async (attachments: unknown) => (await openAttachmentsFolder(folder))(row(attachments));

describe('the attachments of a row', () => {
  test.each([
    ['a.pdf', ['a.pdf']],
    ['a.pdf; sub/b.pdf ;', ['a.pdf', 'sub/b.pdf']],
    ['Müller, Jürgen.pdf', ['Müller, Jürgen.pdf']],
    ['./sub/../a.pdf', ['a.pdf']],
    ['..dots.pdf', ['..dots.pdf']],
    [
      ['x;y.pdf', 'a.pdf'],
      ['x;y.pdf', 'a.pdf'],
    ],
    ['', []],
    [' ; ', []],
    [[], []],
    [null, []],
    [undefined, []],
  ])('%j are files of the folder', async (attachments, expected) => {
    const found = await read(attachments);
    expect(found).toEqual(expected.map((name) => ({ filename: path.basename(name), path: path.join(folder, name) })));
    for (const [index, name] of expected.entries()) expect(await readFile(found[index]?.path ?? '', 'utf8')).toBe(name);
  });

  test('may be reached by links that stay in the folder; the name is that of the row', async () => {
    expect(await read('link-in.pdf;folder-in/b.pdf')).toEqual([
      { filename: 'link-in.pdf', path: path.join(folder, 'a.pdf') },
      { filename: 'b.pdf', path: path.join(folder, 'sub/b.pdf') },
    ]);
  });

  test('are none without such a column', async () => {
    expect(await (await openAttachmentsFolder(folder))({ number: 1, line: 2, values: {} })).toEqual([]);
  });

  test.each([
    ['nowhere.pdf', /Recipients, line 5: the attachment "nowhere\.pdf" is not there: .*files.nowhere\.pdf/],
    ['a.pdf/b', /is not there/],
    ['sub', /"sub" is not a file/],
    ['.', /leads out of the folder/],
    ['../secret.txt', /leads out of the folder/],
    ['sub/../../secret.txt', /leads out of the folder/],
    ['../files-beside/secret.txt', /leads out of the folder/],
    ['/etc/passwd', /not an absolute one/],
    ['\\\\server\\share\\x', /not an absolute one/],
    ['C:\\x', /not an absolute one/],
    ['c:x', /not an absolute one/],
    ['link-out.txt', /is a link that leads out/],
    ['folder-out/secret.txt', /is a link that leads out/],
    ['a.pdf\0.txt', /control character/],
    ['a\nb', /control character/],
    ['https://x.test/a.pdf', /is not there/],
    ['data:text/plain,x', /is not there/],
    [5, /"attachments" must be paths/],
    [{ path: 'a.pdf' }, /"attachments" must be paths/],
    [['a.pdf', 5], /"attachments" must be paths/],
  ])('%j are refused', async (attachments, message) => {
    const error = await refusal(() => read(attachments));
    expect(error.message).toMatch(message);
    expect(error.line).toBe(5);
  });

  test('never lead out of the folder, whatever a row says', async () => {
    const find = await openAttachmentsFolder(folder);
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'sub',
      'files',
      'folder-out',
      'folder-in',
      'link-out.txt',
      'secret.txt',
      'a.pdf',
    );
    const paths = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
    let found = 0;
    await fc.assert(
      fc.asyncProperty(paths, async (attachments) => {
        try {
          for (const file of await find(row([attachments]))) {
            found++;
            expect(await readFile(file.path, 'utf8')).not.toBe('secret');
          }
        } catch (error) {
          if (!(error instanceof BulkInputError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(20);
  });

  test('without a folder are refused, not left out', async () => {
    expect(await withoutAttachmentsFolder(row(' '))).toEqual([]);
    expect((await refusal(() => withoutAttachmentsFolder(row('a.pdf')))).message).toMatch(
      /line 5: it names the attachment "a\.pdf", but the option attachmentsFolder/,
    );
  });

  test('need a folder that is there', async () => {
    for (const name of [path.join(folder, 'nowhere'), path.join(folder, 'a.pdf')]) {
      expect((await refusal(() => openAttachmentsFolder(name))).message).toBe(
        `There is no folder of attachments '${name}'`,
      );
    }
  });
});
