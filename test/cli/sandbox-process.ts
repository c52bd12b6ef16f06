// The command as it is started in a terminal.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { type RunResult, root } from '../helpers/run-node.js';

export const program = path.join(root, 'dist/esm/cli/main.js');

export interface Started {
  child: ChildProcess;
  /** All that it prints at its start. */
  printed: string;
  /** What it has said on stderr until now. */
  said: () => string;
  inbox: string;
  /** What that tells a program, as its environment. */
  env: Record<string, string>;
}

/** Starts `sandbox` and waits until it has printed all it prints. Rejects with what it says when it ends before. */
export async function startCommand(args: readonly string[], cwd = process.cwd()): Promise<Started> {
  const child = spawn(process.execPath, [program, 'sandbox', ...args], { cwd });
  let [printed, said] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (/Ctrl-C ends[^\n]*\n/.test(printed)) resolve();
    });
    child.once('close', (code) => reject(new Error(`exit ${code}: ${said}`)));
  });
  const term = (name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(printed)?.[1] ?? '';
  const file = (name: string) => path.resolve(cwd, term(name));
  const env = {
    AZURE_AUTHORITY_HOST: term('Entra and Graph'),
    GRAPH_MAIL_GRAPH_HOST: term('Entra and Graph'),
    AZURE_TENANT_ID: term('Tenant id'),
    AZURE_CLIENT_ID: term('Client id'),
    AZURE_CLIENT_CERTIFICATE_PATH: file('Certificate, key'),
    GRAPH_MAIL_MAILBOX: term('Mailbox'),
    NODE_EXTRA_CA_CERTS: file('Authority \\(CA\\)'),
  };
  return { child, printed, said: () => said, inbox: term('Inbox'), env };
}

/** Runs a command in a folder to its end. */
export function runCommand(args: readonly string[], cwd: string): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { cwd }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

export function interrupt(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return exit;
}
