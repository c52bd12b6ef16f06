import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setVariable } from '../../src/cli/shell.js';
import { root, runNode } from '../helpers/run-node.js';

const program = path.join(root, 'dist/esm/cli/main.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandbox-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts `sandbox` on free ports and waits until it has printed all it prints. */
async function start(): Promise<{ child: ChildProcess; printed: string; env: Record<string, string> }> {
  const child = spawn(process.execPath, [program, 'sandbox', '--port', '0', '--inbox-port', '0', '--folder', folder]);
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('Ctrl-C ends')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${printed}`)));
  });
  const variables = [...printed.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [
    name ?? '',
    value ?? '',
  ]);
  return { child, printed, env: Object.fromEntries(variables) };
}

async function interrupt(child: ChildProcess): Promise<number | null> {
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  return exit;
}

describe('the sandbox command', () => {
  it('prints an environment that a program sends with, shows the message, and ends on Ctrl-C', async () => {
    const { child, printed, env } = await start();
    const sent = await runNode(['examples/smallest.mjs'], env);
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const inbox = /^Inbox\s+(\S+)$/m.exec(printed)?.[1] ?? '';
    expect(await (await fetch(`${inbox}api/messages`)).text()).toContain('Hello from Microsoft Graph');
    expect(await interrupt(child)).toBe(0);
  });

  it('keeps the key private, and uses it again at the next start', async () => {
    const first = await start();
    const file = first.env.AZURE_CLIENT_CERTIFICATE_PATH ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(file, 'utf8');
    await interrupt(first.child);
    const second = await start();
    expect(readFileSync(file, 'utf8')).toBe(key);
    expect(second.env.AZURE_CLIENT_ID).toBe(first.env.AZURE_CLIENT_ID);
    expect(await interrupt(second.child)).toBe(0);
  });

  it('says which port is taken, and refuses what is no port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const taken = await runNode([program, 'sandbox', '--port', String(port), '--inbox-port', '0', '--folder', folder]);
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining(String(port)) });
    expect(taken.stderr).not.toMatch(/\n\s+at /);
    other.close();
    const wrong = await runNode([program, 'sandbox', '--port', 'http']);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('0 to 65535') });
  });
});

describe('the folder of a sandbox', () => {
  const run = (...args: string[]) => runNode([program, 'sandbox', '--port', '0', '--inbox-port', '0', ...args]);

  it('keeps the authority, so that a program which runs on trusts the sandbox that was started again', async () => {
    const first = await start();
    const ca = readFileSync(first.env.NODE_EXTRA_CA_CERTS ?? '', 'utf8');
    await interrupt(first.child);
    const second = await start();
    expect(readFileSync(second.env.NODE_EXTRA_CA_CERTS ?? '', 'utf8')).toBe(ca);
    expect(statSync(path.join(folder, 'identity.pem')).mode & 0o777).toBe(0o600);
    expect(await runNode(['examples/smallest.mjs'], second.env)).toMatchObject({ code: 0 });
    await interrupt(second.child);
  });

  it('whose certificate was damaged is named, with what to do, and is not overwritten', async () => {
    const file = path.join(folder, 'certificate.pem');
    writeFileSync(file, 'something else');
    expect(await run('--folder', folder)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/certificate\.pem.*Delete it/),
    });
    expect(readFileSync(file, 'utf8')).toBe('something else');
  });

  it('that is a file, or nothing, is refused in words', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await run('--folder', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a file of that name.*--folder/),
    });
    expect(await run('--folder', '')).toMatchObject({ code: 1, stderr: expect.stringContaining('--folder is empty') });
  });

  it('is not opened for ports that are the same, nor for a mailbox that is none', async () => {
    const same = await runNode([program, 'sandbox', '--port', '8444', '--inbox-port', '8444', '--folder', folder]);
    expect(same).toMatchObject({ code: 1, stderr: expect.stringContaining('both 8444') });
    expect(await run('--mailbox', "x y'z$(id)@a")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bare address'),
    });
  });
});

describe('variables to paste', () => {
  it('are quoted for the shell, whatever is in them', () => {
    const value = "/tmp/a b's $(id)/`x`";
    const line = setVariable('X', value, 'linux');
    expect(execFileSync('sh', ['-c', `${line}; printf %s "$X"`], { encoding: 'utf8' })).toBe(value);
    expect(setVariable('X', "it's", 'win32')).toBe("$env:X = 'it''s'");
  });
});

describe('the command line', () => {
  it('tells its version, which is the package version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(await runNode([program, '--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('names an unknown command and points to the help', async () => {
    expect(await runNode([program, 'snadbox'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/snadbox[\s\S]*--help/),
    });
  });

  it('ends quietly when nobody reads its output any more', () => {
    const shell = `"${process.execPath}" "${program}" demo | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const result = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.stdout).toMatch(/^Sandbox: .*\n0\n$/);
  });

  it('tells on Ctrl-C in the middle of the demonstration what was sent', async () => {
    const child = spawn(process.execPath, [program, 'demo']);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (!child.killed && printed.includes('50 of 200')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(printed).toMatch(/^Sent +\d+$[\s\S]*Interrupted/m);
    expect(code).toBe(130);
  });
});
