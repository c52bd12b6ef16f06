import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { aadstsHint } from '../../../src/auth/aadsts-hints.js';
import { inFlags } from '../../../src/cli/common/in-flags.js';
import { inSandbox } from '../../../src/cli/doctor/report.js';
import { OwnCommands } from '../../../src/common/own-commands.js';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { type RawServerOptions, startRawServer } from '../../helpers/raw-server.js';
import { DoctorFixture, mailbox, policyTenant, rbacTenant } from './support.js';

const boss = 'boss@contoso.example';
let fixture: DoctorFixture;
const start = async (options?: SandboxOptions) => {
  fixture = await DoctorFixture.start(options);
  return fixture;
};
afterEach(() => (fixture as DoctorFixture | undefined)?.close());

describe('a configuration that is right', () => {
  test.each([
    ['rbac', rbacTenant],
    ['policy', policyTenant],
  ] as const)('gives no finding with %s, and the restriction is seen', async (mode, tenant) => {
    await start(tenant);
    const { code, checks, out } = await fixture.runDoctor({ mode, probe: true, deniedMailbox: [boss] });
    expect(code).toBe(0);
    expect(checks.filter(({ status }) => status !== 'ok').map(({ id }) => id)).toEqual(['limits', 'test-mail']);
    expect(out.trimEnd().split('\n').at(-1)).toBe('Fine, against the sandbox.');
  });

  test('a sandbox of another name is told from a gateway that opens connections, where setup has written down its inbox', async () => {
    await start({ ...rbacTenant, names: ['sandbox.test'] });
    const url = fixture.sandbox.url.replace('localhost', 'sandbox.test');
    const { NODE_EXTRA_CA_CERTS: ca, ...env } = fixture.env;
    Object.assign(fixture.env, { ...env, AZURE_AUTHORITY_HOST: url, GRAPH_MAIL_GRAPH_HOST: url, GRAPH_MAIL_CA: ca });
    Object.assign(fixture.env, { NODE_EXTRA_CA_CERTS: undefined, GRAPH_MAIL_SANDBOX_INBOX: fixture.sandbox.inboxUrl });
    fixture.lookup = (_host, { all }, done) =>
      all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const { code, checks, out } = await fixture.runDoctor();
    expect(checks.find(({ id }) => id === 'tls')).toMatchObject({ status: 'ok' });
    // No name server of this machine has it, which nobody mends in the sandbox.
    expect(checks.find(({ id }) => id === 'token')).toMatchObject({
      seen: expect.stringContaining('ENOTFOUND'),
      cure: expect.stringContaining('name servers'),
    });
    expect(out).toContain('Not ready, against the sandbox');
    expect(code).toBe(69);
  });

  test.each<[string, NonNullable<SandboxOptions['mailboxes']>[number]]>([
    ['shared and without a licence', { address: mailbox, kind: 'shared', licensed: false }],
    ['shared, with its account disabled', { address: mailbox, kind: 'shared', accountEnabled: false }],
    ['of a user whose account is disabled', { address: mailbox, accountEnabled: false }],
  ])('a mailbox that is %s, and works, is no finding', async (_, one) => {
    await start({ ...rbacTenant, mailboxes: [one] });
    const { code, checks } = await fixture.runDoctor({ probe: true });
    expect(code).toBe(0);
    expect(checks.find(({ id }) => id === `mailbox:${mailbox}`)?.status).toBe('ok');
  });

  test('an authority that .env names is trusted beside one of the environment, as send does', async () => {
    await start();
    const envFile = fixture.write('ca.env', `NODE_EXTRA_CA_CERTS='${path.join(fixture.folder, 'ca.pem')}'\n`);
    fixture.env.NODE_EXTRA_CA_CERTS = fixture.write('company.pem', makeCertificate().certificate);
    const { code, checks } = await fixture.runDoctor({ envFile });
    expect(code).toBe(1);
    expect(checks.find(({ id }) => id === 'tls')).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('NODE_EXTRA_CA_CERTS of the .env file'),
    });
  });

  test('an authority of GRAPH_MAIL_CA in .env is no finding: a program reads it as well, whatever Node has', async () => {
    await start();
    const { NODE_EXTRA_CA_CERTS: ca } = fixture.env;
    const envFile = fixture.write('ca.env', `GRAPH_MAIL_CA='${ca}'\n`);
    const both = fixture.write('both.env', `GRAPH_MAIL_CA='${ca}'\nNODE_EXTRA_CA_CERTS='${ca}'\n`);
    for (const node of [undefined, fixture.write('company.pem', makeCertificate().certificate)]) {
      fixture.env.NODE_EXTRA_CA_CERTS = node;
      for (const file of [envFile, both]) {
        const { code, checks } = await fixture.runDoctor({ envFile: file });
        expect(checks.filter(({ status }) => status === 'warning' || status === 'failed')).toEqual([]);
        expect(code).toBe(0);
      }
    }
  });

  test('the sandbox is told as what it is', async () => {
    await start();
    const { checks } = await fixture.runDoctor();
    expect(checks[0]?.seen).toContain('on this machine, not Microsoft 365');
  });

  test('the verdict says when the right to send was not asked for', async () => {
    await start();
    const { out } = await fixture.runDoctor();
    expect(out).toContain('Fine, against the sandbox. Add --probe to ask about sending.');
  });
});

