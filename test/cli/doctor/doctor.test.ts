import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { aadstsHint } from '../../../src/auth/aadsts.js';
import { inFlags, inFlags, inFlags, inFlags, inFlags, inFlags, inFlags, inFlags, inFlags, inFlags } from '../../../src/cli/in-flags.js';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { type RawServerOptions, startRawServer } from '../../helpers/raw-server.js';
import { DoctorWorld, mailbox, policyTenant, rbacTenant } from './support.js';

const boss = 'boss@contoso.example';

import { inFlags } from '../../../src/cli/in-flags.js';

let world: DoctorWorld;

import { inFlags } from '../../../src/cli/in-flags.js';

const start = async (options?: SandboxOptions) => {
import { inFlags } from '../../../src/cli/in-flags.js';
  world = await DoctorWorld.start(options);
import { inFlags } from '../../../src/cli/in-flags.js';
  return world;
import { inFlags } from '../../../src/cli/in-flags.js';
};

import { inFlags } from '../../../src/cli/in-flags.js';

afterEach(() => world.close());

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

describe('a configuration that is right', () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  test.each([
import { inFlags } from '../../../src/cli/in-flags.js';
    ['rbac', rbacTenant],
import { inFlags } from '../../../src/cli/in-flags.js';
    ['policy', policyTenant],
import { inFlags } from '../../../src/cli/in-flags.js';
  ] as const)('gives no finding with %s, and the restriction is seen', async (mode, tenant) => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start(tenant);
import { inFlags } from '../../../src/cli/in-flags.js';
    const { code, checks, out } = await world.examine({ mode, probe: true, deniedMailbox: [boss] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(code).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.filter(({ status }) => status !== 'ok').map(({ id }) => id)).toEqual(['limits', 'test-mail']);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(out.trimEnd().split('\n').at(-1)).toBe('Fine, against the sandbox.');
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test.each<[string, NonNullable<SandboxOptions['mailboxes']>[number]]>([
import { inFlags } from '../../../src/cli/in-flags.js';
    ['shared and without a licence', { address: mailbox, kind: 'shared', licensed: false }],
import { inFlags } from '../../../src/cli/in-flags.js';
    ['shared, with its account disabled', { address: mailbox, kind: 'shared', accountEnabled: false }],
import { inFlags } from '../../../src/cli/in-flags.js';
    ['of a user whose account is disabled', { address: mailbox, accountEnabled: false }],
import { inFlags } from '../../../src/cli/in-flags.js';
  ])('a mailbox that is %s, and works, is no finding', async (_, one) => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start({ ...rbacTenant, mailboxes: [one] });
import { inFlags } from '../../../src/cli/in-flags.js';
    const { code, checks } = await world.examine({ probe: true });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(code).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id === `mailbox:${mailbox}`)?.status).toBe('ok');
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('an authority that .env names is trusted beside one of the environment, as send does', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const envFile = world.write('ca.env', `NODE_EXTRA_CA_CERTS='${path.join(world.folder, 'ca.pem')}'\n`);
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.NODE_EXTRA_CA_CERTS = world.write('company.pem', makeCertificate().certificate);
import { inFlags } from '../../../src/cli/in-flags.js';
    const { code, checks } = await world.examine({ envFile });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(code).toBe(1);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id === 'tls')).toMatchObject({
import { inFlags } from '../../../src/cli/in-flags.js';
      status: 'warning',
import { inFlags } from '../../../src/cli/in-flags.js';
      seen: expect.stringContaining('NODE_EXTRA_CA_CERTS of the .env file'),
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('the sandbox is told as what it is', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks[0]?.seen).toContain('on this machine, not Microsoft 365');
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('the verdict says when the right to send was not asked for', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const { out } = await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(out).toContain('Fine, against the sandbox. Add --probe to ask about sending.');
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags } from '../../../src/cli/in-flags.js';

});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

describe('the send check', () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  test('sends nothing, and names the cmdlet that says it for sure', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine({ probe: true, deniedMailbox: [boss] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.stats().submissions).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.mailbox(mailbox)).toMatchObject({ drafts: [], sentItems: [] });
import { inFlags } from '../../../src/cli/in-flags.js';
    const [allowed, denied] = checks.filter(({ id }) => id.startsWith('mailbox:'));
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(allowed?.seen).toMatch(/^Likely allowed/);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(denied?.seen).toMatch(/^Likely denied, as it should be/);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(allowed?.command).toContain(`Test-ServicePrincipalAuthorization -Identity ${world.env.AZURE_CLIENT_ID}`);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('is not made unless somebody asks for it', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.requests({ operation: 'sendMail' })).toEqual([]);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('a denied mailbox proves nothing where no other is allowed', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start({ ...rbacTenant, assignments: [] });
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine({ probe: true, mailbox: [], deniedMailbox: [boss] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id === `mailbox:${boss}`)).toMatchObject({
import { inFlags } from '../../../src/cli/in-flags.js';
      status: 'warning',
import { inFlags } from '../../../src/cli/in-flags.js';
      seen: expect.stringContaining('so this proves no restriction'),
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  const asksOf = () => world.sandbox.requests({ operation: 'sendMail' }).map(({ userAgent }) => userAgent);

import { inFlags } from '../../../src/cli/in-flags.js';

  const sent = expect.stringMatching(/^nodemailer-graph-transport\//);

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('is made again under another User-Agent once, and only where the wording may be that of EWS lists', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start({ ...rbacTenant, ews: { applicationAccessPolicy: 'EnforceBlockList', blockList: ['nodemailer*'] } });
import { inFlags } from '../../../src/cli/in-flags.js';
    await world.examine({ probe: true, deniedMailbox: [boss] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(asksOf()).toEqual([sent, sent, expect.stringMatching(/^graph-mail-doctor\//)]);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.stats().submissions).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
    await world.close();
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    await world.examine({ probe: true, mailbox: [boss] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(asksOf()).toEqual([sent]);
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('that is refused under another User-Agent too says so', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start({ ...rbacTenant, ews: { applicationAccessPolicy: 'EnforceAllowList', allowList: ['Outlook*'] } });
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine({ probe: true });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))?.seen).toContain(
import { inFlags } from '../../../src/cli/in-flags.js';
      'Under another User-Agent, the same request was refused as well.',
import { inFlags } from '../../../src/cli/in-flags.js';
    );
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('a mailbox is quoted for PowerShell, which takes typographic quotes for quotes', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine({ probe: true, deniedMailbox: ['a\u2019b@contoso.example'] });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id.startsWith('mailbox:a'))?.command).toContain("('' + 'a' + [char]0x2019 + 'b@");
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('without an answer, the verdict does not say that it works', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    const { out } = await against(({ incoming, response }) => {
import { inFlags } from '../../../src/cli/in-flags.js';
      response.writeHead(isSendCheck(incoming) ? 503 : 404).end();
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(out.trimEnd().split('\n').at(-1)).toBe('No failures, against the sandbox; 1 warning.');
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  const against = async (graph: RawServerOptions['graph']) => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const server = await startRawServer({ ...(graph && { graph }) });
import { inFlags } from '../../../src/cli/in-flags.js';
    world.later(() => server.close());
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.AZURE_AUTHORITY_HOST = world.env.GRAPH_MAIL_GRAPH_HOST = server.origin;
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.NODE_EXTRA_CA_CERTS = world.write('raw-ca.pem', server.cloud.ca);
import { inFlags } from '../../../src/cli/in-flags.js';
    return world.examine({ probe: true });
import { inFlags } from '../../../src/cli/in-flags.js';
  };

import { inFlags } from '../../../src/cli/in-flags.js';

  const isSendCheck = ({ method }: IncomingMessage) => method === 'POST';

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('a connection that breaks says nothing about the permission', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    const { code, checks } = await against(({ incoming, response, tcp }) => {
import { inFlags } from '../../../src/cli/in-flags.js';
      if (isSendCheck(incoming)) tcp.resetAndDestroy();
import { inFlags } from '../../../src/cli/in-flags.js';
      else response.writeHead(404).end();
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))).toMatchObject({
import { inFlags } from '../../../src/cli/in-flags.js';
      status: 'failed',
import { inFlags } from '../../../src/cli/in-flags.js';
      seen: expect.stringContaining('This says nothing about the permission'),
import { inFlags } from '../../../src/cli/in-flags.js';
      cure: expect.stringContaining('Check the network'),
import { inFlags } from '../../../src/cli/in-flags.js';
    });

import { inFlags } from '../../../src/cli/in-flags.js';

    expect(code).toBe(69);

import { inFlags } from '../../../src/cli/in-flags.js';

  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('a token that Graph does not take is no lack of permission', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await against(({ incoming, response }) => {
import { inFlags } from '../../../src/cli/in-flags.js';
      const error = { code: 'InvalidAuthenticationToken', message: 'Invalid audience.' };
import { inFlags } from '../../../src/cli/in-flags.js';
      response.writeHead(isSendCheck(incoming) ? 401 : 404).end(JSON.stringify({ error }));
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))?.seen).toContain('Graph does not take the token');
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id === 'permissions')?.status).toBe('skipped');
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

  test('an answer that nobody expected is told as one that says nothing', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await against(({ incoming, response }) => {
import { inFlags } from '../../../src/cli/in-flags.js';
      response.writeHead(isSendCheck(incoming) ? 202 : 404).end();
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id.startsWith('mailbox:'))).toMatchObject({
import { inFlags } from '../../../src/cli/in-flags.js';
      status: 'warning',
import { inFlags } from '../../../src/cli/in-flags.js';
      seen: expect.stringContaining('Neither allowed nor denied can be inferred (202)'),
import { inFlags } from '../../../src/cli/in-flags.js';
    });

import { inFlags } from '../../../src/cli/in-flags.js';

  });

import { inFlags } from '../../../src/cli/in-flags.js';

});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

test('a test mail is sent where somebody asks for it, with how to follow it', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  await start();
import { inFlags } from '../../../src/cli/in-flags.js';
  const { checks, code } = await world.examine({ sendTo: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
  const message = await world.sandbox.waitFor({ to: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(code).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
  const check = checks.find(({ id }) => id === 'test-mail');
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.seen).toContain(`Message-ID ${message.messageId}`);
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.command).toContain(`Get-MessageTraceV2 -MessageId '${message.messageId}'`);
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.command).toContain('MicrosoftGraphActivityLogs | where RequestId == "');
import { inFlags } from '../../../src/cli/in-flags.js';
});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

test('a test mail from a mailbox that is given by its object id needs a From', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  const id = '5f0c1b0e-8d1c-4a55-9a3f-2f5f1f7c9b11';
import { inFlags } from '../../../src/cli/in-flags.js';
  await start({ ...rbacTenant, mailboxes: [{ address: mailbox, id }] });
import { inFlags } from '../../../src/cli/in-flags.js';
  const without = await world.examine({ mailbox: [id], sendTo: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(without.checks.at(-1)).toMatchObject({ status: 'failed', cure: expect.stringContaining('--from') });
import { inFlags } from '../../../src/cli/in-flags.js';
  const { code } = await world.examine({ mailbox: [id], sendTo: 'ana@example.com', from: mailbox });
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(code).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

test('a test mail of which nobody knows whether it was sent ends with 3', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  await start();
import { inFlags } from '../../../src/cli/in-flags.js';
  world.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
import { inFlags } from '../../../src/cli/in-flags.js';
  const { checks, code } = await world.examine({ sendTo: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(code).toBe(3);
import { inFlags } from '../../../src/cli/in-flags.js';
  const check = checks.find(({ id }) => id === 'test-mail');
import { inFlags } from '../../../src/cli/in-flags.js';
  const [message] = await world.sandbox.messages();
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.seen).toMatch(/^It may have been sent/);
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.seen).toContain(`Message-ID ${message?.messageId}`);
import { inFlags } from '../../../src/cli/in-flags.js';
  expect(check?.command).toContain(`Get-MessageTraceV2 -MessageId '${message?.messageId}'`);
import { inFlags } from '../../../src/cli/in-flags.js';
});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

describe('every number of the token service has its own words', () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  const numbers = [
import { inFlags } from '../../../src/cli/in-flags.js';
    700027, 1000502, 7000274, 7000214, 7000277, 700024, 50027, 50012, 7000215, 7000222, 7000218, 700016, 7000112, 90002,
import { inFlags } from '../../../src/cli/in-flags.js';
    900023, 500011, 700022, 70011, 900144, 53003, 530032, 90033, 90006, 90024, 90012, 90055, 90038, 900382, 900432,
import { inFlags } from '../../../src/cli/in-flags.js';
    7000229, 700030, 50032,
import { inFlags } from '../../../src/cli/in-flags.js';
  ];
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('and only the check of the token tells them', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    for (const aadsts of numbers) {
import { inFlags } from '../../../src/cli/in-flags.js';
      world.sandbox.fault({ on: 'token', aadsts });
import { inFlags } from '../../../src/cli/in-flags.js';
      const { checks } = await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
      const failures = checks.filter(({ status }) => status === 'failed');
import { inFlags } from '../../../src/cli/in-flags.js';
      expect(failures.map(({ id }) => id)).toEqual(['token']);
import { inFlags } from '../../../src/cli/in-flags.js';
      expect(failures[0]?.seen).toContain(`AADSTS${aadsts}`);
import { inFlags } from '../../../src/cli/in-flags.js';
      expect(aadstsHint(aadsts)).toBeDefined();
import { inFlags } from '../../../src/cli/in-flags.js';
      const own = aadsts === 700027 || aadsts === 700016;
import { inFlags } from '../../../src/cli/in-flags.js';
      if (!own) expect(failures[0]?.cure).toBe(inFlags(aadstsHint(aadsts) ?? ''));
import { inFlags } from '../../../src/cli/in-flags.js';
    }
import { inFlags } from '../../../src/cli/in-flags.js';
  }, 60_000);
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('a key that Entra says has expired is not called one that is not registered', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const message = "[Reason - The key used is expired., Thumbprint of key used by client: 'AB']";
import { inFlags } from '../../../src/cli/in-flags.js';
    const body = JSON.stringify({
import { inFlags } from '../../../src/cli/in-flags.js';
      error: 'invalid_client',
import { inFlags } from '../../../src/cli/in-flags.js';
      error_codes: [700027],
import { inFlags } from '../../../src/cli/in-flags.js';
      error_description: `AADSTS700027: ${message}`,
import { inFlags } from '../../../src/cli/in-flags.js';
    });
import { inFlags } from '../../../src/cli/in-flags.js';
    world.sandbox.fault({ on: 'token', status: 401, body });
import { inFlags } from '../../../src/cli/in-flags.js';
    const { checks } = await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(checks.find(({ id }) => id === 'token')?.cure).toContain('is registered, but has expired');
import { inFlags } from '../../../src/cli/in-flags.js';
  });

import { inFlags } from '../../../src/cli/in-flags.js';

});

import { inFlags, inFlags } from '../../../src/cli/in-flags.js';

describe('what is printed', () => {
import { inFlags } from '../../../src/cli/in-flags.js';
  test('--json is one object, with the exit code and every check', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const { code, out } = await world.run({ json: true });
import { inFlags } from '../../../src/cli/in-flags.js';
    const report = JSON.parse(out);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(report).toMatchObject({ verdict: 'fine', exitCode: code, sandbox: true, mode: 'rbac' });
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(report.checks).toHaveLength(14);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('has no colours where NO_COLOR is set, and says the same', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.TERM = 'xterm';
import { inFlags } from '../../../src/cli/in-flags.js';
    const coloured = await world.run({}, true);
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.NO_COLOR = '1';
import { inFlags } from '../../../src/cli/in-flags.js';
    const plain = await world.run({}, true);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(coloured.out).toContain('\u001b[32m✓ Configuration: ok\u001b[0m');
import { inFlags } from '../../../src/cli/in-flags.js';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(coloured.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('a support bundle is private, and never written over anything', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const bundle = path.join(world.folder, 'bundle.json');
import { inFlags } from '../../../src/cli/in-flags.js';
    await world.run({ bundle });
import { inFlags } from '../../../src/cli/in-flags.js';
    if (process.platform !== 'win32') expect(statSync(bundle).mode & 0o777).toBe(0o600);
import { inFlags } from '../../../src/cli/in-flags.js';
    writeFileSync(bundle, 'mine');
import { inFlags } from '../../../src/cli/in-flags.js';
    const again = world.run({ bundle, sendTo: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
    await expect(again).rejects.toThrow('is there already, and nothing is overwritten');
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(readFileSync(bundle, 'utf8')).toBe('mine');
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.stats().submissions).toBe(0);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('a support bundle that cannot be written is refused before anything is sent', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const run = world.run({ bundle: path.join(world.folder, 'nowhere/b.json'), sendTo: 'ana@example.com' });
import { inFlags } from '../../../src/cli/in-flags.js';
    await expect(run).rejects.toThrow('cannot be written');
import { inFlags } from '../../../src/cli/in-flags.js';
    symlinkSync(path.join(world.folder, 'target'), path.join(world.folder, 'link'));
import { inFlags } from '../../../src/cli/in-flags.js';
    await expect(world.run({ bundle: path.join(world.folder, 'link') })).rejects.toThrow('is there already');
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(world.sandbox.requests()).toEqual([]);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('what a server says commands no terminal, in words or in --json', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    const error_description = 'AADSTS700016: \u001b]0;x\u0007 \u009b31m \u202eevil';
import { inFlags } from '../../../src/cli/in-flags.js';
    const body = JSON.stringify({ error: 'unauthorized_client', error_codes: [700016], error_description });
import { inFlags } from '../../../src/cli/in-flags.js';
    world.sandbox.fault({ on: 'token', status: 400, body, times: 2 });
import { inFlags } from '../../../src/cli/in-flags.js';
    const words = await world.run();
import { inFlags } from '../../../src/cli/in-flags.js';
    const json = await world.run({ json: true });
import { inFlags } from '../../../src/cli/in-flags.js';
    for (const { out } of [words, json]) expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(JSON.parse(json.out).checks.find(({ id }: { id: string }) => id === 'token').seen).toContain('\u009b31m');
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';

import { inFlags } from '../../../src/cli/in-flags.js';
  test('a support bundle has no password of a proxy, and no secret in a wrong place', async () => {
import { inFlags } from '../../../src/cli/in-flags.js';
    await start();
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.HTTPS_PROXY = 'http://someone:proxy-pass-word@127.0.0.1:9';
import { inFlags } from '../../../src/cli/in-flags.js';
    world.env.AZURE_CLIENT_ID = 'Secret8Q~in-a-wrong-place_of.it';
import { inFlags } from '../../../src/cli/in-flags.js';
    const { bundle, out } = await world.examine();
import { inFlags } from '../../../src/cli/in-flags.js';
    expect(bundle + out).not.toMatch(/proxy-pass-word|Secret8Q/);
import { inFlags } from '../../../src/cli/in-flags.js';
  });
import { inFlags } from '../../../src/cli/in-flags.js';
});

import { inFlags } from '../../../src/cli/in-flags.js';
