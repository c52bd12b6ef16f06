import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { processTerminal, type Terminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/common/clock.js';

export interface Printed {
  code: number;
  out: string;
  err: string;
}

/** The answers of a usual set-up, for a folder where nobody can be asked. */
export const usualFlags = [
  ...['--mailbox', 'noreply@contoso.com'],
  ...['--denied-mailbox', 'director@contoso.com'],
  ...['--group', 'graph-mailers@contoso.com'],
];

/** A folder to set up in, and the command line in it. */
export class SetupFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'setup-command-'));

  /** The folder of the handouts. */
  get out(): string {
    return path.join(this.folder, 'graph-mailer');
  }

  /** Runs `setup --out …` in this process, without a terminal. */
  setup(args: readonly string[], options: { env?: NodeJS.ProcessEnv; now?: number } = {}): Promise<Printed> {
    return runSetup(['--out', this.out, ...args], options);
  }

  read(name: string): string {
    return readFileSync(path.join(this.out, name), 'utf8');
  }

  write(name: string, text: string | Buffer): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function runSetup(
  args: readonly string[],
  { env = {}, now }: { env?: NodeJS.ProcessEnv; now?: number },
): Promise<Printed> {
  let [out, err] = ['', ''];
  const stdin = new PassThrough();
  stdin.end();
  const terminal: Terminal = {
    ...processTerminal,
    stdin,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env,
    clock: { ...systemClock, now: () => now ?? Date.now() },
    signals: new EventEmitter(),
  };
  const code = await runProgram(['setup', ...args], terminal);
  return { code, out, err };
}
