import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
let count = 0;

export interface ChildResult {
  /** Exit code, or `null` when the process did not end by itself. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a TypeScript program in a process of its own, with `src` as it is now, and tells how it ended. The program may
 * import from 'src/…' and finds `data` in `process.env.DATA`, as JSON. It is killed after `patience` ms.
 */
export async function runInChild(program: string, data: unknown, patience = 10_000): Promise<ChildResult> {
  // Inside node_modules, so that packages are found from there and git does not see it.
  const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `child-${process.pid}-${count++}.mjs`);
  await build({
    stdin: { contents: program, resolveDir: path.join(root, 'test'), loader: 'ts' },
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  try {
    const child = spawn(process.execPath, [file], { env: { ...process.env, DATA: JSON.stringify(data) } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    return { code, stdout, stderr };
  } finally {
    await rm(file);
  }
}

/** The beginning of every such program: a transporter to the server that `data` names. */
export const childPreamble = `
import nodemailer from 'nodemailer';
import { graphTransport } from '../src/index.js';
const { options, mail } = JSON.parse(process.env.DATA);
const transport = graphTransport(options);
const transporter = nodemailer.createTransport(transport);
const say = (...words) => console.log(...words);
`;
