// Clients that know nothing of this package, as they come from their makers, speak to the sandbox.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createCertificate, startSandbox } from 'nodemailer-graph-transport/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { snippets } from '../../src/sandbox/page/connect/snippets.ts';

const CLIENT_ID = '00000000-1111-4222-8333-444444444444';
const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version'], { encoding: 'utf8' }) !== '';
  } catch {
    return false;
  }
})();

/** A sandbox whose application may send and write drafts, and what a process needs to use it. */
async function startTenant() {
  const apps = [{ clientId: CLIENT_ID, certificates: [], secrets: ['s'], roles: ['Mail.Send', 'Mail.ReadWrite'] }];
  const sandbox = await startSandbox({ clientId: CLIENT_ID, apps });
  const folder = mkdtempSync(path.join(tmpdir(), 'foreign-'));
  const [certificate, ca] = [path.join(folder, 'certificate.pem'), path.join(folder, 'ca.pem')];
  writeFileSync(certificate, sandbox.options.certificate, { mode: 0o600 });
  writeFileSync(ca, sandbox.ca);
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await sandbox.close();
  });
  const env = {
    AZURE_TENANT_ID: sandbox.options.tenantId,
    AZURE_CLIENT_ID: CLIENT_ID,
    AZURE_CLIENT_CERTIFICATE_PATH: certificate,
    AZURE_AUTHORITY_HOST: sandbox.url,
    GRAPH_HOST: sandbox.url,
    MAILBOX: sandbox.options.mailbox,
    NODE_EXTRA_CA_CERTS: ca,
  };
  return { sandbox, env, ca, certificate };
}

