import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import type { Mode } from './crash-points.js';

export const mailboxes = ['news@contoso.example', 'sales@contoso.example'] as const;

// What the documentation asks for in each mode, and no more.
const roles: Record<Mode, string[]> = {
  hold: ['Mail.Send'],
  verify: ['Mail.Send', 'Mail.ReadBasic.All'],
  draft: ['Mail.Send', 'Mail.ReadWrite'],
};

/** A Graph to send through, a folder for runs, and the program that sends. */
export interface Stage extends AsyncDisposable {
  sandbox: Sandbox;
  folder: string;
  program: string;
  token: (mode: Mode) => string;
}

/** @param program as {@link buildSession} made it */
export async function openStage(program: string): Promise<Stage> {
  const modes = Object.keys(roles) as Mode[];
  const sandbox = await startSandbox({
    mailboxes: [...mailboxes],
    apps: modes.map((mode) => ({ clientId: mode, certificates: [], secrets: ['s'], roles: roles[mode] })),
    // Requests of a process that was killed stay open for a moment.
    mailboxConcurrency: false,
    requestLimit: false,
    uploadLimit: false,
    tokenLifetime: 86_400,
  });
  const tokens = new Map<Mode, string>();
  for (const mode of modes) tokens.set(mode, await requestToken(sandbox, mode));
  const folder = await mkdtemp(path.join(tmpdir(), 'crash-'));
  return {
    sandbox,
    folder,
    program,
    token: (mode) => tokens.get(mode) ?? '',
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes one file of the program of a session: it starts in a fifth of a second then. */
export async function buildSession(root: string): Promise<{ program: string } & AsyncDisposable> {
  // Inside node_modules, so that packages are found from there and git does not see it.
  const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');
  mkdirSync(folder, { recursive: true });
  const program = path.join(folder, `crash-${process.pid}.cjs`);
  await build({
    entryPoints: [path.join(root, 'test/crash/session.ts')],
    outfile: program,
    bundle: true,
    external: ['@azure/msal-node', 'node-forge'],
    define: { 'import.meta.url': '__fileUrl' },
    banner: { js: "const __fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  return { program, [Symbol.asyncDispose]: () => rm(program, { force: true }) };
}

function requestToken({ url, ca, options }: Sandbox, clientId: string): Promise<string> {
  const form = new URLSearchParams({
    client_id: clientId,
    client_secret: 's',
    grant_type: 'client_credentials',
    scope: `${url}/.default`,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${url}/${options.tenantId}/oauth2/v2.0/token`,
      { method: 'POST', ca, headers, agent: false },
      async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        const { access_token: token } = JSON.parse(text) as { access_token?: string };
        if (token === undefined) reject(new Error(text));
        else resolve(token);
      },
    );
    request.on('error', reject);
    request.end(form.toString());
  });
}
