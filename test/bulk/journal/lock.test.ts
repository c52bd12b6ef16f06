import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../../src/bulk/journal/file-operations.js';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { type LockHolder, thisMachine } from '../../../src/bulk/journal/lock-holder.js';
import { runInChild } from '../../helpers/child.js';
import { journalErrorOf, temporaryFolder } from './journal-world.js';

const onLinux = process.platform === 'linux';

/** What a process of ours left that was killed while it held the lock. */
async function killedHolder(folder: string): Promise<void> {
  const { stderr } = await runInChild(
    `import { lockRun } from '../src/bulk/journal/lock.js';
     await lockRun(JSON.parse(process.env.DATA).folder);
     process.kill(process.pid, 'SIGKILL');`,
    { folder },
  );
  expect(stderr).toBe('');
}

/** A lock as {@link thisProcess} would have left it, but for what is given. */
async function lockHeldBy(folder: string, holder: Partial<LockHolder>): Promise<string> {
  const file = path.join(folder, 'lock.1');
  await writeFile(file, `${JSON.stringify({ ...(await thisMachine.self()), ...holder })}\n`);
  return file;
}

const canLock = async (folder: string) => (await lockRun(folder)).release();

describe('the lock of a run', () => {
  it('is a file that only its owner may read, in a folder that is made', async () => {
    const folder = path.join(await temporaryFolder(), 'run');
    const lock = await lockRun(folder);
    expect(await readdir(folder)).toEqual(['lock.1']);
    expect((await stat(path.join(folder, 'lock.1'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  it('shuts out the same process, until it is given back', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRun(folder);
    const error = await journalErrorOf(lockRun(folder));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(`this very process (${process.pid})`);
    await lock.release();
    await canLock(folder);
    await canLock(folder);
    expect(await readdir(folder)).toEqual(['lock.3.released']);
  });

  it('shuts out another process, and tells it who has it', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRun(folder);
    const program = `
      import { lockRun } from '../src/bulk/journal/lock.js';
      await lockRun(JSON.parse(process.env.DATA).folder).then(
        (lock) => { console.log('mine'); return lock.release(); },
        (error) => console.log(error.code, error.message));`;
    const shutOut = await runInChild(program, { folder });
    expect(shutOut.stdout).toContain('locked');
    expect(shutOut.stdout).toContain(`process ${process.pid} on ${hostname()}`);
    await lock.release();
    expect((await runInChild(program, { folder })).stdout).toBe('mine\n');
    await canLock(folder);
  });

  it('is taken over after a kill -9, and what that left is tidied', async () => {
    const folder = await temporaryFolder();
    await killedHolder(folder);
    await writeFile(path.join(folder, 'lock.new-4711-abc'), '{"pi');
    const lock = await lockRun(folder);
    expect(await readdir(folder)).toEqual(['lock.2']);
    expect((await journalErrorOf(lockRun(folder))).code).toBe('locked');
    await lock.release();
  });

  it.runIf(onLinux)('is taken over when the pid belongs to another process now', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { started: '1' });
    await canLock(folder);
  });

  it.runIf(onLinux)('is taken over when the machine was started again since', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { boot: 'another', space: 'another' });
    await canLock(folder);
  });

  it('is not taken over while the pid is alive, where more cannot be known', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'lock.1'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    expect((await journalErrorOf(lockRun(folder))).message).toContain(`process ${process.ppid}`);
  });

  it('is never taken over from another host; the file to delete is named', async () => {
    const folder = await temporaryFolder();
    const file = await lockHeldBy(folder, { host: 'mail-7.example.com', pid: 2 ** 22 + 1 });
    const error = await journalErrorOf(lockRun(folder));
    expect(error.code).toBe('locked');
    expect(error.message).toContain('mail-7.example.com');
    expect(error.message).toContain(`delete ${file}`);
  });

  it.runIf(onLinux)('is never taken over from another container, whose processes cannot be seen', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { space: 'pid:[1]', pid: 2 ** 22 + 1 });
    expect((await journalErrorOf(lockRun(folder))).message).toContain('in another container');
  });

  it('is not taken over when it cannot be read', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'lock.4'), '');
    const error = await journalErrorOf(lockRun(folder));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(path.join(folder, 'lock.4'));
  });

  it('goes to exactly one of many who try at once to take it over, in one process', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = await temporaryFolder();
      await lockHeldBy(folder, { pid: 2 ** 22 + 1 });
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(folder)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await readdir(folder)).filter((name) => !name.startsWith('lock.new-'))).toEqual(['lock.2']);
    }
  });

  it('goes to exactly one of many processes who try at once to take it over', async () => {
    const folder = await temporaryFolder();
    await killedHolder(folder);
    const go = path.join(await temporaryFolder(), 'go');
    const program = `
      import { existsSync, writeFileSync } from 'node:fs';
      import { lockRun } from '../src/bulk/journal/lock.js';
      const { folder, go, child } = JSON.parse(process.env.DATA);
      writeFileSync(go + child, '');
      while (!existsSync(go)) await new Promise((resolve) => setImmediate(resolve));
      const result = await lockRun(folder).then(() => 'mine', (error) => error.code);
      writeFileSync(go + child, result);
      // The lock is held until all have tried.
      const { readFileSync } = await import('node:fs');
      const all = [0, 1, 2, 3, 4].map((n) => go + n);
      while (all.some((file) => readFileSync(file, 'utf8') === '')) await new Promise((resolve) => setImmediate(resolve));
      console.log(result);`;
    const children = [0, 1, 2, 3, 4].map((child) => runInChild(program, { folder, go, child }, 15_000));
    const ready = async () => (await readdir(path.dirname(go))).length === 5;
    while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 5));
    await writeFile(go, '');
    const results = (await Promise.all(children)).map(({ stdout }) => stdout.trim()).sort();
    expect(results).toEqual(['locked', 'locked', 'locked', 'locked', 'mine']);
  });

  it('is lost by one who looked long ago, though the number it takes was used and tidied away since', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { pid: 2 ** 22 + 1 });
    // Between looking and linking, two others have had the lock and one of them still has it.
    let interfered = false;
    const late = {
      ...systemFiles,
      link: async (existing: string, file: string) => {
        if (!interfered) {
          interfered = true;
          const bytes = await readFile(existing);
          await canLock(folder);
          await lockRun(folder);
          await writeFile(existing, bytes); // tidied, too; but suppose that it was made a moment later
        }
        return systemFiles.link(existing, file);
      },
    };
    expect((await journalErrorOf(lockRun(folder, { files: late }))).code).toBe('locked');
    expect(await readdir(folder)).toEqual(['lock.3']);
  });

  it('sees that a number was given back already, though its own file has the same', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { pid: 2 ** 22 + 1 });
    let interfered = false;
    const late = {
      ...systemFiles,
      link: async (existing: string, file: string) => {
        if (!interfered) {
          interfered = true;
          const bytes = await readFile(existing);
          await canLock(folder);
          await writeFile(existing, bytes);
        }
        return systemFiles.link(existing, file);
      },
    };
    const lock = await lockRun(folder, { files: late });
    expect(await readdir(folder)).toEqual(['lock.3']);
    await lock.release();
  });

  it('can always be given back', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRun(folder, {
      files: { ...systemFiles, rename: () => Promise.reject(new Error('EIO')) },
    });
    await lock.release();
    expect((await journalErrorOf(lockRun(folder))).code).toBe('locked'); // until this process ends
  });

  it('says so where a file stands in place of the folder', async () => {
    const folder = path.join(await temporaryFolder(), 'run');
    await writeFile(folder, '');
    expect((await journalErrorOf(lockRun(folder))).code).toBe('failed');
  });
});
