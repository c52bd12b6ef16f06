import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SandboxAddress, sandboxBanner } from '../../../src/cli/sandbox/sandbox-command.js';
import { setVariable } from '../../../src/common/shell-quoting.js';
import { root, runNode } from '../../helpers/run-node.js';
import { interrupt, program, startCommand } from '../sandbox-process.js';

// Each test starts programs, which takes seconds on a machine that has much to do.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandbox-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts `sandbox` on free ports and waits until it has printed all it prints. */
const start = (...args: string[]) => startCommand(['--port', '0', '--inbox-port', '0', '--folder', folder, ...args]);

describe('the sandbox command', () => {
  it('prints what a program needs to send, shows the message, and ends on Ctrl-C', async () => {
    const { child, printed, env } = await start();
    const sent = await runNode(['examples/smallest.mjs'], env);
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const inbox = /^Inbox\s+(\S+)$/m.exec(printed)?.[1] ?? '';
    expect(await (await fetch(`${inbox}api/messages`)).text()).toContain('Hello from Microsoft Graph');
    expect(await interrupt(child)).toBe(0);
  });

  it('keeps the key private, and uses it again at the next start', async () => {
    const first = await start();
    const file = first.env.AZURE_CLIENT_CERTIFICATE_PATH ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(file, 'utf8');
    await interrupt(first.child);
    const second = await start();
    expect(readFileSync(file, 'utf8')).toBe(key);
    expect(second.env.AZURE_CLIENT_ID).toBe(first.env.AZURE_CLIENT_ID);
    expect(await interrupt(second.child)).toBe(0);
  });

  it('says which port is taken, and refuses what is no port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    for (const flag of ['--port', '--inbox-port', '--http-port']) {
      const free = ['--port', '0', '--inbox-port', '0', '--folder', folder];
      const { code, stderr } = await runNode([program, 'sandbox', ...free, flag, String(port)]);
      expect([code, stderr]).toEqual([
        1,
        `Error: Port ${port} on 127.0.0.1 is in use (by another sandbox?): choose another one with ${flag}.\n`,
      ]);
    }
    other.close();
    const wrong = await runNode([program, 'sandbox', '--port', 'http']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('0 to 65535') });
  });
});

