import { execFile } from 'node:child_process';
import path from 'node:path';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');

export interface RunResult {
  /** `null` when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a Node program to its end and gives what it printed; one that does not end by itself is killed. */
export function runNode(args: string[], env: Record<string, string> = {}, timeout = 30_000): Promise<RunResult> {
  return new Promise((resolve) => {
    const options = { cwd: root, timeout, env: { ...process.env, NODE_OPTIONS: '', ...env } };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
