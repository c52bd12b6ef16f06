import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from '../../helpers/run-node.js';

// Inside node_modules, so that packages are found from there and git does not see it.
const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');

/** The program as its sources are now. `remove` deletes it. */
export async function bundleProgram(): Promise<{ file: string; remove(): void }> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `send-${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(root, 'src/cli/main.ts')],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(file) };
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  ended: Promise<{ code: number | null; signal: string | null; stdout: Buffer; stderr: string }>;
  /** Resolves when stderr holds `text`. */
  told(text: string): Promise<void>;
}

/** Runs `send …` in a process of its own, in `cwd`. */
export function startSend(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [file, 'send', ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  const ended = new Promise<{ code: number | null; signal: string | null; stdout: Buffer; stderr: string }>(
    (resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(out), stderr }));
    },
  );
  const told = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => stderr.includes(text) && resolve();
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`ended without saying ${text}: ${stderr}`)));
      look();
    });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended, told };
}