describe('the sandbox command with', () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runNode([program, 'sandbox', '--folder', folder, ...args]);
    return { code, stderr };
  };
  /** What the inbox's JSON API answers. */
  const api = async (printed: string, path: string) => {
    const inbox = /^Inbox\s+(\S+)$/m.exec(printed)?.[1] ?? '';
    return (await (await fetch(`${inbox}api/${path}`)).json()) as Record<string, unknown>;
  };

  it('--scenario plays it, and names those that there are', async () => {
    const { child, printed } = await start('--scenario', 'monday-morning');
    expect(await api(printed, 'faults')).toMatchObject({ scenario: 'monday-morning' });
    await interrupt(child);
    expect(await refused('--scenario', 'monday')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /option '--scenario <name>' argument, a string of 6 characters, is invalid\. Expected one of monday-morning, failover, slow, expiring\./,
      ),
    });
  });

  it('--role gives the application these permissions instead of Mail.Send', async () => {
    const { child, printed, env } = await start('--role', 'Mail.Read', '--role', 'User.Read.All');
    expect(await api(printed, 'tenant')).toMatchObject({ apps: [{ roles: ['Mail.Read', 'User.Read.All'] }] });
    expect(await post(env)).toMatchObject({ status: 403, text: expect.stringContaining('ErrorAccessDenied') });
    await interrupt(child);
    expect(await refused('--port', '0', '--inbox-port', '0', '--role', 'mail.send')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/'--role <name>'.* Expected .* as Entra spells it, such as Mail\.Send\.\n/),
    });
  });

  it('--keep keeps so many messages, and refuses to keep none', async () => {
    const { child, printed, env } = await start('--keep', '2');
    for (const _ of [1, 2, 3]) expect((await post(env)).status).toBe(202);
    expect(await api(printed, 'messages')).toMatchObject({ matched: 2, messages: [{}, {}] });
    await interrupt(child);
    for (const wrong of ['0', 'all', '10000000']) {
      expect(await refused('--keep', wrong)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Expected a number from 1 to 9999999.'),
      });
    }
  });

  it('--mailbox twice has both, the first by default; --any-mailbox all; --http-port answers without TLS', async () => {
    const mailboxes = ['--mailbox', 'a@contoso.example', '--mailbox', 'b@contoso.example'];
    const { child, printed, inbox } = await start(...mailboxes, '--any-mailbox', '--http-port', '0');
    expect(printed).toContain('\nMailboxes         a@contoso.example, b@contoso.example, any other address\n');
    expect(await api(printed, 'connect')).toMatchObject({ mailbox: 'a@contoso.example' });
    const url = /plain HTTP +(\S+)/.exec(printed)?.[1] ?? '';
    const { tenantId, clientId } = (await (await fetch(`${inbox}api/connect`)).json()) as Record<string, string>;
    const form = { grant_type: 'client_credentials', client_id: clientId ?? '', client_secret: 'graph-sandbox' };
    const token = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, scope: `${url}/.default` }),
    });
    const { access_token } = (await token.json()) as Record<string, string>;
    for (const mailbox of ['b@contoso.example', 'new@contoso.example']) {
      const sent = await fetch(`${url}/v1.0/users/${mailbox}/sendMail`, {
        method: 'POST',
        headers: { authorization: `Bearer ${access_token}`, 'content-type': 'text/plain' },
        body: Buffer.from(`From: ${mailbox}\r\nTo: ana@example.com\r\n\r\nHello\r\n`).toString('base64'),
      });
      expect(sent.status).toBe(202);
    }
    await interrupt(child);
  });

  it.each<[string[], number, RegExp]>([
    [
      ['--host', '0.0.0.0'],
      2,
      /^Error: --host 0\.0\.0\.0 can be reached from other machines: .* Add --allow-network to allow/,
    ],
    [['--host', '::'], 2, /--allow-network/],
    [['--host', '192.0.2.7', '--allow-network'], 1, /192\.0\.2\.7 is not an address of this machine/],
    [['--host', 'example.com'], 2, /Expected an IP address, .* A name is given with --name/],
    [['--name', 'sandbox:8443'], 2, /Expected a DNS name without port/],
    [['--http-port', '8443'], 2, /--port and --http-port are both 8443/],
    [['--mailbox', 'nobody'], 2, /bare address/],
  ])('%j is refused in words', async (flags, code, words) => {
    expect(await refused(...flags)).toMatchObject({ code, stderr: expect.stringMatching(words) });
  });

  it('--tenant plays the tenant of a file beside its own application and mailbox', async () => {
    const file = path.join(folder, 'tenant.json');
    const group = {
      address: 'senders@contoso.example',
      kind: 'mail-enabled-security',
      members: ['ceo@contoso.example'],
    };
    writeFileSync(
      file,
      JSON.stringify({
        apps: [{ clientId: 'billing', roles: [] }],
        mailboxes: ['ceo@contoso.example'],
        groups: [group],
        accessPolicies: [{ app: '*', group: group.address, right: 'RestrictAccess' }],
      }),
    );
    const { child, printed, env } = await start('--tenant', file);
    expect(await api(printed, 'tenant')).toMatchObject({
      apps: [{ clientId: env.AZURE_CLIENT_ID, secrets: 1 }, { clientId: 'billing' }],
      mailboxes: [{ address: 'noreply@contoso.example' }, { address: 'ceo@contoso.example' }],
      groups: [group],
    });
    expect(await post(env)).toMatchObject({ status: 403, text: expect.stringContaining('[RAOP]') });
    expect((await post(env, 'ceo@contoso.example')).status).toBe(202);
    await interrupt(child);
  });
});

