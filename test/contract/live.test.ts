// The live run, with a sandbox in the place of the tenant.
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Target } from '../../src/cli/live/common/target.js';
import { MOST_MAILS, runLive } from '../../src/cli/live/run.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { type RunResult, root, runNode } from '../helpers/run-node.js';
import { sandboxEnvironment } from '../helpers/sandbox-environment.js';
import { startSandboxTarget } from './sandbox-target.js';

// A whole run, in a process of its own.
vi.setConfig({ testTimeout: 120_000 });

const MAILBOX = 'noreply@contoso.example';
const script = path.join(root, 'scripts/test-live.js');

async function startTenant(
  options: SandboxOptions = {},
  roles = ['Mail.Send', 'Mail.ReadWrite'],
): Promise<{ sandbox: Sandbox; run: (changes?: Record<string, string>) => Promise<RunResult> }> {
  const sandbox = await startSandbox({
    clientId: 'app',
    apps: [{ clientId: 'app', certificates: [], roles }],
    mimeContentType: 'any-charset',
    ...options,
  });
  const { env, remove } = sandboxEnvironment(sandbox);
  onTestFinished(async () => {
    remove();
    await sandbox.close();
  });
  const live = {
    GRAPH_LIVE_TENANT_ID: sandbox.options.tenantId,
    GRAPH_LIVE_CLIENT_ID: sandbox.options.clientId,
    GRAPH_LIVE_CERTIFICATE_PATH: env.AZURE_CLIENT_CERTIFICATE_PATH ?? '',
    GRAPH_LIVE_MAILBOX: MAILBOX,
    GRAPH_LIVE_TO: `ana@example.com, ${MAILBOX}`,
    GRAPH_LIVE_AUTHORITY_HOST: sandbox.url,
    GRAPH_LIVE_GRAPH_HOST: sandbox.url,
    GRAPH_LIVE_PAUSE: '1',
    GRAPH_LIVE_MAIL_PAUSE: '1',
    NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS ?? '',
  };
  return { sandbox, run: (changes = {}) => runNode([script], { ...live, ...changes }) };
}

