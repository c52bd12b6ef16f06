import { appendFile, chmod, mkdtemp, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { appendToSuppressionList, openSuppressionList } from '../../../src/bulk/suppression/suppression-list.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'suppression-'));
  file = path.join(folder, 'suppress.txt');
});
afterEach(() => rm(folder, { recursive: true }));

async function listIn(content: string | Uint8Array) {
  await writeFile(file, content);
  return openSuppressionList(file);
}

describe('a suppression list', () => {
  test.each([
    ['ana@example.com', 'ana@example.com', true],
    ['Ana@Example.COM', 'aNA@example.com', true],
    ['ana@münchen.example', 'ana@xn--mnchen-3ya.example', true],
    ['ana@xn--mnchen-3ya.example', 'ana@MÜNCHEN.example', true],
    ['ana@example.com', 'ana@mail.example.com', false],
    ['ana@example.com', 'ana@example.com.evil.test', false],
    ['a#b@example.com', 'a#b@example.com', true],
    ['@example.com', 'ana@example.com', true],
    ['example.com', 'ana@EXAMPLE.com', true],
    ['münchen.example', 'a@xn--mnchen-3ya.example', true],
    ['@example.com', 'ana@mail.example.com', false],
    ['example.com', 'ana@notexample.com', false],
    ['*.example.com', 'ana@mail.example.com', true],
    ['@*.example.com', 'ana@a.b.example.com', true],
    ['*.example.com', 'ana@example.com', false],
    ['*.example.com', 'ana@badexample.com', false],
  ])('with %s, asked for %s: %j', async (entry, address, forbidden) => {
    const list = await openSuppressionList([entry]);
    expect(await list.match(address)).toBe(forbidden ? entry : undefined);
    expect(list.size).toBe(1);
  });

  test('may be a file with comments, empty lines, spaces, any line ends and a byte order mark', async () => {
    const list = await listIn('\uFEFFana@x.test\r\n\r\n# all of these\r@y.test  # left us\n\t*.z.test \n');
    const asked = ['ana@x.test', 'b@y.test', 'c@m.z.test', 'd@x.test'];
    expect(await Promise.all(asked.map((address) => list.match(address)))).toEqual([
      'ana@x.test',
      '@y.test',
      '*.z.test',
      undefined,
    ]);
    expect(list.size).toBe(3);
  });

  test('may be a file named by a URL, or an empty one', async () => {
    await writeFile(file, '');
    const list = await openSuppressionList(pathToFileURL(file));
    expect([await list.match('ana@x.test'), list.size]).toEqual([undefined, 0]);
  });

  test('may be a function', async () => {
    const list = await openSuppressionList(async (address) => address === 'ana@x.test');
    expect(await list.match('ana@x.test')).toBe('the suppress function');
    expect(await list.match('ben@x.test')).toBeUndefined();
  });

  test('that is a function must answer true or false', async () => {
    const list = await openSuppressionList((() => undefined) as never);
    await expect(list.match('ana@x.test')).rejects.toThrow(BulkInputError);
  });

  test.each([
    'ana',
    'ana@',
    'ana@x',
    '@',
    'a@b@x.test',
    'ana@x.test,ben@x.test',
    'Ana <ana@x.test>',
    '*@x.test',
    '*',
    '**.x.test',
    'x.*.test',
  ])('is refused with the number of the line that says %j', async (entry) => {
    await expect(listIn(`a@x.test\n\n${entry}\n`)).rejects.toThrow(BulkInputError);
    await expect(listIn(`a@x.test\n\n${entry}\n`)).rejects.toMatchObject({ line: 3 });
    await expect(openSuppressionList(['a@x.test', entry])).rejects.toThrow(/entry 2/);
  });

  test('is refused in another encoding', async () => {
    await expect(listIn(Buffer.from('ana@x.test # Zürich\n', 'latin1'))).rejects.toThrow(/not UTF-8/);
    await expect(listIn(Buffer.from('ana@x.test', 'utf16le'))).rejects.toThrow(/UTF-16/);
  });

  test('must be there', async () => {
    await expect(openSuppressionList(file)).rejects.toThrow(/cannot be read, so nobody knows who must not get mail/);
  });
});

