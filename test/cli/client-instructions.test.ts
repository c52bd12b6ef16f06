import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientInstructions, type SandboxAddress } from '../../src/cli/client-instructions.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const run = promisify(execFile);
const mailbox = "miles.o'brien@contoso.example";
const secret = 'graph-sandbox';
const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

let folder: string;
let sandbox: Sandbox;
let address: SandboxAddress;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'client-instructions-'));
  const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
  sandbox = await startSandbox({ clientId, mailbox, apps: [{ clientId, secrets: [secret] }] });
  const { url, inboxUrl, options } = sandbox;
  const kept = path.join(folder, "it's $(here)");
  mkdirSync(kept);
  const caFile = path.join(kept, 'ca.pem');
  const certificateFile = path.join(kept, 'certificate.pem');
  writeFileSync(caFile, sandbox.ca);
  address = { url, inboxUrl, tenantId: options.tenantId, clientId, mailbox, certificateFile, caFile, secret };
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The paragraphs below a heading. */
function below(heading: string, until = ''): string {
  const printed = clientInstructions(address, 'linux');
  const from = printed.indexOf(heading) + heading.length;
  return printed.slice(from, until === '' ? undefined : printed.indexOf(until)).trim();
}

it.skipIf(!isThere('bash') || !isThere('curl'))(
  'curl sends as it is pasted into bash, whatever is in the names of mailbox and folder',
  async () => {
    const { stdout } = await run('bash', ['-c', below('With curl:')], { env: { ...process.env, no_proxy: '*' } });
    expect(stdout).toMatch(/^HTTP\/1\.1 202 /);
    const [message] = await sandbox.messages();
    expect(message).toMatchObject({ mailbox, subject: 'Hello' });
    expect(message?.text).toContain('Hello from curl');
  },
);

it.skipIf(!isThere('bash'))('the environment is taken as it is meant by a shell that it is pasted into', async () => {
  const exports = below('without options:', 'With @azure/identity');
  const { stdout } = await run('bash', ['-c', `${exports}\nenv -0`]);
  const env = Object.fromEntries(stdout.split('\0').map((line) => /^([^=]*)=(.*)$/s.exec(line)?.slice(1) ?? []));
  expect(env).toMatchObject({
    AZURE_AUTHORITY_HOST: sandbox.url,
    GRAPH_MAIL_GRAPH_HOST: sandbox.url,
    AZURE_TENANT_ID: address.tenantId,
    AZURE_CLIENT_ID: address.clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: address.certificateFile,
    GRAPH_MAIL_MAILBOX: mailbox,
    NODE_EXTRA_CA_CERTS: address.caFile,
  });
});

it('the program for the Graph client is JavaScript, and names the mailbox in its path', () => {
  const program = below('in the same environment:', 'With curl');
  expect(() => new Function(`return async () => { ${program} }`)).not.toThrow();
  expect(program).toContain(`"/users/${encodeURIComponent(mailbox)}/sendMail"`);
});

it('on Windows the variables are those of PowerShell, and curl is for Git Bash', () => {
  const printed = clientInstructions({ ...address, caFile: "C:\\it's\\ca.pem" }, 'win32');
  expect(printed).toContain("$env:NODE_EXTRA_CA_CERTS = 'C:\\it''s\\ca.pem'");
  expect(printed).toContain('With curl, in Git Bash:');
  expect(printed).toContain(`--cacert 'C:\\it'\\''s\\ca.pem'`);
});
