import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { graphTransport } from '../../../src/index.js';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js';
import { SetupFixture, usualFlags } from './support.js';

const { certificate } = await createCertificate();
const tenantId = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';

let fixture: SetupFixture;
beforeEach(() => {
  fixture = new SetupFixture();
});
afterEach(() => fixture.remove());

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ certificate, tenantId, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** One that comes after another, on the same ports; with its authority, unless its folder was deleted. */
async function follow(sandbox: Sandbox, options: SandboxOptions = { identity: sandbox.identity }): Promise<Sandbox> {
  await sandbox.close();
  const [port, inboxPort] = [sandbox.url, sandbox.inboxUrl].map((url) => Number(new URL(url).port));
  return start({ ...(port && inboxPort && { port, inboxPort }), ...options });
}

const setup = ({ inboxUrl }: Sandbox, ...flags: string[]) => fixture.setup(['--sandbox', inboxUrl, ...flags]);
const env = () => parseEnv(fixture.read('developer/.env'));
const clientId = () => env().AZURE_CLIENT_ID ?? '';
const keys = () => ['graph-mailer.pem', '.env'].map((name) => fixture.read(`developer/${name}`));

/** Sends with what the handout says, and nothing else. */
async function send(): Promise<void> {
  const { AZURE_AUTHORITY_HOST: authorityHost = '', GRAPH_MAIL_GRAPH_HOST: graphHost = '', ...variables } = env();
  const transporter = createTransport(
    graphTransport({
      tenantId: variables.AZURE_TENANT_ID ?? '',
      clientId: clientId(),
      certificatePath: variables.AZURE_CLIENT_CERTIFICATE_PATH ?? '',
      mailbox: variables.GRAPH_MAIL_MAILBOX ?? '',
      cloud: { authorityHost, graphHost, ca: fixture.read('developer/sandbox-ca.pem') },
    }),
  );
  await transporter.sendMail({ from: variables.GRAPH_MAIL_MAILBOX, to: 'ana@example.com', text: 'Hello' });
  transporter.close();
}

