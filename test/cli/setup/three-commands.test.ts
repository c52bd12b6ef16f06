import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../helpers/run-node.js';

let folder: string;
let sandbox: ChildProcess | undefined;
beforeEach(() => {
  // Empty: npx keeps the package elsewhere, where no program of this folder finds it.
  folder = mkdtempSync(path.join(tmpdir(), 'three commands '));
});
afterEach(async () => {
  if (sandbox?.exitCode === null) {
    const ended = new Promise((resolve) => sandbox?.once('exit', resolve));
    sandbox.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command as it is printed, in the project; gives what it prints until `until`, or until it ends. */
function run(command: string, until?: string): { child: ChildProcess; printed: Promise<string> } {
  const [npx, name, ...args] = command.split(' ');
  expect([npx, name]).toEqual(['npx', 'nodemailer-graph-transport']);
  const main = path.join(root, 'dist/esm/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: withoutIdentity(process.env) });
  let text = '';
  const printed = new Promise<string>((resolve, reject) => {
    const add = (chunk: Buffer) => {
      text += chunk;
      if (until !== undefined && text.includes(until)) resolve(text);
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit ${code}: ${text}`))));
  });
  return { child, printed };
}

it('three commands, each but the first as the one before printed it, lead to a mail in the inbox', async () => {
  const started = run('npx nodemailer-graph-transport sandbox --port 0 --inbox-port 0', 'Ctrl-C ends');
  sandbox = started.child;
  const printed = await started.printed;
  const setup = /^npx nodemailer-graph-transport setup .*$/m.exec(printed)?.[0] ?? '';
  const send = /^npx nodemailer-graph-transport send .*$/m.exec(await run(setup).printed)?.[0] ?? '';
  expect(await run(send).printed).toContain('Outcome            sent');
  const inbox = /^Inbox\s+(\S+)$/m.exec(printed)?.[1] ?? '';
  expect(await (await fetch(`${inbox}api/messages`)).text()).toContain('ana@example.com');
});

function withoutIdentity(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AZURE|GRAPH_MAIL)_/.test(name)));
}
