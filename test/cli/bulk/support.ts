import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Terminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/common/clock.js';
import type { GraphTransportOptions } from '../../../src/options/types.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';

export interface Printed {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  /** What somebody types; with it, input and output are a terminal. */
  typed?: string;
  env?: NodeJS.ProcessEnv;
  /** Instead of the usual flags of a run. */
  flags?: readonly string[];
  /** Called with all that was printed, each time that something is. */
  onPrint?: (out: string, signals: EventEmitter) => void;
}

/** A folder with a template and recipients, and the command line in it against a sandbox. */
export class BulkEnvironment {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'bulk-commands-'));
  readonly connected: GraphTransportOptions[] = [];
  readonly #sandbox: Sandbox | undefined;
  readonly #more: GraphTransportOptions;

  /** @param more options of the transport, beside those of the sandbox */
  constructor(sandbox?: Sandbox, more: GraphTransportOptions = {}) {
    this.#sandbox = sandbox;
    this.#more = more;
    this.write('template/subject.hbs', 'Hello {{name}}');
    this.write('template/text.hbs', 'Dear {{name}}, all the best');
  }

  /** Writes a file, and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Recipients `p1@example.com` to `pn@example.com`. */
  recipients(n: number, more: readonly string[] = []): string {
    const rows = Array.from({ length: n }, (_, index) => `p${index + 1}@example.com,Person ${index + 1}`);
    return this.write('people.csv', ['email,name', ...rows, ...more, ''].join('\n'));
  }

  /** The flags of a usual run. */
  get flags(): string[] {
    const at = (name: string) => path.join(this.folder, name);
    const from = `News <${this.#sandbox?.options.mailbox ?? 'noreply@contoso.example'}>`;
    return ['--template', at('template'), '--recipients', at('people.csv'), '--from', from];
  }

  get runs(): string {
    return path.join(this.folder, 'runs');
  }

  /** Runs `bulk …` in this process. */
  async bulk(args: readonly string[], { typed, env = {}, onPrint }: RunOptions = {}): Promise<Printed> {
    let [out, err] = ['', ''];
    const signals = new EventEmitter();
    const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
    stdin.end(typed === undefined ? '' : `${typed}\n`);
    const terminal: Terminal = {
      stdin,
      stdout: {
        isTTY: typed !== undefined,
        write: (text) => {
          out += text;
          onPrint?.(out, signals);
        },
      },
      stderr: { write: (text) => (err += text) },
      // What is printed is compared in whole lines.
      env: { TERM: 'dumb', COLUMNS: '10000', ...env },
      clock: systemClock,
      signals,
      connect: (options) => {
        this.connected.push(options);
        if (!this.#sandbox) throw new Error('nothing must be sent here');
        return createTransport(graphTransport({ ...this.#sandbox.options, ...this.#more, ...options }));
      },
    };
    const code = await runProgram(['bulk', ...args], terminal);
    return { code, out, err };
  }

  /** Runs `bulk run` with the usual flags, as fast as it goes. */
  run(args: readonly string[] = [], options: RunOptions = {}): Promise<Printed> {
    return this.bulk(
      ['run', ...(options.flags ?? this.flags), '--runs', this.runs, '--rate', 'none', ...args],
      options,
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The run folder that was printed. */
export function runFolder({ out }: Printed): string {
  return /^Run folder (.+)$/m.exec(out)?.[1] ?? '';
}

/** The events that `--json` printed. */
export function events({ out }: Printed): Record<string, unknown>[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
