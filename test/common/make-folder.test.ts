import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSandboxFolder } from '../../src/cli/sandbox/folder.js';
import { makeFolder } from '../../src/common/make-folder.js';

async function empty(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'folders-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it('makes a folder and those above it, with their mode, however many do so at once', async () => {
  const folder = path.join(await empty(), 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder, 0o700)));
  expect((await stat(path.dirname(folder))).mode & 0o777).toBe(0o700);
  await makeFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

it('takes a link to a folder for one, and refuses what is none', async () => {
  const folder = await empty();
  await mkdir(path.join(folder, 'real'));
  await symlink(path.join(folder, 'real'), path.join(folder, 'link'));
  await makeFolder(path.join(folder, 'link'));
  await makeFolder(path.join(folder, 'link', 'x'));
  await writeFile(path.join(folder, 'file'), '');
  await expect(makeFolder(path.join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(path.join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await symlink(path.join(folder, 'nowhere'), path.join(folder, 'broken'));
  await expect(makeFolder(path.join(folder, 'broken'))).rejects.toMatchObject({ code: 'EEXIST' });
});

// Where nothing can be made and the system says that nothing is there, Node's own `recursive` goes round for ever.
it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y/z'])('refuses %s', async (folder) => {
  await expect(makeFolder(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(openSandboxFolder(folder)).rejects.toThrow(`The folder ${folder} cannot be used: `);
});