describe('the send check', () => {
  test('sends nothing, and names the cmdlet that says it for sure', async () => {
    await start();
    const { checks } = await fixture.runDoctor({ probe: true, deniedMailbox: [boss] });
    expect(fixture.sandbox.stats().submissions).toBe(0);
    expect(fixture.sandbox.mailbox(mailbox)).toMatchObject({ drafts: [], sentItems: [] });
    const [allowed, denied] = checks.filter(({ id }) => id.startsWith('mailbox:'));
    expect(allowed?.seen).toMatch(/^Likely allowed/);
    expect(denied?.seen).toMatch(/^Likely denied, as it should be/);
    expect(allowed?.command).toContain(`Test-ServicePrincipalAuthorization -Identity ${fixture.env.AZURE_CLIENT_ID}`);
  });

  test('is not made unless somebody asks for it', async () => {
    await start();
    await fixture.runDoctor();
    expect(fixture.sandbox.requests({ operation: 'sendMail' })).toEqual([]);
  });

  test('a denied mailbox proves nothing where no other is allowed', async () => {
    await start({ ...rbacTenant, assignments: [] });
    const { checks } = await fixture.runDoctor({ probe: true, mailbox: [], deniedMailbox: [boss] });
    expect(checks.find(({ id }) => id === `mailbox:${boss}`)).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('so this proves no restriction'),
    });
  });

  const asksOf = () => fixture.sandbox.requests({ operation: 'sendMail' }).map(({ userAgent }) => userAgent);
  const sent = expect.stringMatching(/^nodemailer-graph-transport\//);

  test('is made again under another User-Agent once, and only where the wording may be that of EWS lists', async () => {
    await start({ ...rbacTenant, ews: { applicationAccessPolicy: 'EnforceBlockList', blockList: ['nodemailer*'] } });
    await fixture.runDoctor({ probe: true, deniedMailbox: [boss] });
    expect(asksOf()).toEqual([sent, sent, expect.stringMatching(/^graph-mail-doctor\//)]);
    expect(fixture.sandbox.stats().submissions).toBe(0);
    await fixture.close();
    await start();
    await fixture.runDoctor({ probe: true, mailbox: [boss] });
    expect(asksOf()).toEqual([sent]);
  });

  test('that is refused under another User-Agent too says so', async () => {
    await start({ ...rbacTenant, ews: { applicationAccessPolicy: 'EnforceAllowList', allowList: ['Outlook*'] } });
    const { checks } = await fixture.runDoctor({ probe: true });
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))?.seen).toContain(
      'Under another User-Agent, the same request was refused as well.',
    );
  });

  test('a mailbox is quoted for PowerShell, which takes typographic quotes for quotes', async () => {
    await start();
    const { checks } = await fixture.runDoctor({ probe: true, deniedMailbox: ['a\u2019b@contoso.example'] });
    expect(checks.find(({ id }) => id.startsWith('mailbox:a'))?.command).toContain("('' + 'a' + [char]0x2019 + 'b@");
  });

  test('without an answer, the verdict does not say that it works', async () => {
    const { out } = await against(({ incoming, response }) => {
      response.writeHead(isSendCheck(incoming) ? 503 : 404).end();
    });
    expect(out.trimEnd().split('\n').at(-1)).toBe('No failures, against the sandbox; 1 warning.');
  });

  const against = async (graph: RawServerOptions['graph']) => {
    await start();
    const server = await startRawServer({ ...(graph && { graph }) });
    fixture.later(() => server.close());
    fixture.env.AZURE_AUTHORITY_HOST = fixture.env.GRAPH_MAIL_GRAPH_HOST = server.origin;
    fixture.env.NODE_EXTRA_CA_CERTS = fixture.write('raw-ca.pem', server.cloud.ca);
    return fixture.runDoctor({ probe: true });
  };
  const isSendCheck = ({ method }: IncomingMessage) => method === 'POST';

  test('a connection that breaks says nothing about the permission', async () => {
    const { code, checks } = await against(({ incoming, response, tcp }) => {
      if (isSendCheck(incoming)) tcp.resetAndDestroy();
      else response.writeHead(404).end();
    });
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('This says nothing about the permission'),
      cure: expect.stringContaining('Check the network'),
    });
    expect(code).toBe(69);
  });

  test('a token that Graph does not take is no lack of permission', async () => {
    const { checks } = await against(({ incoming, response }) => {
      const error = { code: 'InvalidAuthenticationToken', message: 'Invalid audience.' };
      response.writeHead(isSendCheck(incoming) ? 401 : 404).end(JSON.stringify({ error }));
    });
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))?.seen).toContain('Graph does not take the token');
    expect(checks.find(({ id }) => id === 'permissions')?.status).toBe('skipped');
  });

  test('an answer that nobody expected is told as one that says nothing', async () => {
    const { checks } = await against(({ incoming, response }) => {
      response.writeHead(isSendCheck(incoming) ? 202 : 404).end();
    });
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('Neither allowed nor denied can be inferred (202)'),
    });
  });
});