/** Signs in with the secret that is printed for curl, and sends a message as a mailbox. */
async function post(env: Record<string, string>, mailbox = 'noreply@contoso.example') {
  const { AZURE_AUTHORITY_HOST: url = '', AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '' } = env;
  const ca = readFileSync(env.NODE_EXTRA_CA_CERTS ?? '');
  const request = (where: string, headers: Record<string, string>, body: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = https.request(`${url}/${where}`, { method: 'POST', headers, ca }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode, text });
      });
      sent.once('error', reject).end(body);
    });
  const form = { grant_type: 'client_credentials', client_id: AZURE_CLIENT_ID, client_secret: 'graph-sandbox' };
  const granted = await request(
    `${AZURE_TENANT_ID}/oauth2/v2.0/token`,
    { 'content-type': 'application/x-www-form-urlencoded' },
    `${new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' })}`,
  );
  const authorization = `Bearer ${JSON.parse(granted.text).access_token}`;
  const mime = `From: ${mailbox}\r\nTo: ana@example.com\r\n\r\nHello\r\n`;
  const headers = { authorization, 'content-type': 'text/plain' };
  return request(`v1.0/users/${mailbox}/sendMail`, headers, Buffer.from(mime).toString('base64'));
}

describe('the folder of a sandbox', () => {
  const run = (...args: string[]) => runNode([program, 'sandbox', '--port', '0', '--inbox-port', '0', ...args]);

  it('keeps the authority, so that a program which runs on trusts the sandbox that was started again', async () => {
    const first = await start();
    const ca = readFileSync(first.env.NODE_EXTRA_CA_CERTS ?? '', 'utf8');
    await interrupt(first.child);
    const second = await start();
    expect(readFileSync(second.env.NODE_EXTRA_CA_CERTS ?? '', 'utf8')).toBe(ca);
    expect(statSync(path.join(folder, 'identity.pem')).mode & 0o777).toBe(0o600);
    expect(await runNode(['examples/smallest.mjs'], second.env)).toMatchObject({ code: 0 });
    await interrupt(second.child);
  });

  it('whose certificate was damaged is named, with what to do, and is not overwritten', async () => {
    const file = path.join(folder, 'certificate.pem');
    writeFileSync(file, 'something else');
    expect(await run('--folder', folder)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/certificate\.pem.*Delete it/),
    });
    expect(readFileSync(file, 'utf8')).toBe('something else');
  });

  it('that is a file, or nothing, is refused in words', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await run('--folder', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a file of that name.*--folder/),
    });
    expect(await run('--folder', '')).toMatchObject({ code: 1, stderr: expect.stringContaining('--folder is empty') });
  });

  it('is not opened for ports that are the same, nor for a mailbox that is none', async () => {
    const same = await runNode([program, 'sandbox', '--port', '8444', '--inbox-port', '8444', '--folder', folder]);
    expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining('--port and --inbox-port are both 8444') });
    expect(await run('--mailbox', "x y'z$(id)@a")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bare address'),
    });
  });
});

describe('variables to paste', () => {
  it('are quoted for the shell, whatever is in them', () => {
    const value = "/tmp/a b's $(id)/`x`";
    const line = setVariable('X', value, 'linux');
    expect(execFileSync('sh', ['-c', `${line}; printf %s "$X"`], { encoding: 'utf8' })).toBe(value);
    expect(setVariable('X', "it's", 'win32')).toBe("$env:X = 'it''s'");
  });
});

