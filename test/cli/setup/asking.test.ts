import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import { processTerminal } from '../../../src/cli/terminal.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { SetupWorld } from './support.js';

const ownPem = makeCertificate().pem;

let world: SetupWorld;
beforeEach(() => {
  world = new SetupWorld();
});
afterEach(() => world.remove());

const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';

/** Runs `setup` on a terminal where somebody types `keys` when the words before them are shown, one after the other. */
async function typed(args: string[], answers: readonly [shown: string, keys: string][]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 40 });
  let [out, err] = ['', ''];
  let [next, seen] = [0, 0];
  stdout.on('data', (chunk) => {
    out = stripVTControlCharacters(out + chunk);
    const [shown, keys] = answers[next] ?? [];
    if (shown === undefined || keys === undefined || !out.slice(seen).includes(shown)) return;
    next++;
    seen = out.length;
    // Once the question listens.
    setImmediate(() => stdin.write(keys));
  });
  const stderr = { write: (text: string) => (err += text) };
  const terminal = { ...processTerminal, stdin, stdout, stderr, env: {}, signals: new EventEmitter() };
  const code = await runProgram(['setup', '--out', world.out, ...args], terminal);
  return { code, out, err, asked: next };
}

describe('setup on a terminal', () => {
  it('asks for what no flag says, and offers what is usual', async () => {
    const done = await typed(
      ['--certificate', world.write('own.pem', ownPem)],
      [
        ['Which mailbox sends', `noreply@contoso.com${ENTER}`],
        ['if it is missing', `y`],
        ['stay out of reach', `director@contoso.com${ENTER}`],
        ['kept to its mailboxes', `${DOWN}${ENTER}`],
        ['security group', ENTER],
        ['called', ENTER],
      ],
    );
    expect(done).toMatchObject({ code: 0, err: '', asked: 6 });
    const script = world.read('exchange-admin/restrict-mailboxes.ps1');
    expect(script).toContain("$Allowed = @('noreply@contoso.com')");
    expect(script).toContain('$CreateMailbox = $true');
    expect(script).toContain("$GroupAddress = 'graph-mailers@contoso.com'");
    expect(script).toContain('New-ApplicationAccessPolicy');
    expect(world.read('entra-admin/register-app.sh')).toContain("APP_NAME='graph-mailer'");
  });

  it('takes no answer that is none, and says why', async () => {
    const done = await typed(
      ['--denied-mailbox', 'director@contoso.com', '--create-mailbox'],
      [
        ['Which mailbox sends', `noreply${ENTER}`],
        ['The address has no @', `@contoso.com${ENTER}`],
        ['kept to its mailboxes', CTRL_C],
      ],
    );
    expect(done.asked).toBe(3);
  });

  it('refuses at once what would be refused at the end', async () => {
    const done = await typed(
      ['--create-mailbox', '--mailbox', 'noreply@contoso.com'],
      [
        ['stay out of reach', `NoReply@contoso.com${ENTER}`],
        ['needs another one', CTRL_C],
      ],
    );
    expect(done).toMatchObject({ code: 2, asked: 2 });
  });

  it('does not offer an access policy where a filter is given, which is for RBAC alone', async () => {
    const flags = ['--mailbox', 'noreply@contoso.com', '--denied-mailbox', 'director@contoso.com', '--create-mailbox'];
    const filter = ['--filter', "City -eq 'x'", '--certificate', world.write('own.pem', ownPem)];
    const done = await typed([...flags, ...filter], [['called', ENTER]]);
    expect(done).toMatchObject({ code: 0, asked: 1 });
    expect(done.out).not.toContain('kept to its mailboxes');
  });

  it('writes nothing when somebody leaves', async () => {
    const done = await typed([], [['Which mailbox sends', CTRL_C]]);
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was written') });
    expect(existsSync(path.join(world.out, 'developer'))).toBe(false);
  });

  it('asks nothing with --yes', async () => {
    const done = await typed(['--yes'], []);
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining('--mailbox') });
  });
});
