import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { journalErrorOf, temporaryFolder } from './journal-environment.js';

const inNamespace = ['--pid', '--fork', '--kill-child', '--mount-proc'];
// Needs Linux, and the right to make namespaces.
const canUnshare = spawnSync('unshare', [...inNamespace, 'true']).status === 0;

describe.runIf(canUnshare)('a lock of a process in a PID namespace of its own', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const program = path.join(root, `node_modules/.cache/nodemailer-graph-transport/lock-${process.pid}.mjs`);
  beforeAll(async () => {
    mkdirSync(path.dirname(program), { recursive: true });
    await build({
      stdin: {
        contents: `
          import { lockRun } from './src/bulk/journal/lock.js';
          import { thisMachine } from './src/bulk/journal/lock-holder.js';
          if (process.env.FOLDER) await lockRun(process.env.FOLDER);
          console.log(JSON.stringify(await thisMachine.self()));
          process.stdin.resume();`,
        resolveDir: root,
        loader: 'ts',
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
  });
  afterAll(() => rm(program));

  /** Starts the program, and gives what it said of itself. */
  async function start(
    unshare: string[],
    folder = '',
  ): Promise<{ child: ChildProcess; self: Record<string, unknown> }> {
    const child = spawn('unshare', [...unshare, process.execPath, program], {
      env: { ...process.env, FOLDER: folder },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const text = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))));
    return { child, self: JSON.parse(text) };
  }

  it('cannot be judged from outside, alive or dead, though another process has its pid here: a person must', async () => {
    const folder = await temporaryFolder();
    const { child, self } = await start(inNamespace, folder);
    expect(self).toMatchObject({ pid: 1, boot: expect.any(String) });
    expect((await journalErrorOf(lockRun(folder))).message).toContain('in another container');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    expect((await journalErrorOf(lockRun(folder))).message).toContain('in another container');
    const lock = await lockRun(folder, { takeOver: true });
    expect(lock.takenFrom).toMatchObject({ pid: 1 });
    await lock.release();
  });

  it('says nothing of itself by the /proc of another namespace, which counts its processes otherwise', async () => {
    const { self } = await start(inNamespace.filter((flag) => flag !== '--mount-proc'));
    expect(self).toEqual({ pid: 1, host: expect.any(String) });
  });
});
