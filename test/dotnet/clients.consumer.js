// Microsoft's .NET clients, as they come from their maker, speak to the sandbox. npm run test:dotnet builds them before.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificate, startSandbox } from 'nodemailer-graph-transport/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';

const CLIENT_ID = '00000000-1111-4222-8333-444444444444';
const BOSS = 'boss@contoso.example';

/** A sandbox with an application of these rights, and what a process needs to use it. */
async function startTenant({ roles = ['Mail.Send', 'Mail.ReadWrite'], allowedMailboxes, ...tenant } = {}) {
  const app = { clientId: CLIENT_ID, certificates: [], roles, allowedMailboxes };
  const sandbox = await startSandbox({ clientId: CLIENT_ID, apps: [app], mailboxes: [BOSS], ...tenant });
  const folder = mkdtempSync(path.join(tmpdir(), 'dotnet-'));
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
    CA: ca,
  };
  return { sandbox, env, certificate };
}

/** Runs the program in a process of its own and gives the JSON it printed. */
function run(action, env) {
  return new Promise((resolve, reject) => {
    execFile('dotnet', [process.env.CLIENTS, action], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

describe.each(['azure-identity', 'msal'])('%s', (client) => {
  it('gets a token by certificate, once', async () => {
    const { sandbox, env } = await startTenant();
    const { token, seconds, kept } = await run(client, env);
    expect(token.split('.')).toHaveLength(3);
    expect(seconds).toBeGreaterThan(3_500);
    expect(kept).toBe(true);
    expect(sandbox.stats()).toMatchObject({ tokenRequests: 1, tokensIssued: 1 });
  });

  it('tells why it got none', async () => {
    const { env, certificate } = await startTenant();
    const other = await createCertificate();
    writeFileSync(certificate, other.certificate + other.privateKey);
    const { message } = await run(client, env);
    expect(message).toContain('AADSTS700027');
  });
});

describe('Microsoft.Graph', () => {
  it('sends JSON with an attachment', async () => {
    const { sandbox, env } = await startTenant();
    expect(await run('json', env)).toEqual({});
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
    expect(await run('mime', env)).toEqual({});
    expect(await sandbox.messages()).toMatchObject([{ subject: 'MIME', messageId: '<mime@contoso.example>' }]);
  });

  it('creates a draft and sends it', async () => {
    const { sandbox, env } = await startTenant();
    expect(await run('draft', env)).toEqual({ isDraft: true, subject: 'Draft' });
    expect(await sandbox.messages()).toMatchObject([{ subject: 'Draft' }]);
    expect(sandbox.mailbox(sandbox.options.mailbox)).toMatchObject({ drafts: [], sentItems: [{}] });
  });

  it('uploads a large attachment with LargeFileUploadTask, and gives its token to Graph alone', async () => {
    const { sandbox, env } = await startTenant();
    const { succeeded, location, sha256 } = await run('upload', env);
    expect(succeeded).toBe(true);
    expect(location).toMatch(/^https:.*Attachments\('/);
    // The sandbox would refuse an upload that carried a token.
    expect(sandbox.requests({ operation: 'uploadChunk' }).map(({ status }) => status)).toEqual([200, 200, 201]);
    const [message] = await sandbox.messages();
    expect(message.attachments).toMatchObject([{ filename: 'large.bin' }]);
    expect(createHash('sha256').update(message.attachments[0].content).digest('hex')).toBe(sha256);
  });

  it('reads message trace page by page', async () => {
    const roles = ['Mail.Send', 'ExchangeMessageTrace.Read.All'];
    const { sandbox, env } = await startTenant({ roles, messageTracePrincipal: true });
    expect(await run('trace', env)).toEqual({
      'ana@example.com': { subject: 'Trace', status: 'Delivered' },
      'bounce@fault.test': { subject: 'Trace', status: 'Failed' },
    });
    expect(sandbox.requests({ operation: 'messageTrace' }).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('understands that the tenant lacks the service principal of message trace', async () => {
    const { env } = await startTenant({ roles: ['Mail.Send', 'ExchangeMessageTrace.Read.All'] });
    const { status, code, message } = await run('trace', env);
    expect({ status, code }).toEqual({ status: 401, code: 'Unauthorized' });
    expect(message).toContain('8bd644d1-64a1-4d4b-ae52-2e0cbf64e373');
  });

  it('waits and repeats when it is told to', async () => {
    const { sandbox, env } = await startTenant();
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '1' } });
    expect(await run('json', env)).toEqual({});
    const attempts = sandbox.requests({ operation: 'sendMail' });
    expect(attempts.map(({ status }) => status)).toEqual([429, 202]);
    expect(attempts[1].at - attempts[0].at).toBeGreaterThanOrEqual(950);
    expect(await sandbox.messages()).toHaveLength(1);
  });

  it('answers a claims challenge with another token', async () => {
    const { sandbox, env } = await startTenant();
    sandbox.fault({ on: 'sendMail', claimsChallenge: true });
    expect(await run('json', env)).toEqual({});
    expect(sandbox.requests({ operation: 'sendMail' }).map(({ status }) => status)).toEqual([401, 202]);
    expect(sandbox.stats()).toMatchObject({ tokensIssued: 2, claimsRequests: 1 });
  });

  it('understands a refusal', async () => {
    const { sandbox, env } = await startTenant({ allowedMailboxes: ['noreply@contoso.example'] });
    expect(await run('json', { ...env, MAILBOX: BOSS })).toMatchObject({ status: 403, code: 'ErrorAccessDenied' });
    expect(await sandbox.messages()).toEqual([]);
  });
});