/** Runs a program of the folder `foreign` in a process of its own and gives the JSON it printed. */
function run(program, argument, env) {
  const file = path.join(import.meta.dirname, 'foreign', program);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [file, argument], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

function curl(args) {
  return new Promise((resolve, reject) => {
    execFile('curl', ['--silent', '--show-error', ...args], (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

describe('@azure/identity', () => {
  it('gets a token by certificate, once', async () => {
    const { sandbox, env } = await startTenant();
    const { token, seconds } = await run('identity.mjs', '', env);
    expect(token.split('.')).toHaveLength(3);
    expect(seconds).toBeGreaterThan(3_500);
    expect(sandbox.stats()).toMatchObject({ tokenRequests: 1, tokensIssued: 1 });
  });

  it('tells why it got none', async () => {
    const { env, certificate } = await startTenant();
    const other = await createCertificate();
    writeFileSync(certificate, other.certificate + other.privateKey);
    const { message } = await run('identity.mjs', '', env);
    expect(message).toContain('AADSTS700027');
  });
});

describe('@microsoft/microsoft-graph-client', () => {
  it('sends JSON with an attachment', async () => {
    const { sandbox, env } = await startTenant();
    await run('graph-client.mjs', 'json', env);
    const [message] = await sandbox.messages();
    expect(message).toMatchObject({
      subject: 'JSON',
      to: [{ name: 'Ana', address: 'ana@example.com' }],
      attachments: [{ filename: 'a.txt', contentType: 'text/plain' }],
    });
    expect(message.html).toContain('<p>Grüße</p>');
    expect(message.attachments[0].content.toString()).toBe('attached');
  });

  it('sends MIME', async () => {
    const { sandbox, env } = await startTenant();
    await run('graph-client.mjs', 'mime', env);
    expect(await sandbox.messages()).toMatchObject([{ subject: 'MIME', messageId: '<mime@contoso.example>' }]);
  });

  it('creates a draft and sends it', async () => {
    const { sandbox, env } = await startTenant();
    expect(await run('graph-client.mjs', 'draft', env)).toEqual({ isDraft: true, subject: 'Draft' });
    expect(await sandbox.messages()).toMatchObject([{ subject: 'Draft' }]);
    expect(sandbox.mailbox(sandbox.options.mailbox)).toMatchObject({ drafts: [], sentItems: [{}] });
  });

  it('uploads a large attachment with LargeFileUploadTask, and gives its token to Graph alone', async () => {
    const { sandbox, env } = await startTenant();
    const { location, progress, attachments } = await run('graph-client.mjs', 'upload', env);
    expect(location).toMatch(/^https:.*Attachments\('/);
    expect(progress).toEqual([
      [0, 1_638_399],
      [1_638_400, 3_276_799],
      [3_276_800, 3_499_999],
    ]);
    expect(attachments).toEqual([{ name: 'large.bin', size: 3_500_000 }]);
    const [message] = await sandbox.messages();
    expect(message.attachments[0].content.equals(Buffer.alloc(3_500_000, 'large '))).toBe(true);
  });

  it('sends with what the page gives to paste, as it stands', async () => {
    const { sandbox, ca, certificate } = await startTenant();
    const { tenantId, clientId, mailbox, cloud } = sandbox.options;
    const connection = {
      tenantId,
      clientId,
      mailbox,
      mailboxes: [mailbox],
      ...cloud,
      certificatePath: certificate,
      caPath: ca,
    };
    const { file, command, text } = snippets(connection).find(({ title }) => title.includes('microsoft-graph-client'));
    const folder = path.dirname(ca);
    writeFileSync(path.join(folder, file), text);
    symlinkSync(path.join(import.meta.dirname, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: folder });
    expect(stdout).toBe('Sent\n');
    expect(await sandbox.messages()).toMatchObject([{ subject: 'Hello from the Graph client' }]);
  });

  it('waits and repeats when it is told to', async () => {
    const { sandbox, env } = await startTenant();
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '1' } });
    await run('graph-client.mjs', 'json', env);
    const attempts = sandbox.requests().filter(({ path }) => path.endsWith('/sendMail'));
    expect(attempts.map(({ status }) => status)).toEqual([429, 202]);
    expect(attempts[1].at - attempts[0].at).toBeGreaterThanOrEqual(950);
  });

  it('understands a refusal', async () => {
    const { env } = await startTenant();
    expect(await run('graph-client.mjs', 'refused', env)).toEqual({
      statusCode: 400,
      code: 'ErrorInvalidRecipients',
      message: "At least one recipient is not valid., A message can't be sent because it contains no recipients.",
    });
  });
});

describe.skipIf(!hasCurl)('curl (left out where there is none)', () => {
  it('gets a token and sends with it', async () => {
    const { sandbox, ca } = await startTenant();
    const { tenantId, mailbox } = sandbox.options;
    const form = { client_id: CLIENT_ID, client_secret: 's', grant_type: 'client_credentials' };
    const fields = { ...form, scope: 'https://graph.microsoft.com/.default' };
    const { access_token: token } = JSON.parse(
      await curl([
        ...['--cacert', ca],
        ...Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]),
        `${sandbox.url}/${tenantId}/oauth2/v2.0/token`,
      ]),
    );
    const mime = `From: ${mailbox}\r\nTo: ana@example.com\r\nSubject: curl\r\n\r\nHi\r\n`;
    const send = (...more) =>
      curl([
        ...['--cacert', ca],
        ...['--header', `Authorization: Bearer ${token}`],
        ...more,
        ...['--write-out', '%{http_code}'],
        `${sandbox.url}/v1.0/users/${mailbox}/sendMail`,
      ]);
    const base64 = Buffer.from(mime).toString('base64');
    expect(await send('--header', 'Content-Type: text/plain', '--data', base64)).toBe('202');
    const message = { subject: 'curl, JSON', toRecipients: [{ emailAddress: { address: 'ana@example.com' } }] };
    expect(await send('--json', JSON.stringify({ message }))).toBe('202');
    expect((await sandbox.messages()).map(({ subject }) => subject)).toEqual(['curl', 'curl, JSON']);
  });
});
