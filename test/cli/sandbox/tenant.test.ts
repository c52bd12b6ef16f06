import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSandboxFolder } from '../../../src/cli/sandbox/folder.js';
import { KeptTenant } from '../../../src/cli/sandbox/tenant.js';
import { createCertificate, type Sandbox, startSandbox, type TenantOptions } from '../../../src/sandbox/index.js';

const { certificate } = await createCertificate();
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kept-tenant-'));
  file = path.join(folder, 'tenant.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One start: a sandbox whose tenant is kept in the file, beside what a `--tenant` file gives. */
async function start(given: TenantOptions = {}, rolesOf?: string): Promise<Sandbox & { warnings: string[] }> {
  const kept = new KeptTenant(file, given, rolesOf);
  const warnings: string[] = [];
  const sandbox = await startSandbox({
    ...kept.options,
    clientId: 'own',
    certificate,
    onTenantChange: (tenant) => kept.keep(tenant, (text) => warnings.push(text)),
  }).catch((error: unknown) => {
    throw kept.explain(error);
  });
  onTestFinished(() => sandbox.close());
  return Object.assign(sandbox, { warnings });
}

const apps = ({ tenant }: Sandbox) => tenant.apps.list().map(({ clientId, roles }) => [clientId, ...roles].join(' '));

describe('a tenant that is kept', () => {
  it('is written at its first change, for its owner alone, and is there at the next start', async () => {
    const first = await start();
    expect(existsSync(file)).toBe(false);
    first.tenant.apps.set({ clientId: 'shop', roles: ['Mail.Read'], secrets: ['s'] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    first.tenant.update({ messageTracePrincipal: true, ews: { applicationAccessPolicy: 'EnforceBlockList' } });
    const second = await start();
    expect(apps(second)).toEqual(['own Mail.Send', 'shop Mail.Read']);
    expect(second.tenant.apps.get('shop')?.secrets).toBe(1);
    expect([second.tenant.messageTracePrincipal, second.tenant.ews.applicationAccessPolicy]).toEqual([
      true,
      'EnforceBlockList',
    ]);
    const { mtimeMs } = statSync(file);
    second.tenant.revokeTokens();
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });

  it('gives back its own application and mailbox that were removed, and as they were changed', async () => {
    const first = await start();
    first.tenant.apps.set({ clientId: 'own', displayName: 'Renamed', roles: ['Mail.Read'] });
    first.tenant.mailboxes.set({ address: 'noreply@contoso.example', kind: 'none' });
    const second = await start();
    expect(second.tenant.apps.get('own')).toMatchObject({ displayName: 'Renamed', roles: ['Mail.Read'] });
    expect(second.tenant.mailboxes.get('noreply@contoso.example')?.kind).toBe('none');
    second.tenant.apps.remove('own');
    second.tenant.mailboxes.remove('noreply@contoso.example');
    const third = await start();
    expect(apps(third)).toEqual(['own Mail.Send']);
    expect(third.tenant.mailboxes.get('noreply@contoso.example')?.kind).toBe('user');
  });

  it('keeps the roles that no flag named', async () => {
    const flag = (roles: string[]) =>
      start({ apps: [] }, 'OWN').then((sandbox) => {
        sandbox.tenant.apps.set({ clientId: 'own', roles });
        return sandbox;
      });
    await flag(['Mail.Read']);
    const plain = await start();
    expect(apps(plain)).toEqual(['own Mail.Send']);
    plain.tenant.apps.set({ clientId: 'own', roles: ['Mail.ReadWrite'] });
    await flag(['Mail.Read']);
    expect(apps(await start())).toEqual(['own Mail.ReadWrite']);
  });
});

describe('a --tenant file beside what is kept', () => {
  const rule = { app: 'billing', role: 'Application Mail.Send' } as const;
  const given = (address: string, roles: string[]): TenantOptions => ({
    apps: [{ clientId: 'Billing', roles }],
    mailboxes: ['ceo@contoso.example'],
    groups: [{ address: 'g@contoso.example', kind: 'mail-enabled-security', members: [address] }],
    assignments: [
      { ...rule, scope: { mailboxes: [address] } },
      { ...rule, name: 'named' },
    ],
    accessPolicies: [{ app: 'billing', group: 'g@contoso.example', right: 'RestrictAccess' }],
    propagationDelay: 5,
  });

  it('goes before it in all that it names, and is not kept', async () => {
    const first = await start(given('ceo@contoso.example', ['Mail.Send']));
    const { tenant } = first;
    tenant.apps.set({ clientId: 'billing', roles: ['Mail.Read'] });
    tenant.apps.set({ clientId: 'shop' });
    tenant.mailboxes.set({ address: 'CEO@contoso.example', displayName: 'Changed' });
    tenant.groups.set({ address: 'g@contoso.example', kind: 'mail-enabled-security', members: [] });
    for (const { name } of tenant.assignments.list()) tenant.assignments.remove(name);
    tenant.update({ propagationDelay: 0, messageTracePrincipal: true });

    const second = await start(given('noreply@contoso.example', ['Mail.ReadWrite']));
    expect(apps(second)).toEqual(['own Mail.Send', 'billing Mail.ReadWrite', 'shop Mail.Send']);
    expect(second.tenant.mailboxes.get('ceo@contoso.example')?.displayName).toBe('ceo@contoso.example');
    expect(second.tenant.groups.list().map(({ members }) => members)).toEqual([['noreply@contoso.example']]);
    expect(second.tenant.assignments.list().map(({ scope }) => scope)).toEqual([
      { mailboxes: ['noreply@contoso.example'] },
      undefined,
    ]);
    expect([second.tenant.propagationDelay, second.tenant.messageTracePrincipal]).toEqual([5, true]);

    const third = await start();
    expect(apps(third)).toEqual(['own Mail.Send', 'shop Mail.Send']);
    const { groups, assignments, accessPolicies, propagationDelay } = third.tenant;
    expect([groups.list(), assignments.list(), accessPolicies.list(), propagationDelay]).toEqual([[], [], [], 0]);
  });

  it('does not cost what was kept under the same name', async () => {
    (await start()).tenant.apps.set({ clientId: 'billing', roles: ['Mail.Read'] });
    const second = await start(given('ceo@contoso.example', ['Mail.Send']));
    second.tenant.apps.set({ clientId: 'shop' });
    expect(apps(await start())).toEqual(['own Mail.Send', 'shop Mail.Send', 'billing Mail.Read']);
  });

  it.each<[string, TenantOptions, (sandbox: Sandbox) => void, TenantOptions]>([
    [
      'that something kept needs',
      given('ceo@contoso.example', []),
      ({ tenant }) => tenant.assignments.set({ ...rule, name: 'kept', scope: { group: 'g@contoso.example' } }),
      {},
    ],
    [
      'that names what is kept otherwise',
      {},
      ({ tenant }) => tenant.mailboxes.set({ address: 'a@contoso.example', aliases: ['b@contoso.example'] }),
      { mailboxes: ['b@contoso.example'] },
    ],
  ])('%s is spoken of in words', async (_, before, change, after) => {
    change(await start(before));
    const text = readFileSync(file, 'utf8');
    await expect(start(after)).rejects.toThrow(
      /^What is kept in .*tenant\.json does not go together with the tenant that is given: .* or delete .*tenant\.json to begin anew\.$/,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
    await start(before);
  });
});

describe('the file of a kept tenant', () => {
  const kept = (tenant: unknown, version: unknown = 1) => JSON.stringify({ version, tenant });

  it.each<[string, string, RegExp]>([
    ['half', '{"version":1,', /tenant\.json, where the tenant is kept, is not valid JSON\. It was left as it is/],
    ['empty', '', /is not valid JSON/],
    ['null', 'null', /is damaged: "version" is not 1/],
    ['of a newer version', kept({}, 2), /was written by a newer version of this package \(its form is 2, expected 1\)/],
    ['of no version', kept({}, '1'), /is damaged: "version" is not 1/],
    ['without a tenant', kept(undefined), /is damaged: "tenant" is undefined, expected an object/],
    ['with an object for a list', kept({ apps: {} }), /is damaged: "tenant": "apps" is an object/],
    [
      'with a wrong field',
      kept({ apps: [{ clientId: 'x', secrets: 'hush' }] }),
      /apps\[0\]: "secrets" is a string of 4/,
    ],
    ['with an unknown field', kept({ more: 1 }), /is damaged: "tenant": "more" is unknown/],
    ['with a switch that is not kept', kept({ cae: true }), /is damaged: "tenant": "cae" is unknown/],
  ])('%s is named, with what to do, and is not overwritten', (_, text, words) => {
    writeFileSync(file, text);
    expect(() => new KeptTenant(file, {})).toThrow(words);
    expect(() => new KeptTenant(file, {})).not.toThrow('hush');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each<[string, () => void]>([
    ['changed', () => writeFileSync(file, '{}')],
    ['deleted', () => rmSync(file)],
  ])('that somebody else has %s is left alone from then on, and that is said once', async (_, change) => {
    const sandbox = await start();
    sandbox.tenant.apps.set({ clientId: 'one' });
    change();
    for (const clientId of ['two', 'three']) sandbox.tenant.apps.set({ clientId });
    expect(sandbox.warnings).toEqual([
      expect.stringMatching(/tenant\.json was changed by somebody else, .*--folder\.$/),
    ]);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '{}').toBe('{}');
    expect(apps(sandbox)).toHaveLength(4);
  });

  it('that cannot be written is spoken of, and the tenant is changed all the same', async () => {
    const sandbox = await start();
    rmSync(folder, { recursive: true });
    sandbox.tenant.apps.set({ clientId: 'one' });
    expect(sandbox.warnings).toEqual([
      expect.stringMatching(/could not be kept in .*tenant\.json: it is not there\.$/),
    ]);
    expect(apps(sandbox)).toHaveLength(2);
  });
});

describe('the folder of a sandbox', () => {
  it.each([
    [
      'identity.pem',
      '',
      /identity\.pem is not the certificate authority that was kept there: .*\. Delete it, and a new/,
    ],
    ['identity.pem', 'x', /identity\.pem is not the certificate authority/],
    ['certificate.pem', '', /certificate\.pem is not the certificate and key that were kept there\. Delete it/],
  ])('with %s damaged (%j) says so, and does not overwrite it', async (name, text, words) => {
    await openSandboxFolder(folder);
    writeFileSync(path.join(folder, name), text);
    await expect(openSandboxFolder(folder)).rejects.toThrow(words);
    expect(readFileSync(path.join(folder, name), 'utf8')).toBe(text);
  });
});