test('a test mail is sent where somebody asks for it, with how to follow it', async () => {
  await start();
  const { checks, code } = await fixture.runDoctor({ sendTo: 'ana@example.com' });
  const message = await fixture.sandbox.waitFor({ to: 'ana@example.com' });
  expect(code).toBe(0);
  const check = checks.find(({ id }) => id === 'test-mail');
  expect(check?.seen).toContain(`Message-ID ${message.messageId}`);
  expect(check?.command).toContain(`Get-MessageTraceV2 -MessageId '${message.messageId}'`);
  expect(check?.command).toContain('MicrosoftGraphActivityLogs | where RequestId == "');
});

test('a test mail from a mailbox that is given by its object id needs a From', async () => {
  const id = '5f0c1b0e-8d1c-4a55-9a3f-2f5f1f7c9b11';
  await start({ ...rbacTenant, mailboxes: [{ address: mailbox, id }] });
  const without = await fixture.runDoctor({ mailbox: [id], sendTo: 'ana@example.com' });
  expect(without.checks.at(-1)).toMatchObject({ status: 'failed', cure: expect.stringContaining('--from') });
  const { code } = await fixture.runDoctor({ mailbox: [id], sendTo: 'ana@example.com', from: mailbox });
  expect(code).toBe(0);
});

test('a test mail of which nobody knows whether it was sent ends with 3', async () => {
  await start();
  fixture.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
  const { checks, code } = await fixture.runDoctor({ sendTo: 'ana@example.com' });
  expect(code).toBe(3);
  const check = checks.find(({ id }) => id === 'test-mail');
  const [message] = await fixture.sandbox.messages();
  expect(check?.seen).toMatch(/^It may have been sent/);
  expect(check?.seen).toContain(`Message-ID ${message?.messageId}`);
  expect(check?.command).toContain(`Get-MessageTraceV2 -MessageId '${message?.messageId}'`);
});

describe('every number of the token service has its own words', () => {
  const numbers = [
    700027, 1000502, 7000274, 7000214, 7000277, 700024, 50027, 50012, 7000215, 7000222, 7000218, 700016, 7000112, 90002,
    900023, 500011, 700022, 70011, 900144, 53003, 530032, 90033, 90006, 90024, 90012, 90055, 90038, 900382, 900432,
    7000229, 700030, 50032,
  ];

  test('and only the check of the token tells them', async () => {
    await start();
    for (const aadsts of numbers) {
      fixture.sandbox.fault({ on: 'token', aadsts });
      const { checks } = await fixture.runDoctor();
      const failures = checks.filter(({ status }) => status === 'failed');
      expect(failures.map(({ id }) => id)).toEqual(['token']);
      expect(failures[0]?.seen).toContain(`AADSTS${aadsts}`);
      expect(aadstsHint(aadsts)).toBeDefined();
      const own = aadsts === 700027 || aadsts === 700016;
      if (!own) expect(failures[0]?.cure).toBe(inFlags(aadstsHint(aadsts) ?? ''));
    }
  }, 60_000);

  test('a key that Entra says has expired is not called one that is not registered', async () => {
    await start();
    const message = "[Reason - The key used is expired., Thumbprint of key used by client: 'AB']";
    const body = JSON.stringify({
      error: 'invalid_client',
      error_codes: [700027],
      error_description: `AADSTS700027: ${message}`,
    });
    fixture.sandbox.fault({ on: 'token', status: 401, body });
    const { checks } = await fixture.runDoctor();
    expect(checks.find(({ id }) => id === 'token')?.cure).toContain('is registered, but has expired');
  });
});