describe('the command line', () => {
  it('tells its version, which is the package version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(await runNode([program, '--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('names an unknown command and points to the help', async () => {
    expect(await runNode([program, 'snadbox'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/snadbox[\s\S]*--help/),
    });
  });

  it('ends quietly when nobody reads its output any more', () => {
    const shell = `"${process.execPath}" "${program}" demo | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const result = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.stdout).toMatch(/^Sandbox: .*\n(?:0|130|141)\n$/);
  });

  it('tells on Ctrl-C in the middle of the demonstration what was sent', async () => {
    const child = spawn(process.execPath, [program, 'demo']);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
      if (!child.killed && printed.includes('Run folder')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(printed).toMatch(/^Interrupted: [\s\S]*^200 rows = [\s\S]*^Sent +\d+$/m);
    expect(code).toBe(130);
  });
});

const usual: SandboxAddress = {
  inboxUrl: 'http://127.0.0.1:8025/',
  url: 'https://localhost:8443',
  names: [],
  tenantId: '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  clientId: 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  secret: 'graph-sandbox',
  mailboxes: ['noreply@contoso.example'],
  anyMailbox: false,
  certificateFile: '/home/ana/shop/.graph-sandbox/certificate.pem',
  caFile: '/home/ana/shop/.graph-sandbox/ca.pem',
  folder: '/home/ana/shop/.graph-sandbox',
};
const banner = (changes: Partial<SandboxAddress> = {}, from = '/home/ana/shop') =>
  sandboxBanner({ ...usual, ...changes }, from, 'linux');

describe('what the sandbox prints at its start', () => {
  it('says who it is, where its files are and what to paste', () => {
    expect(banner()).toBe(`Inbox             http://127.0.0.1:8025/
Entra and Graph   https://localhost:8443
Tenant id         7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee
Client id         c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee
Client secret     graph-sandbox
Mailbox           noreply@contoso.example
Certificate, key  .graph-sandbox/certificate.pem
Authority (CA)    .graph-sandbox/ca.pem
For a key, a .env and a first mail of your own, paste into another terminal:
npx nodemailer-graph-transport setup --sandbox http://127.0.0.1:8025/
Snippets for other clients: http://127.0.0.1:8025/#/connect
Ctrl-C ends it and deletes the mail; the tenant stays in .graph-sandbox.
`);
  });

  it.each<[string, Partial<SandboxAddress>]>([
    ['usually', {}],
    ['at most', { httpUrl: 'http://localhost:8080', host: '0.0.0.0', names: ['sandbox', 'mail'], anyMailbox: true }],
    ['with long names', { url: 'https://[2001:db8:0:1:2:3:4:5]:65535', names: ['sandbox.graph.svc.cluster.local'] }],
    ['with many mailboxes', { mailboxes: ['a@contoso.example', ...Array<string>(99).fill('b@contoso.example')] }],
  ])('is %s 15 lines of 80 columns', (_, changes) => {
    const lines = banner(changes).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(15);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each<[Partial<SandboxAddress>, string]>([
    [{ mailboxes: ['a@x.example', 'b@x.example'] }, 'Mailboxes         a@x.example, b@x.example\n'],
    [{ mailboxes: ['a@x.example', 'b@x.example', 'c@x.example'] }, 'Mailboxes         a@x.example, 2 more\n'],
    [{ anyMailbox: true }, 'Mailboxes         noreply@contoso.example, any other address\n'],
    [{ httpUrl: 'http://localhost:8080' }, '\n  plain HTTP      http://localhost:8080\n'],
    [{ host: '0.0.0.0' }, '\nListens on        0.0.0.0\n'],
    [{ names: ['sandbox', 'mail'] }, '\nOther names       sandbox, mail\n'],
  ])('with %o it says so', (changes, line) => {
    expect(banner(changes)).toContain(line);
  });

  it.each([
    ['/home/ana', 'shop/.graph-sandbox/ca.pem'],
    ['/home/ana/shop/.graph-sandbox', 'ca.pem'],
    ['/home/ana/other', '/home/ana/shop/.graph-sandbox/ca.pem'],
    ['/home/ana/shop/.graph', '/home/ana/shop/.graph-sandbox/ca.pem'],
  ])('from %s it names the file as %s', (from, file) => {
    expect(banner({}, from)).toContain(`\nAuthority (CA)    ${file}\n`);
  });
});