describe('the live run', () => {
  it('tries what a tenant can be asked, sends to the addresses given only, and leaves no draft behind', async () => {
    const { sandbox, run } = await startTenant();
    const { code, stdout, stderr } = await run();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Contract: +\d\d held, 0 did not hold, 0 not tried$/m);
    expect(stdout).toMatch(/^Open questions: \d\d held, 0 did not hold, 2 not tried$/m);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/eyJ|PRIVATE KEY/);
    const messages = await sandbox.messages();
    expect(messages.length).toBeGreaterThan(20);
    expect(messages.length).toBeLessThanOrEqual(MOST_MAILS);
    const recipients = messages.flatMap(({ delivered }) => delivered.map(({ recipient }) => recipient));
    expect([...new Set(recipients)].sort()).toEqual(['ana@example.com', MAILBOX]);
    for (const { subject } of messages) expect(subject).toMatch(/^\[contract test [0-9a-f]{8}\] /);
    expect(sandbox.mailbox(MAILBOX).drafts).toEqual([]);
    expect(sandbox.stats().maxInFlight[MAILBOX]).toBe(1);
  });

  it('deletes its drafts when it is interrupted, and says which it could not', async () => {
    const { target, sandbox } = await startSandboxTarget();
    onTestFinished(async () => {
      target.close();
      await sandbox.close();
    });
    const interrupted = new AbortController();
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      if (!line.includes('MIME makes a draft')) return;
      sandbox.fault({ on: 'deleteDraft', status: 503 });
      interrupted.abort(new Error('Interrupted.'));
    };
    const { end, leftovers } = await runLive(target, { print, signal: interrupted.signal });
    expect(end).toBe('interrupted');
    expect(leftovers.stays[0]).toBe('1 drafts could not be deleted.');
    expect(lines.join('\n')).toContain(`has [contract test ${target.run}] in its subject:\n  1 drafts could not be`);
    expect(await target.deleteDrafts()).toBe(0);
    expect(sandbox.mailbox(MAILBOX).drafts).toEqual([]);
  });

  it('deletes what a tenant made a draft of against the contract', async () => {
    const { target, sandbox } = await startSandboxTarget();
    const [, cert = ''] = sandbox.identity.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
    const asked: string[] = [];
    const tenant = https.createServer({ key: sandbox.identity, cert }, (request, response) => {
      asked.push(`${request.method} ${request.url?.replace(/^.*(?=\/messages)/, '')}`);
      request.resume();
      response.writeHead(request.method === 'POST' ? 201 : 204).end('{"id":"draft"}');
    });
    onTestFinished(async () => {
      target.close();
      tenant.close();
      await sandbox.close();
    });
    await new Promise<void>((resolve) => tenant.listen(0, '127.0.0.1', resolve));
    const graphHost = `https://localhost:${(tenant.address() as AddressInfo).port}`;
    const elsewhere = new Target({ ...target.settings, graphHost });
    elsewhere.accessToken = () => target.accessToken();
    await elsewhere.graph('POST', '/mailFolders/drafts/messages', { mime: target.mail('in a folder') });
    expect(await elsewhere.deleteDrafts()).toBe(0);
    expect(asked).toEqual(['POST /messages', 'DELETE /messages/draft']);
    elsewhere.close();
  });

  it('says what it leaves out for want of a permission', async () => {
    const { sandbox, run } = await startTenant({}, ['Mail.Send']);
    const { code, stdout } = await run();
    expect(stdout).toContain('The application has: Mail.Send\n');
    expect(stdout).toMatch(/not tried {5}MIME makes a draft.*\n +needs Mail\.ReadWrite$/m);
    expect(stdout).toMatch(/not tried {5}a draft that is sent a second time: .*\n +needs Mail\.ReadWrite$/m);
    expect(code).toBe(0);
    expect(sandbox.requests().filter(({ path }) => path.includes('/messages'))).toEqual([]);
  });

  it('asks harmlessly what it may do when the token has no roles', async () => {
    const apps = [{ clientId: 'app', certificates: [], roles: [], allowedMailboxes: [MAILBOX] }];
    const { run } = await startTenant({ apps });
    const { stdout } = await run();
    expect(stdout).toContain('The application has: Mail.Send, Mail.Read, Mail.ReadWrite\n');
  });

  it('tells where a tenant differs, and fails when it is the contract that does not hold', async () => {
    const { run } = await startTenant({ fromMismatch: 'rewrite', maxRequestSize: 4_000_000, minUploadSize: 0 });
    const { code, stdout } = await run();
    expect(stdout).toMatch(
      /did not hold {2}From that is not the mailbox: is refused.*\n +202; From in Sent Items: sender$/m,
    );
    expect(stdout).toMatch(/held {10}limit of the request: a body of 4000000 bytes is read/);
    expect(stdout).toMatch(/did not hold {2}limit of the request: a body of 4000001 bytes is read\n +413 BadRequest/);
    expect(stdout).toMatch(
      /did not hold {2}a small file gets no session \(documented\)\n +status 201 instead of 400, .*authtoken=\*\*\*/,
    );
    expect(stdout).not.toMatch(/eyJ|authtoken=[^*]/);
    expect(code).toBe(1);
  });

  it('says what it needs', async () => {
    const { run, sandbox } = await startTenant();
    expect(await run({ GRAPH_LIVE_MAILBOX: '', GRAPH_LIVE_TO: ' ' })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'GRAPH_LIVE_MAILBOX, GRAPH_LIVE_TO must be set: see docs/live-tests.md.\n',
    });
    expect((await run({ GRAPH_LIVE_TO: 'ana' })).stderr).toBe('"ana" is not an address.\n');
    const cloud = { GRAPH_LIVE_AUTHORITY_HOST: '', GRAPH_LIVE_CLOUD: 'moon' };
    expect((await run(cloud)).stderr).toBe('GRAPH_LIVE_CLOUD is "moon", expected global, usgov, usgov-dod, china.\n');
    const { env, remove } = sandboxEnvironment(sandbox);
    writeFileSync(env.AZURE_CLIENT_CERTIFICATE_PATH ?? '', sandbox.ca);
    expect((await run({ GRAPH_LIVE_CERTIFICATE_PATH: env.AZURE_CLIENT_CERTIFICATE_PATH ?? '' })).stderr).toMatch(
      /has no PRIVATE KEY: it must be PEM with both\.\n$/,
    );
    remove();
    expect(sandbox.requests()).toEqual([]);
    const unknown = await run({ GRAPH_LIVE_CLIENT_ID: '00000000-0000-4000-8000-000000000000' });
    expect(unknown.stderr).toBe('no access token: 400 AADSTS700016\n');
    expect(unknown.code).toBe(2);
  });
});