describe('a suppression file that changes', () => {
  test('is read again: lines added, the same length, another file in its place', async () => {
    const list = await listIn('ana@x.test\n');
    await appendFile(file, 'ben@x.test\n');
    expect(await list.match('ben@x.test')).toBe('ben@x.test');
    await writeFile(file, 'kim@x.test\nlou@x.test\n');
    expect([await list.match('kim@x.test'), await list.match('ana@x.test')]).toEqual(['kim@x.test', undefined]);
    await writeFile(`${file}.new`, 'eve@x.test\n');
    await rename(`${file}.new`, file);
    expect([await list.match('eve@x.test'), list.size]).toEqual(['eve@x.test', 1]);
  });

  test('is seen as it is by everybody who asks at once', async () => {
    const list = await listIn('');
    await appendFile(file, 'ana@x.test\n');
    const first = list.match('ana@x.test');
    await appendFile(file, 'ben@x.test\n');
    const both = await Promise.all([first, list.match('ben@x.test'), list.match('ben@x.test')]);
    expect(both).toEqual(['ana@x.test', 'ben@x.test', 'ben@x.test']);
  });

  test('is an error once it is gone, and never an empty list', async () => {
    const list = await listIn('ana@x.test\n');
    await unlink(file);
    await expect(list.match('ben@x.test')).rejects.toThrow(BulkInputError);
    await expect(list.match('ben@x.test')).rejects.toThrow(/cannot be read/);
    await writeFile(file, 'ben@x.test\n');
    expect(await list.match('ben@x.test')).toBe('ben@x.test');
  });

  test('is an error once a line is wrong, until it is right again', async () => {
    const list = await listIn('ana@x.test\n');
    await appendFile(file, 'ben\n');
    await expect(list.match('ana@x.test')).rejects.toMatchObject({ line: 2 });
    await writeFile(file, 'ana@x.test\n');
    expect(await list.match('ana@x.test')).toBe('ana@x.test');
  });
});

describe('adding to a suppression file', () => {
  test('writes what is not in it, on lines of their own', async () => {
    await writeFile(file, 'ana@x.test\n@y.test');
    const added = await appendToSuppressionList(
      file,
      ['ANA@x.test', 'b@y.test', 'ben@x.test', 'Ben@x.test'],
      'bounced: 5.1.1',
    );
    expect(added).toBe(1);
    expect(await readFile(file, 'utf8')).toBe('ana@x.test\n@y.test\nben@x.test  # bounced: 5.1.1\n');
    expect(await (await openSuppressionList(file)).match('ben@x.test')).toBe('ben@x.test');
  });

  test('makes the file for its owner alone', async () => {
    expect(await appendToSuppressionList(file, ['ana@x.test'], '')).toBe(1);
    expect(await readFile(file, 'utf8')).toBe('ana@x.test\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('leaves the mode of a file that is there', async () => {
    await writeFile(file, '');
    await chmod(file, 0o640);
    await appendToSuppressionList(file, ['ana@x.test'], '');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  test('writes no line that somebody else chose', async () => {
    const hostile = [
      '*.example.com',
      '*@example.com',
      '@example.com',
      'example.com',
      'a@x.test\n@y.test',
      '# a',
      '#a@x.test',
      '',
    ];
    expect(await appendToSuppressionList(file, [...hostile, 'ana@x.test'], 'reason\n@z.test')).toBe(1);
    expect(await readFile(file, 'utf8')).toBe('ana@x.test  # reason @z.test\n');
  });

  test('is refused where the file is no suppression list', async () => {
    await writeFile(file, 'name,email\nAna,ana@x.test\n');
    await expect(appendToSuppressionList(file, ['ben@x.test'], '')).rejects.toMatchObject({ line: 1 });
    expect(await readFile(file, 'utf8')).toBe('name,email\nAna,ana@x.test\n');
  });
});
