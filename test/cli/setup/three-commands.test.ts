import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../helpers/run-node.js';

let folder: string;
let sandbox: ChildProcess | undefined;
beforeEach(() => {
  // A project with the package installed, and nothing else.
  folder = mkdtempSync(path.join(tmpdir(), 'three commands '));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules/nodemailer-graph-transport'), 'junction');
  symlinkSync(path.join(root, 'node_modules/nodemailer'), path.join(folder, 'node_modules/nodemailer'), 'junction');
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
  const [program, ...args] = command.split(' ');
  const main = path.join(folder, 'node_modules/nodemailer-graph-transport/dist/esm/cli/main.js');
  const given = program === 'npx' ? [main, ...args.slice(1)] : args;
  const child = spawn(process.execPath, given, { cwd: folder, env: withoutIdentity(process.env) });
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
  const send = /^ +(node .*)$/m.exec(await run(setup).printed)?.[1] ?? '';
  expect(await run(send).printed).toContain('202 Accepted');
  const inbox = /^Inbox\s+(\S+)$/m.exec(printed)?.[1] ?? '';
  expect(await (await fetch(`${inbox}api/messages`)).text()).toContain('Hello from Microsoft Graph');
});

function withoutIdentity(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AZURE|GRAPH_MAIL)_/.test(name)));
}
