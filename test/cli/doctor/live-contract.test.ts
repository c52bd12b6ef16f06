// The live run of the installed command, with a sandbox in the place of the tenant.
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { topics } from '../../../src/cli/live/cases/index.js';
import { questions } from '../../../src/cli/live/questions/index.js';
import { MOST_MAILS } from '../../../src/cli/live/run.js';
import { runProgram } from '../../../src/cli/program.js';
import { processTerminal, type Terminal } from '../../../src/cli/terminal.js';
import { systemClock } from '../../../src/clock.js';
import { clientId, DoctorWorld, mailbox, tenantId } from './support.js';

const tenant = {
  apps: [{ clientId, roles: ['Mail.Send', 'Mail.ReadWrite'] }],
  mimeContentType: 'any-charset' as const,
};
let world: DoctorWorld;
let folder: string;
beforeAll(async () => {
  world = await DoctorWorld.start(tenant);
});
afterAll(() => world.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'live-contract-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function doctor(
  args: readonly string[],
  {
    typed,
    tenant = world,
    onOutput,
  }: { typed?: string; tenant?: DoctorWorld; onOutput?: (all: string, signals: EventEmitter) => void } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const isTTY = typed !== undefined;
  const signals = new EventEmitter();
  const stdin = Object.assign(new PassThrough(), { isTTY });
  if (isTTY) stdin.end(typed);
  const terminal: Terminal = {
    stdin,
    stdout: {
      isTTY,
      write: (text) => {
        out += text;
        onOutput?.(out, signals);
      },
    },
    stderr: { write: (text) => (err += text) },
    env: { ...tenant.env, NO_COLOR: '1' },
    clock: systemClock,
    signals,
    connect: processTerminal.connect,
  };
  const code = await runProgram(['doctor', '--no-env-file', '--live-contract', ...args], terminal);
  return { code, out, err };
}

const report = (name = 'report.md') => path.join(folder, name);

describe('doctor --live-contract', () => {
  test('tries every probe, says what it did, cleans up, and writes a report without names', async () => {
    const file = report();
    const { code, out, err } = await doctor(['--to', 'ana@example.com', '--to', mailbox, '--yes', '--report', file]);
    expect(err).toBe('');
    expect(out).toContain(`To           ana@example.com, ${mailbox}, and nobody else`);
    expect(out).toContain('the sandbox at');
    expect(out).toContain(`Report: ${file}`);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('| Tried against | sandbox |');
    for (const { id } of [...topics.flatMap(({ cases }) => [...cases]), ...questions])
      expect(text).toContain(`| ${id} |`);
    expect(text).toMatch(/\| Contract \| \d+ held, 0 did not hold, 0 not tried \|/);
    expect(text).toMatch(/\| Open questions \| \d+ held, 0 did not hold, 0 not tried \|/);
    expect(text).toMatch(
      /\| send-mail\.1 \| .* \| POST Graph \/v1\.0\/users\/\{mailbox\}\/sendMail \(MIME, \d+ bytes, to recipient 1\) → 202 \| \*\*held\*\* \| send-\d+/,
    );
    expect(text).toMatch(/\| token\.11 \|.* → 401 AADSTS700027 \|/);
    expect(text).toContain('What arrived at recipient 1: nobody but they can delete it.');
    expectNoNames(text);
    expect(code).toBe(0);
    // No more is sent than the plan says, which is not much more than a run needs.
    const { submissions } = world.sandbox.stats();
    expect(submissions).toBeLessThanOrEqual(MOST_MAILS);
    expect(Number(/\| Mails sent \| (\d+) \|/.exec(text)?.[1])).toBeGreaterThan(MOST_MAILS - 5);
    const { drafts, sentItems, inbox } = world.sandbox.mailbox(mailbox);
    expect([drafts, sentItems, inbox]).toEqual([[], [], []]);
  }, 120_000);
});

function expectNoNames(text: string): void {
  for (const name of ['@', '.example', 'contoso', tenantId, clientId, 'eyJ', 'PRIVATE KEY', 'localhost', '127.0.0.1']) {
    expect(text).not.toContain(name);
  }
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/i);
  for (const words of ['Sent by a contract test', 'contract test', 'Two spaces', 'Grüße'])
    expect(text).not.toContain(words);
}
