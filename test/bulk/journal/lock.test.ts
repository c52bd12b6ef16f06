import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../../src/bulk/common/file-operations.js';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { type LockHolder, thisMachine } from '../../../src/bulk/journal/lock-holder.js';
import { encodeRecord } from '../../../src/bulk/journal/record-line.js';
import { runInChild } from '../../helpers/child.js';
import { journalErrorOf, run, temporaryFolder } from './journal-environment.js';

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

const facts = { pid: 4711, host: 'mailer-0', started: '500', boot: 'boot', space: 'pid:[1]' };

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

  it.runIf(onLinux)('is taken over after a kill -9, and what that left is tidied', async () => {
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

  const onDisk = (type: number) => ({ ...systemFiles, statfs: async () => ({ type }) });

  it('is taken over when the machine was started again since, and the folder is on a disk of its own', async () => {
    const folder = await temporaryFolder();
    const machine = { self: async () => facts, processAt: async () => 'none' as const };
    await lockRun(folder, { files: onDisk(0xef53), machine });
    // As the end of that process: this one does not know the lock any more.
    await rename(path.join(folder, 'lock.1'), path.join(folder, 'kept'));
    await writeFile(path.join(folder, 'kept'), (await readFile(path.join(folder, 'kept'), 'utf8')).trim());
    await rename(path.join(folder, 'kept'), path.join(folder, 'lock.1'));
    const rebooted = { ...machine, self: async () => ({ ...facts, boot: 'another', space: 'another' }) };
    expect((await journalErrorOf(lockRun(folder, { files: onDisk(0x6969), machine: rebooted }))).code).toBe('locked');
    const lock = await lockRun(folder, { files: onDisk(0xef53), machine: rebooted });
    expect(lock.takenFrom).toBeUndefined();
    await lock.release();
  });

  it('is not taken over from an earlier version, which said less of itself', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'lock.1'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    expect((await journalErrorOf(lockRun(folder))).message).toContain('--take-over');
  });

  it('tells whoever must decide who has it, since when, when it last wrote, and what to do', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, {
      host: 'mail-7.example.com',
      pid: 4711,
      at: new Date(Date.now() - 7_205_000).toISOString(),
    });
    const record = { ...run, at: new Date(Date.now() - 65_000).toISOString() };
    await writeFile(path.join(folder, 'journal.jsonl'), `${encodeRecord(record, 1)}{"type":"att`);
    const { code, message } = await journalErrorOf(lockRun(folder));
    expect(code).toBe('locked');
    expect(message).toContain('process 4711 on mail-7.example.com');
    expect(message).toMatch(/open since 20\S+ \(2 h\b.* ago\)/);
    expect(message).toMatch(/last record of its journal is from 20\S+ \(1 min\b.* ago\)/);
    expect(message).toContain('bulk resume --take-over');
    expect(message).toContain('takeOver: true');
  });

  it.each<[string, string | Partial<LockHolder>]>([
    ['on another host', { host: 'mail-7.example.com', pid: 2 ** 22 + 1 }],
    ['in another container', { space: 'pid:[1]', pid: 2 ** 22 + 1 }],
    ['of which nothing is said', ''],
  ])('is taken over from a holder %s on the word of a person alone, which is recorded', async (_, holder) => {
    const folder = await temporaryFolder();
    if (typeof holder === 'string') await writeFile(path.join(folder, 'lock.1'), holder);
    else await lockHeldBy(folder, holder);
    expect((await journalErrorOf(lockRun(folder))).code).toBe('locked');
    const lock = await lockRun(folder, { takeOver: true });
    const takenFrom = typeof holder === 'string' ? {} : { pid: 2 ** 22 + 1, host: holder.host ?? hostname() };
    expect(lock.takenFrom).toEqual(takenFrom);
    expect(JSON.parse(await readFile(path.join(folder, 'lock.2'), 'utf8'))).toMatchObject({ takenFrom });
    expect(await readdir(folder)).toEqual(['lock.2']);
    await lock.release();
  });

  it('is not taken over, whoever says so, from a process that is seen to run', async () => {
    const folder = await temporaryFolder();
    const program = `
      import { lockRun } from '../src/bulk/journal/lock.js';
      const { folder, self } = JSON.parse(process.env.DATA);
      const machine = self && { self: async () => self, processAt: async () => undefined };
      await lockRun(folder, { takeOver: true, machine }).then(() => console.log('mine'), (error) => console.log(error.code));`;
    const lock = await lockRun(folder);
    expect((await journalErrorOf(lockRun(folder, { takeOver: true }))).code).toBe('locked');
    if (onLinux) expect((await runInChild(program, { folder })).stdout).toBe('locked\n');
    expect(await lock.lost()).toBeUndefined();
    // Nor from this process where the system says nothing of processes.
    const nothing = { self: async () => ({ pid: 1, host: 'x' }), processAt: async () => undefined };
    expect((await journalErrorOf(lockRun(folder, { takeOver: true, machine: nothing }))).code).toBe('locked');
    // One that cannot see it may.
    expect((await runInChild(program, { folder, self: { pid: 1, host: 'x' } })).stdout).toBe('mine\n');
    expect((await lock.lost())?.message).toContain('Process 1 on x has taken over the run');
    await lock.release();
    expect(await readdir(folder)).toEqual(['lock.2']);
  });

  it('is lost when its file is removed, or is another one of the same name, which is not given back then', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRun(folder);
    const file = path.join(folder, 'lock.1');
    await rm(file);
    expect(await lock.lost()).toMatchObject({ code: 'locked', message: expect.stringContaining('was removed') });
    await lockHeldBy(folder, {});
    expect((await lock.lost())?.code).toBe('locked');
    await lock.release();
    expect(await readdir(folder)).toEqual(['lock.1']);
  });

  it('is not taken when the file of a holder of whom little is known cannot be removed', async () => {
    const folder = await temporaryFolder();
    await lockHeldBy(folder, { host: 'other' });
    const unlink = (file: string) =>
      file.endsWith('lock.1')
        ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
        : systemFiles.unlink(file);
    const error = await journalErrorOf(lockRun(folder, { takeOver: true, files: { ...systemFiles, unlink } }));
    expect(error.code).toBe('failed');
    expect(await readdir(folder)).toEqual(['lock.1']);
  });

  it('is taken although a file server says that it is there already, as it does when it is asked twice', async () => {
    const folder = await temporaryFolder();
    const link = async (from: string, to: string) => {
      await systemFiles.link(from, to);
      return systemFiles.link(from, to);
    };
    await (await lockRun(folder, { files: { ...systemFiles, link } })).release();
    expect(await readdir(folder)).toEqual(['lock.1.released']);
  });

  it('left because somebody changed the journal keeps everybody out until a person has looked', async () => {
    const folder = await temporaryFolder();
    await (await lockRun(folder)).release('damaged');
    for (const takeOver of [false, true]) {
      const error = await journalErrorOf(lockRun(folder, { takeOver }));
      expect(error.code).toBe('damaged');
      expect(error.message).toContain(`delete ${path.join(folder, 'lock.1.damaged')}`);
    }
    await rm(path.join(folder, 'lock.1.damaged'));
    await canLock(folder);
  });

  it('is not taken over when it cannot be read', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'lock.4'), '');
    const error = await journalErrorOf(lockRun(folder));
    expect(error.code).toBe('locked');
    expect(error.message).toContain(path.join(folder, 'lock.4'));
  });

  it.runIf(onLinux)('goes to exactly one of many who try at once to take it over, in one process', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = await temporaryFolder();
      await lockHeldBy(folder, { pid: 2 ** 22 + 1 });
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(folder)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await readdir(folder)).filter((name) => !name.startsWith('lock.new-'))).toEqual(['lock.2']);
    }
  });

  it.runIf(onLinux)('goes to exactly one of many processes who try at once to take it over', async () => {
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

  it.runIf(onLinux)(
    'is lost by one who looked long ago, though the number it takes was used and tidied away since',
    async () => {
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
    },
  );

  it.runIf(onLinux)('sees that a number was given back already, though its own file has the same', async () => {
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