describe('what is printed', () => {
  test('--json is one object, with the exit code and every check', async () => {
    await start();
    const { code, out } = await fixture.run({ json: true });
    const report = JSON.parse(out);
    expect(report).toMatchObject({ verdict: 'fine', exitCode: code, sandbox: true, mode: 'rbac' });
    expect(report.checks).toHaveLength(14);
  });

  test('has no colours where NO_COLOR is set, and says the same', async () => {
    await start();
    fixture.env.TERM = 'xterm';
    const coloured = await fixture.run({}, true);
    fixture.env.NO_COLOR = '1';
    const plain = await fixture.run({}, true);
    expect(coloured.out).toContain('\u001b[32m✓ Configuration: ok\u001b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    expect(coloured.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });

  test('a support bundle is private, and never written over anything', async () => {
    await start();
    const bundle = path.join(fixture.folder, 'bundle.json');
    await fixture.run({ bundle });
    if (process.platform !== 'win32') expect(statSync(bundle).mode & 0o777).toBe(0o600);
    writeFileSync(bundle, 'mine');
    const again = fixture.run({ bundle, sendTo: 'ana@example.com' });
    await expect(again).rejects.toThrow('is there already, and nothing is overwritten');
    expect(readFileSync(bundle, 'utf8')).toBe('mine');
    expect(fixture.sandbox.stats().submissions).toBe(0);
  });

  test('a support bundle that cannot be written is refused before anything is sent', async () => {
    await start();
    const run = fixture.run({ bundle: path.join(fixture.folder, 'nowhere/b.json'), sendTo: 'ana@example.com' });
    await expect(run).rejects.toThrow('cannot be written');
    symlinkSync(path.join(fixture.folder, 'target'), path.join(fixture.folder, 'link'));
    await expect(fixture.run({ bundle: path.join(fixture.folder, 'link') })).rejects.toThrow('is there already');
    expect(fixture.sandbox.requests()).toEqual([]);
  });

  test('what a server says commands no terminal, in words or in --json', async () => {
    await start();
    const error_description = 'AADSTS700016: \u001b]0;x\u0007 \u009b31m \u202eevil';
    const body = JSON.stringify({ error: 'unauthorized_client', error_codes: [700016], error_description });
    fixture.sandbox.fault({ on: 'token', status: 400, body, times: 2 });
    const words = await fixture.run();
    const json = await fixture.run({ json: true });
    for (const { out } of [words, json]) expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(json.out).checks.find(({ id }: { id: string }) => id === 'token').seen).toContain('\u009b31m');
  });

  test('a support bundle has no password of a proxy, and no secret in a wrong place', async () => {
    await start();
    fixture.env.HTTPS_PROXY = 'http://someone:proxy-pass-word@127.0.0.1:9';
    fixture.env.AZURE_CLIENT_ID = 'Secret8Q~in-a-wrong-place_of.it';
    const { bundle, out } = await fixture.runDoctor();
    expect(bundle + out).not.toMatch(/proxy-pass-word|Secret8Q/);
  });
});

test.each([
  ['mailbox:a@x.example', '--sandbox http://127.0.0.1:8025/'],
  // What a handout may do is settled when it is made: the same one again may read no more than before.
  ['reading:a@x.example', '--sandbox http://127.0.0.1:8025/ --with bounces,verify,drafts --out reading-mailer'],
])('tells in a sandbox how %s is put right there', (id, flags) => {
  const check = { id, subject: 'A check', state: 'failed' as const, says: 'Refused.', cure: 'Ask an administrator.' };
  const { cure = '' } = inSandbox(check as never, 'http://127.0.0.1:8025/', new OwnCommands({ platform: 'linux' }));
  const words = cure.split('npx nodemailer-graph-transport setup ')[1]?.replaceAll("'", '');
  expect(words).toBe(flags);
});
