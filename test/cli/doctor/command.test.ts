import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processTerminal, type Terminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/common/clock.js';
import { DoctorFixture, mailbox } from './support.js';

let fixture: DoctorFixture;
beforeAll(async () => {
  fixture = await DoctorFixture.start();
});
afterAll(() => fixture.close());

async function doctor(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    stdin: Object.assign(new PassThrough(), { isTTY: false }),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: fixture.env,
    clock: systemClock,
    signals: new EventEmitter(),
    connect: processTerminal.connect,
  };
  const code = await runProgram(['doctor', '--no-env-file', ...args], terminal);
  return { code, out, err };
}

describe('the command line of doctor', () => {
  test('examines what the environment says', async () => {
    const { code, out, err } = await doctor(
      '--probe',
      '--mailbox',
      mailbox,
      '--denied-mailbox',
      'boss@contoso.example',
    );
    expect(err).toBe('');
    expect(out).toContain(`✓ Send check of ${mailbox}: ok`);
    expect(code).toBe(0);
  });

  test('takes a whole identity from its flags', async () => {
    const { AZURE_TENANT_ID = '', AZURE_CLIENT_CERTIFICATE_PATH = '' } = fixture.env;
    const identity = ['--tenant-id', AZURE_TENANT_ID, '--certificate', AZURE_CLIENT_CERTIFICATE_PATH];
    const { code, err } = await doctor(...identity);
    expect(code).toBe(2);
    expect(err).toContain('--client-id is missing');
  });

  test.each([
    [['--mode', 'both'], 'rbac or policy'],
    [['--mailbox', 'not an address'], 'bare address'],
    [['--denied-mailbox', 'a@b.example', '--denied-mailbox', 'A@b.example'], 'is given twice'],
    [['--denied-mailbox', 'a@b.example'], 'with --probe only'],
    [['--probe', '--mailbox', 'a@b.example', '--denied-mailbox', 'A@B.example'], 'cannot be both'],
    [['--from', 'a@b.example'], 'goes with --send-to'],
    [['--send-to', 'nobody'], 'address'],
    [['--env-file', '/nowhere/.env'], 'cannot be read'],
  ])('refuses %j with the exit code 2', async (args, message) => {
    const { code, err } = await doctor(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('its help has the exit codes, and says that a mailbox is an inference', async () => {
    const { code, out } = await doctor('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/77 +the application may not do this/);
    expect(out).toContain('is an inference');
  });
});