describe('setup --sandbox again', () => {
  it('finds its handouts, and says that nothing is missing', async () => {
    const sandbox = await start();
    await setup(sandbox);
    const before = [...keys(), JSON.stringify(sandbox.tenant.apps.list())];
    const again = await setup(sandbox);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(
      /^\S+graph-mailer has a packet for this sandbox already\. No key was changed\.\nThe sandbox knows what was registered: nothing was missing\.\nSend a mail, and find it on http/,
    );
    expect(again.out).toMatch(/^npx nodemailer-graph-transport send .*developer\/\.env/m);
    expect([...keys(), JSON.stringify(sandbox.tenant.apps.list())]).toEqual(before);
  });

  it.each<[string, string[], string[]]>([
    ['RBAC for Applications', [], ['assignment Mail.Send ']],
    ['an access policy', ['--legacy-policy'], ['access policy Mail ']],
    ['message trace', ['--with', 'trace'], ['assignment ', 'the service principal of message trace']],
    [
      'several mailboxes',
      ['--mailbox', 'a@contoso.example', '--mailbox', 'b@contoso.example'],
      ['mailbox b@contoso.example'],
    ],
  ])('registers %s with a sandbox that knows nothing, whose folder was deleted', async (_, flags, words) => {
    const first = await start();
    await setup(first, ...flags);
    const before = keys();
    const told = (sandbox: Sandbox) =>
      JSON.stringify([
        sandbox.tenant.apps.get(clientId()),
        sandbox.tenant.groups.list(),
        sandbox.tenant.assignments.list(),
        sandbox.tenant.accessPolicies.list(),
        sandbox.tenant.mailboxes.list().map(({ address }) => address),
        sandbox.tenant.messageTracePrincipal,
      ]);
    const tenant = told(first);
    const second = await follow(first, {});
    const again = await setup(second, ...flags);
    expect(again).toMatchObject({ code: 0, err: '' });
    for (const word of ['did not know: application ', ...words, 'wrote developer/sandbox-ca.pem']) {
      expect(again.out).toContain(word);
    }
    expect([told(second), ...keys()]).toEqual([tenant, ...before]);
    await send();
    expect((await setup(second)).out).toMatch(/nothing was missing\.\nSend/);
  });

  it('follows the sandbox to another address, and keeps what else is in .env', async () => {
    const first = await start();
    await setup(first);
    const file = path.join(fixture.out, 'developer/.env');
    writeFileSync(file, `# by hand\n${readFileSync(file, 'utf8')}OTHER='1 2'\n`);
    await first.close();
    const second = await start({ identity: first.identity });
    expect((await setup(second)).out).toContain(
      `at another address than before: developer/.env now has ${second.url}.`,
    );
    expect(fixture.read('developer/.env')).toMatch(/^# by hand\n[\s\S]*\nOTHER='1 2'\n$/);
    await send();
    expect((await setup(second)).out).not.toContain('another address');
    // By another name of the same one as well.
    const named = await follow(second, { identity: second.identity, names: ['ip6-localhost'] });
    expect((await setup(named)).out).not.toContain('another address');
  });

  it('gives back what was removed, and leaves as it is what was changed', async () => {
    const sandbox = await start();
    await setup(sandbox, '--legacy-policy');
    const { apps, accessPolicies, mailboxes } = sandbox.tenant;
    const other = (await createCertificate()).certificate;
    apps.set({ clientId: clientId(), displayName: 'By hand', certificates: [other] });
    mailboxes.set({ address: 'director@contoso.example', displayName: 'The director' });
    accessPolicies.remove(`Mail ${clientId()}`);
    expect((await setup(sandbox)).out).toMatch(
      /Registered again what the sandbox did not know: access policy Mail [0-9a-f-]{36}, certificate [0-9A-F]{40}\.\n/,
    );
    expect(apps.get(clientId())).toMatchObject({ displayName: 'By hand', roles: ['Mail.Send'] });
    expect(apps.get(clientId())?.certificates).toHaveLength(2);
    expect(mailboxes.get('director@contoso.example')?.displayName).toBe('The director');
    await send();
  });

  it('repairs what a sandbox that ended in the middle was not told', async () => {
    const sandbox = await start();
    await setup(sandbox);
    for (const { name } of sandbox.tenant.assignments.list()) sandbox.tenant.assignments.remove(name);
    sandbox.tenant.groups.remove('graph-mailers@contoso.example');
    expect((await setup(sandbox)).out).toContain('did not know: group graph-mailers@contoso.example, assignment ');
    await send();
  });
});

describe('setup --sandbox refuses, and changes nothing, where there is', () => {
  const refusal = async (sandbox: Sandbox, code: number, words: RegExp, ...flags: string[]) => {
    const before = [...keys(), JSON.stringify(sandbox.tenant.apps.list())];
    expect(await setup(sandbox, ...flags)).toMatchObject({ code, err: expect.stringMatching(words), out: '' });
    expect([...keys(), JSON.stringify(sandbox.tenant.apps.list())]).toEqual(before);
  };

  it('the handouts of a tenant', async () => {
    await fixture.setup([...usualFlags, '--yes']);
    await refusal(await start(), 2, /developer\/\.env already, which was made for a tenant[\s\S]*--out <folder>/);
  });

  it.each<[string, SandboxOptions]>([
    ['of another tenant id', { tenantId: randomUUID() }],
    ['at another address, with another authority', { port: 0, inboxPort: 0 }],
  ])('the handouts of another sandbox, %s', async (_, options) => {
    const first = await start();
    await setup(first);
    const words =
      /has a packet for another sandbox already \(tenant .*, at https.*\); this is tenant[\s\S]*--out <folder>/;
    await refusal(await follow(first, options), 2, words);
  });

  it.each([
    ['--group', 'others@contoso.example'],
    ['--mailbox', 'other@contoso.example'],
    ['--denied-mailbox', 'other@contoso.example'],
    ['--name', 'other'],
    ['--client-id', randomUUID()],
    ['--legacy-policy'],
    ['--with', 'trace'],
  ])('handouts of something else for %s', async (flag, ...value) => {
    const sandbox = await start();
    await setup(sandbox);
    await refusal(
      sandbox,
      2,
      new RegExp(`made with something else for ${flag}\\.[\\s\\S]*Leave out ${flag} `),
      flag,
      ...value,
    );
    expect(await setup(sandbox, '--group', 'Graph-Mailers@contoso.example')).toMatchObject({ code: 0 });
  });

  it('but not one that asks for the same in another order', async () => {
    const sandbox = await start();
    await setup(sandbox, '--with', 'verify,bounces');
    expect(await setup(sandbox, '--with', 'bounces,verify')).toMatchObject({ code: 0 });
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['damaged', (text) => text.slice(0, 50), /sandbox\.json is damaged\. It was left as it is/],
    ['of a newer version', (text) => text.replace('"version": 1', '"version": 2'), /written by a newer version/],
    ['without requests', (text) => text.replace('"requests"', '"x"'), /is damaged/],
  ])('a record that is %s', async (_, change, words) => {
    const sandbox = await start();
    await setup(sandbox);
    const file = path.join(fixture.out, 'developer/sandbox.json');
    const text = change(readFileSync(file, 'utf8'));
    writeFileSync(file, text);
    await refusal(sandbox, 1, words);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('no key any more, nor a sandbox', async () => {
    const sandbox = await start();
    await setup(sandbox);
    rmSync(path.join(fixture.out, 'developer/graph-mailer.pem'));
    expect(await setup(sandbox)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/AZURE_CLIENT_CERTIFICATE_PATH of developer\/\.env names cannot be used/),
    });
    await sandbox.close();
    expect(await setup(sandbox)).toMatchObject({ code: 1, err: expect.stringContaining('No sandbox answers') });
  });
});

it('the record of the handouts holds nothing secret', async () => {
  const sandbox = await start();
  await setup(sandbox);
  expect(fixture.read('developer/sandbox.json')).not.toMatch(/PRIVATE KEY|graph-sandbox/);
});
