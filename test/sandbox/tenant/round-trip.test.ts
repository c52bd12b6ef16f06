// What the tenant shows can be given back to it, changed or not.
import { describe, expect, it } from 'vitest';
import { createCertificate, type SandboxTenant } from '../../../src/sandbox/index.js';
import { type Client, MAILBOX } from '../support.js';
import { APP, CEO, SENDERS, startTenant } from '../tenant-support.js';

const KEYS = {
  apps: 'clientId',
  mailboxes: 'address',
  groups: 'address',
  accessPolicies: 'name',
  assignments: 'name',
} as const;
type Name = keyof typeof KEYS;

/** A tenant with entries of each kind, in each form that an entry can have. */
async function fullTenant(): Promise<Client> {
  const [first, second] = await Promise.all([1, 2].map(() => createCertificate()));
  return startTenant({
    apps: [
      { clientId: APP, secrets: ['s', 't'], certificates: [first?.certificate ?? '', second?.certificate ?? ''] },
      { clientId: 'Bare', displayName: 'Bare', roles: [], disabled: true },
      { clientId: 'narrow', secrets: ['u'], allowedMailboxes: [CEO] },
    ],
    mailboxes: [
      CEO,
      { address: 'shared@contoso.example', kind: 'shared', aliases: ['alias@contoso.example'], sendAs: [CEO] },
      { address: 'none@contoso.example', hasMailbox: false },
      { address: 'unlicensed@contoso.example', licensed: false, accountEnabled: false, sendOnBehalf: [CEO] },
    ],
    groups: [
      { address: SENDERS, kind: 'mail-enabled-security', members: [MAILBOX] },
      { address: 'all@contoso.example', kind: 'distribution', displayName: 'All', members: [SENDERS] },
    ],
    accessPolicies: [
      { name: 'p', app: APP, group: SENDERS, right: 'RestrictAccess' },
      { app: '*', group: SENDERS, right: 'DenyAccess' },
    ],
    assignments: [
      { app: APP, role: 'Application Mail.Send' },
      { app: APP, role: 'Application Mail.Read', scope: { group: SENDERS } },
      { name: 'n', app: 'narrow', role: 'Application Mail.Send', scope: { mailboxes: [CEO] } },
    ],
  });
}

const everything = (tenant: SandboxTenant) =>
  Object.fromEntries((Object.keys(KEYS) as Name[]).map((name) => [name, tenant[name].list()]));

describe('what the tenant shows can be set again', () => {
  it.each(Object.keys(KEYS) as Name[])('%s, and all stays as it was', async (name) => {
    const { tenant } = (await fullTenant()).sandbox;
    const before = everything(tenant);
    const access = tenant.access('narrow', CEO);
    // biome-ignore lint/suspicious/noExplicitAny: one of five collections
    const collection = tenant[name] as any;
    for (const entry of collection.list()) {
      const key = entry[KEYS[name]];
      expect(collection.set(collection.get(key))).toEqual(entry);
    }
    expect(everything(tenant)).toEqual(before);
    expect(tenant.access('narrow', CEO)).toEqual(access);
  });

  it.each(Object.keys(KEYS) as Name[])('%s over HTTP, by GET and PUT', async (name) => {
    const client = await fullTenant();
    const { tenant, inboxUrl } = client.sandbox;
    const before = everything(tenant);
    for (const entry of before[name] as unknown as Record<string, string>[]) {
      const url = new URL(`api/tenant/${name}/${encodeURIComponent(entry[KEYS[name]] ?? '')}`, inboxUrl);
      const got = await fetch(url);
      expect([got.status, got.headers.get('content-type')]).toEqual([200, expect.stringContaining('json')]);
      const headers = { 'content-type': 'application/json' };
      const put = await fetch(url, { method: 'PUT', headers, body: await got.text() });
      expect([put.status, await put.json()]).toEqual([200, JSON.parse(JSON.stringify(entry))]);
    }
    expect(everything(tenant)).toEqual(before);
    expect((await fetch(new URL(`api/tenant/${name}/nobody`, inboxUrl))).status).toBe(404);
  });

  it('an application keeps its secrets and its certificates, and loses the one that is left out', async () => {
    const client = await fullTenant();
    const { apps } = client.sandbox.tenant;
    const app = apps.get(APP);
    if (!app) throw new Error('The application is missing.');
    apps.set({ ...app, displayName: 'Renamed' });
    await client.accessToken({ client_secret: 't' });
    await client.accessToken();
    const [, ...rest] = app.certificates;
    const { certificate } = await createCertificate();
    expect(apps.set({ ...app, certificates: [...rest, certificate] }).certificates).toEqual([
      ...rest,
      expect.objectContaining({ thumbprintSha256: expect.any(String) }),
    ]);
    // Signed by the first one, which is gone.
    expect((await client.token()).json.error_codes).toEqual([700027]);
  });

  it.each<[string, object, RegExp]>([
    ['another number of secrets', { secrets: 3 }, /"secrets" is another number than the 2 there are/],
    ['a certificate of somebody else', { certificates: [{ thumbprintSha256: 'AB' }] }, /does not have, expected PEM/],
    ['a certificate that is none', { certificates: [{}] }, /"certificates" is an array with an object/],
    ['no client id', { clientId: undefined, secrets: undefined, certificates: undefined }, /"clientId" is missing/],
  ])('but not %s', async (_what, change, message) => {
    const { tenant } = (await fullTenant()).sandbox;
    const before = everything(tenant);
    expect(() => tenant.apps.set({ ...tenant.apps.get(APP), ...change } as never)).toThrow(message);
    expect(everything(tenant)).toEqual(before);
  });

  it('an application that was removed does not get its secrets back', async () => {
    const { apps } = (await fullTenant()).sandbox.tenant;
    const app = apps.get('narrow');
    apps.remove('narrow');
    expect(() => apps.set(app as never)).toThrow(/"secrets" is another number than the 0 there are/);
  });
});
