import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Terminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/common/clock.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';

export interface Printed {
  code: number;
  out: string;
  err: string;
  /** What went to stdout, byte for byte. */
  bytes: Buffer;
}

export interface RunOptions {
  stdin?: string | Buffer;
  env?: Record<string, string>;
  signals?: EventEmitter;
  /** Whether somebody types. */
  isTTY?: boolean;
}

/** A folder with certificate, CA and a `.env` file of a sandbox, and `send` with nothing else in its environment. */
export class SendEnvironment {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'send-command-'));
  readonly envFile: string;
  connections = 0;

  constructor(sandbox?: Sandbox) {
    const lines = sandbox
      ? [
          `AZURE_AUTHORITY_HOST=${sandbox.url}`,
          `GRAPH_MAIL_GRAPH_HOST=${sandbox.url}`,
          `AZURE_TENANT_ID=${sandbox.options.tenantId}`,
          `AZURE_CLIENT_ID=${sandbox.options.clientId}`,
          `AZURE_CLIENT_CERTIFICATE_PATH='${this.write('key.pem', sandbox.options.certificate)}'`,
          `GRAPH_MAIL_MAILBOX=${sandbox.options.mailbox}`,
          `NODE_EXTRA_CA_CERTS='${this.write('ca.pem', sandbox.ca)}'`,
        ]
      : [];
    this.envFile = this.write('.env', lines.join('\n'));
  }

  /** Writes a file, and gives its path. */
  write(name: string, content: string | Buffer): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  /** Runs `send …` in this process. */
  async send(
    args: readonly string[],
    { stdin = '', env = {}, signals, isTTY = false }: RunOptions = {},
  ): Promise<Printed> {
    const written: Buffer[] = [];
    let err = '';
    const input = new PassThrough();
    input.end(stdin);
    const terminal: Terminal = {
      stdin: Object.assign(input, { isTTY }),
      stdout: { write: (content) => written.push(Buffer.from(content as string)) },
      stderr: { write: (content) => (err += content) },
      env,
      clock: systemClock,
      signals: signals ?? new EventEmitter(),
      connect: (options) => {
        this.connections++;
        return createTransport(graphTransport(options));
      },
    };
    const code = await runProgram(['send', '--env-file', this.envFile, ...args], terminal);
    const bytes = Buffer.concat(written);
    return { code, out: bytes.toString(), err, bytes };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
