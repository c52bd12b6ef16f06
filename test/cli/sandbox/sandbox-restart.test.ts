import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interrupt, runCommand, type Started, startCommand } from '../sandbox-process.js';

// Several programs one after the other, each of which may take seconds to start on a machine that has much to do.
const LONG = 180_000;

let cwd: string;
let running: ChildProcess[];
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'sandbox restart '));
  running = [];
});
afterEach(async () => {
  const left = running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(left.map((child) => interrupt(child, 'SIGKILL')));
  rmSync(cwd, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<Started> {
  const started = await startCommand(args, cwd);
  running.push(started.child);
  return started;
}

/** Ends the sandbox as a crash does, and starts it on the same ports. */
async function restart(before: Started, ...args: string[]): Promise<Started> {
  if (before.child.signalCode === null) await interrupt(before.child, 'SIGKILL');
  const port = (url = '') => new URL(url).port;
  return start('--port', port(before.env.AZURE_AUTHORITY_HOST), '--inbox-port', port(before.inbox), ...args);
}

const freePorts = ['--port', '0', '--inbox-port', '0'];
const send = () =>
  runCommand(
    ['send', '--env-file', 'graph-mailer/developer/.env', '--to', 'ana@example.com', '--subject', 'Hi', '--text', 'Hi'],
    cwd,
  );

async function api(inbox: string, method: string, name: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${inbox}api/${name}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Record<string, unknown>;
}

describe('a sandbox that was killed and started again', () => {
  it('knows what was registered: send works without anything else', { timeout: LONG }, async () => {
    const first = await start(...freePorts);
    expect(readdirSync(path.join(cwd, '.graph-sandbox'))).not.toContain('kept-tenant.json');
    const done = await runCommand(['setup', '--sandbox', first.inbox], cwd);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const tenant = await api(first.inbox, 'GET', 'tenant');
    await api(first.inbox, 'PUT', 'scenario', { name: 'slow' });
    const ca = readFileSync(path.join(cwd, '.graph-sandbox/ca.pem'), 'utf8');

    // Another name makes another certificate, of the same authority.
    const second = await restart(first, '--name', 'sandbox');
    expect(await api(second.inbox, 'GET', 'tenant')).toEqual(tenant);
    expect(await api(second.inbox, 'GET', 'faults')).not.toMatchObject({ scenario: 'slow' });
    expect(await api(second.inbox, 'GET', 'messages')).toMatchObject({ total: 0 });
    expect(readFileSync(path.join(cwd, '.graph-sandbox/ca.pem'), 'utf8')).toBe(ca);
    expect(await send()).toMatchObject({ code: 0, stderr: '' });
    expect(await api(second.inbox, 'GET', 'messages')).toMatchObject({ total: 1 });
    expect(statSync(path.join(cwd, '.graph-sandbox/kept-tenant.json')).mode & 0o777).toBe(0o600);
    // Nothing unfinished lies about.
    expect(readdirSync(path.join(cwd, '.graph-sandbox')).sort()).toEqual(
      ['.gitignore', 'ca.pem', 'certificate.pem', 'identity.pem', 'kept-tenant.json'].sort(),
    );
  });

  it('and whose folder was deleted is told it again by setup', { timeout: LONG }, async () => {
    const first = await start(...freePorts);
    const line = ['setup', '--sandbox', first.inbox];
    await runCommand(line, cwd);
    await interrupt(first.child, 'SIGKILL');
    rmSync(path.join(cwd, '.graph-sandbox'), { recursive: true });
    await restart(first);
    const again = await runCommand(line, cwd);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('No key was changed.\nRegistered again what the sandbox did not know: application ');
    expect(await send()).toMatchObject({ code: 0, stderr: '' });
  });
});

it('of two sandboxes on a folder the first change is kept, and the other says so', { timeout: LONG }, async () => {
  const [first, second] = [await start(...freePorts), await start(...freePorts)];
  for (const name of ['one', 'two']) await api(first.inbox, 'PUT', `tenant/apps/${name}`, {});
  for (const name of ['three', 'four']) await api(second.inbox, 'PUT', `tenant/apps/${name}`, {});
  await expect.poll(second.said).toMatch(/^Warning: .*tenant\.json was changed by somebody else, .*--folder\.\n$/);
  const kept = readFileSync(path.join(cwd, '.graph-sandbox/kept-tenant.json'), 'utf8');
  expect(['one', 'two', 'three', 'four'].filter((id) => kept.includes(`"${id}"`))).toEqual(['one', 'two']);
  expect(first.said()).toBe('');
});

it('a tenant that is damaged is named, and not overwritten', { timeout: LONG }, async () => {
  const first = await start(...freePorts);
  await api(first.inbox, 'PUT', 'tenant/apps/one', {});
  await interrupt(first.child, 'SIGKILL');
  const file = path.join(cwd, '.graph-sandbox/kept-tenant.json');
  const half = readFileSync(file, 'utf8').slice(0, 100);
  writeFileSync(file, half);
  await expect(start(...freePorts)).rejects.toThrow(/^exit 1: Error: .*tenant\.json, .* is not valid JSON/);
  expect(readFileSync(file, 'utf8')).toBe(half);
});
