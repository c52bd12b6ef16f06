import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/index.js';
import type { Connection } from '../../../../src/sandbox/page/api/types.js';
import { placeholders, snippets } from '../../../../src/sandbox/page/connect/snippets.js';
import { root } from '../../../helpers/run-node.js';

const run = promisify(execFile);
const isThere = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
// What quoting must be right for: each of these means something in one of the languages.
const mailbox = "miles.o'brien@contoso.example";
const clientSecret = String.raw`a'b"c $d ${'`'}e${'`'} \f&g=h%20+#{i}`;

let folder: string;
let sandbox: Sandbox;
let connection: Connection;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'snippets-'));
  const kept = path.join(folder, "it's $(here)");
  mkdirSync(kept);
  const connect = {
    clientSecret,
    certificatePath: path.join(kept, 'certificate.pem'),
    caPath: path.join(kept, 'ca.pem'),
  };
  sandbox = await startSandbox({ clientId, mailbox, apps: [{ clientId, secrets: [clientSecret] }], connect });
  writeFileSync(connect.certificatePath, sandbox.options.certificate, { mode: 0o600 });
  writeFileSync(connect.caPath, sandbox.ca);
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules/nodemailer-graph-transport'), 'junction');
  symlinkSync(path.join(root, 'node_modules/nodemailer'), path.join(folder, 'node_modules/nodemailer'), 'junction');
  connection = (await (await fetch(`${sandbox.inboxUrl}api/connect`)).json()) as Connection;
  for (const { file, text } of snippets(connection)) {
    if (file !== undefined) writeFileSync(path.join(folder, file), `${text}\n`);
  }
});
beforeEach(() => sandbox.clear());
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

function titled(title: string) {
  const found = snippets(connection).find((snippet) => snippet.title === title);
  if (!found) throw new Error(`no snippet "${title}"`);
  return found;
}

/** Runs a snippet as its card says. Requests to this machine take no proxy. */
async function runAsPrinted(title: string): Promise<string> {
  const { command, text } = titled(title);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AZURE|GRAPH_MAIL)_/.test(name)));
  // The second is where .NET keeps what it builds of a single file.
  const quiet = { DOTNET_CLI_TELEMETRY_OPTOUT: '1', XDG_DATA_HOME: folder, NODE_OPTIONS: '' };
  const options = { cwd: folder, env: { ...env, ...quiet, NO_PROXY: '*', no_proxy: '*' } };
  const { stdout } = await run('bash', ['-c', command ?? text], options);
  return stdout;
}

const programs = [
  { title: 'A program with these variables', program: 'node', args: ['--version'], subject: 'graphTransport()' },
  { title: 'graphTransport() by options', program: 'node', args: ['--version'], subject: 'options' },
  { title: 'curl', program: 'curl', args: ['--version'], subject: 'curl' },
  { title: 'Python', program: 'python3', args: ['--version'], subject: 'Python' },
  { title: '.NET', program: 'dotnet', args: ['--version'], subject: '.NET' },
  { title: 'PHP', program: 'php', args: ['-r', 'exit(extension_loaded("curl") ? 0 : 1);'], subject: 'PHP' },
  { title: 'Go', program: 'go', args: ['version'], subject: 'Go' },
];

describe('what the page gives to paste', () => {
  for (const { title, program, args, subject } of programs) {
    // The first build in a language takes long on a busy machine.
    it.skipIf(!isThere('bash', '--version') || !isThere(program, ...args))(
      `runs as it is printed, and sends: ${title} (skipped where there is no bash or no ${program})`,
      { timeout: 240_000 },
      async () => {
        expect(await runAsPrinted(title)).toMatch(/(^|\n)(HTTP\/1\.1 )?202\b/);
        const [message] = await sandbox.messages();
        expect(message).toMatchObject({ mailbox, subject: `Hello from ${subject}` });
        expect(message?.to).toEqual([{ name: '', address: 'ana@example.com' }]);
        expect(message?.text?.trim()).toBe('It works.');
      },
    );
  }

  it('says what stands for files and secret where the sandbox was told none', async () => {
    const { clientSecret: _, certificatePath, caPath, ...untold } = connection;
    expect([certificatePath, caPath].every((file) => file?.startsWith(folder))).toBe(true);
    const texts = snippets(untold).map(({ text }) => text);
    for (const placeholder of Object.values(placeholders)) {
      expect(texts.filter((text) => text.includes(placeholder)).length).toBeGreaterThan(1);
    }
    for (const text of texts) expect(text).not.toMatch(/undefined|PRIVATE KEY/);
  });
});
