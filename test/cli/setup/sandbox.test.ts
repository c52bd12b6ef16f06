import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graphTransport } from '../../../src/index.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { root } from '../../helpers/run-node.js';
import { SetupFixture } from './support.js';

let fixture: SetupFixture;
let sandbox: Sandbox;
beforeEach(async () => {
  fixture = new SetupFixture();
  sandbox = await startSandbox();
});
afterEach(async () => {
  fixture.remove();
  await sandbox.close();
});

describe.each([
  ['RBAC for Applications', [], []],
  ['an access policy', ['--legacy-policy'], ['Mail.Send']],
] as const)('setup --sandbox, by %s', (_, flags, roles) => {
  it('makes an application that may send from its mailbox, and from no other', async () => {
    const done = await fixture.setup(['--sandbox', sandbox.inboxUrl, ...flags]);
    expect(done).toMatchObject({ code: 0, err: '' });
    const env = parseEnv(fixture.read('developer/.env'));
    const clientId = env.AZURE_CLIENT_ID ?? '';
    const access = (mailbox: string) => sandbox.tenant.access(clientId, mailbox).result;
    expect(access(sandbox.options.mailbox)).toBe('Granted');
    expect(access('director@contoso.example')).toBe('Denied');
    expect(sandbox.tenant.apps.get(clientId)?.roles).toEqual(roles);
    expect(env.AZURE_TENANT_ID).toBe(sandbox.options.tenantId);
    expect(done.out).toMatch(/^npx nodemailer-graph-transport send .*developer\/\.env/m);
    expect(done.out).toContain(sandbox.inboxUrl);
    expect(fixture.read('developer/.env')).not.toContain('administrator');
    const check = /doctor .*--denied-mailbox director@contoso\.example --probe$/m;
    expect(done.out).toMatch(check);
    expect(fixture.read('developer/README.md').replaceAll(/\\\n +/g, '')).toMatch(check);
  });
});

describe('setup --sandbox', () => {
  it('writes what a program needs to send', async () => {
    await fixture.setup(['--sandbox', sandbox.inboxUrl]);
    const env = parseEnv(fixture.read('developer/.env'));
    const transporter = createTransport(
      graphTransport({
        tenantId: env.AZURE_TENANT_ID ?? '',
        clientId: env.AZURE_CLIENT_ID ?? '',
        certificatePath: env.AZURE_CLIENT_CERTIFICATE_PATH ?? '',
        mailbox: env.GRAPH_MAIL_MAILBOX ?? '',
        cloud: {
          authorityHost: env.AZURE_AUTHORITY_HOST ?? '',
          graphHost: env.GRAPH_MAIL_GRAPH_HOST ?? '',
          ca: fixture.read('developer/sandbox-ca.pem'),
        },
      }),
    );
    const from = env.GRAPH_MAIL_MAILBOX;
    await transporter.sendMail({ from, to: 'ana@example.com', subject: 'Hi', text: 'Hello' });
    await expect(
      transporter.sendMail({
        from,
        to: 'a@example.com',
        text: 'x',
        graph: { mailbox: 'director@contoso.example' },
      } as object),
    ).rejects.toThrow();
    expect(await sandbox.messages()).toHaveLength(1);
    transporter.close();
  });

  it('leads to programs and a doctor that need nothing but the .env file', { timeout: 120_000 }, async () => {
    await fixture.setup(['--sandbox', sandbox.inboxUrl]);
    const main = path.join(root, 'dist/esm/cli/main.js');
    const program = fixture.write(
      'app.mjs',
      `import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
const transporter = nodemailer.createTransport(graphTransport());
await transporter.sendMail({ from: process.env.GRAPH_MAIL_MAILBOX, to: 'ana@example.com', text: 'Hello' });
transporter.close();
`,
    );
    mkdirSync(path.join(fixture.folder, 'node_modules'));
    symlinkSync(root, path.join(fixture.folder, 'node_modules/nodemailer-graph-transport'), 'junction');
    const nodemailer = path.join(root, 'node_modules/nodemailer');
    symlinkSync(nodemailer, path.join(fixture.folder, 'node_modules/nodemailer'), 'junction');
    const others = Object.entries(process.env).filter(([name]) => !/^(AZURE_|GRAPH_MAIL_|NODE_)/.test(name));
    const node = (...args: string[]) =>
      promisify(execFile)(process.execPath, args, { cwd: fixture.folder, env: Object.fromEntries(others) });
    const envFile = 'graph-mailer/developer/.env';
    await node(`--env-file=${envFile}`, program);
    await node('graph-mailer/developer/send-test.mjs', 'bob@example.com');
    await node(main, 'send', '--env-file', envFile, '--to', 'carl@example.com', '--text', 'Hello');
    const denied = ['--denied-mailbox', 'director@contoso.example', '--probe'];
    const { stdout } = await node(main, 'doctor', '--env-file', envFile, ...denied);
    expect(stdout).toMatch(/\nFine, against the sandbox\.\nMail that the sandbox has taken is on http:\S+\n$/);
    expect(stdout).not.toMatch(/^[!✗]/m);
    const unknown = await node(
      main,
      'doctor',
      '--env-file',
      envFile,
      '--denied-mailbox',
      'boss@contoso.com',
      '--probe',
    ).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
    expect(unknown).toContain('Name a mailbox that the sandbox has');
    expect(unknown).not.toContain('setup --sandbox');
    const sent = (await sandbox.messages()).map(({ to }) => to[0]?.address);
    expect(sent).toEqual(['ana@example.com', 'bob@example.com', 'carl@example.com']);
  });

  it('says so when there is no sandbox, and writes nothing', async () => {
    const { code, err } = await fixture.setup(['--sandbox', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(err).toMatch(/No sandbox answers[\s\S]*npx nodemailer-graph-transport sandbox/);
    expect(existsSync(path.join(fixture.out, 'developer'))).toBe(false);
  });
});
