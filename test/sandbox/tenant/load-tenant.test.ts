import { expect, it } from 'vitest';
import { createCertificate, type TenantOptions } from '../../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, startClient } from '../support.js';

const { certificate: pem } = await createCertificate({ commonName: 'another' });

const json = { 'content-type': 'application/json' };
type Change = [method: string, path: string, body?: object];

async function change(client: Client, [method, path, body]: Change): Promise<void> {
  const reply = await fetch(new URL(`api/tenant${path}`, client.sandbox.inboxUrl), {
    method,
    ...(body && { headers: json, body: JSON.stringify(body) }),
  });
  expect([path, reply.ok, reply.ok || (await reply.text())]).toEqual([path, true, true]);
}

const APP = '/apps/shop';
const GROUP = '/groups/senders@contoso.example';
const group = { kind: 'mail-enabled-security', members: [MAILBOX] };
const shop = { displayName: 'Shop', certificates: [pem], secrets: ['s'], roles: ['Mail.Send', 'Mail.ReadWrite'] };
const assignment = { app: 'shop', role: 'Application Mail.Send', scope: { group: 'senders@contoso.example' } };

/** Everything that can be changed in a running tenant, each with what must be there before. */
const changes: Record<string, Change[]> = {
  'an application': [['PUT', APP, shop]],
  'an application without roles': [['PUT', APP, { ...shop, roles: [] }]],
  'an application that is disabled': [['PUT', APP, { ...shop, disabled: true }]],
  'an application kept to mailboxes': [['PUT', APP, { ...shop, allowedMailboxes: [MAILBOX] }]],
  'an application that was changed': [
    ['PUT', APP, shop],
    ['PUT', APP, { displayName: 'Renamed', secrets: ['t', 'u'], roles: ['Mail.Read'] }],
  ],
  'an application that was removed': [
    ['PUT', APP, shop],
    ['DELETE', APP],
  ],
  'the default application, changed': [
    ['PUT', '/apps/app', { roles: ['Mail.Read'], secrets: ['x'], displayName: 'Own' }],
  ],
  'a user': [['PUT', '/mailboxes/ana@contoso.example', { displayName: 'Ana', aliases: ['a@contoso.example'] }]],
  'a shared mailbox with rights': [
    ['PUT', '/mailboxes/shop@contoso.example', { kind: 'shared', sendAs: [MAILBOX], sendOnBehalf: [MAILBOX] }],
  ],
  'users without a mailbox': [
    ['PUT', '/mailboxes/none@contoso.example', { kind: 'none' }],
    ['PUT', '/mailboxes/unlicensed@contoso.example', { licensed: false, accountEnabled: false }],
  ],
  'the default mailbox, changed': [['PUT', `/mailboxes/${MAILBOX}`, { kind: 'none' }]],
  'a user that was removed': [
    ['PUT', '/mailboxes/ana@contoso.example', {}],
    ['DELETE', '/mailboxes/ana@contoso.example'],
  ],
  groups: [
    ['PUT', GROUP, group],
    ['PUT', '/groups/all@contoso.example', { kind: 'distribution', members: ['senders@contoso.example'] }],
  ],
  'a group that was removed': [
    ['PUT', GROUP, group],
    ['DELETE', GROUP],
  ],
  assignments: [
    ['PUT', APP, shop],
    ['PUT', GROUP, group],
    ['PUT', '/assignments/named', assignment],
    ['PUT', '/assignments/narrow', { ...assignment, scope: { mailboxes: [MAILBOX] } }],
    ['PUT', '/assignments/whole', { app: 'shop', role: 'Application Mail.Read' }],
  ],
  'access policies': [
    ['PUT', APP, shop],
    ['PUT', GROUP, group],
    ['PUT', '/accessPolicies/one', { app: 'shop', group: 'senders@contoso.example', right: 'RestrictAccess' }],
    ['PUT', '/accessPolicies/all', { app: '*', group: 'senders@contoso.example', right: 'DenyAccess' }],
  ],
  'rules that were removed': [
    ['PUT', GROUP, group],
    ['PUT', '/accessPolicies/all', { app: '*', group: 'senders@contoso.example', right: 'DenyAccess' }],
    ['DELETE', '/accessPolicies/all'],
  ],
  'EWS lists': [
    ['PATCH', '', { ews: { applicationAccessPolicy: 'EnforceAllowList', allowList: ['x*'], blockList: ['y'] } }],
  ],
  'message trace and the delay': [['PATCH', '', { messageTracePrincipal: true, propagationDelay: 60_000 }]],
};

it.each(Object.keys(changes))('%s: the next sandbox has the tenant that the last one told', async (name) => {
  let told: TenantOptions | undefined;
  const common = { clientId: 'app', tenantId: 'contoso.example' };
  const first = await startClient({ ...common, onTenantChange: (tenant) => (told = tenant) });
  for (const one of changes[name] ?? []) await change(first, one);
  // As it comes back from a file.
  const kept = JSON.parse(JSON.stringify(told));
  const second = await startClient({ ...common, ...kept });
  const shown = async ({ sandbox }: Client) => (await fetch(new URL('api/tenant', sandbox.inboxUrl))).json();
  expect(await shown(second)).toEqual(await shown(first));
  for (const secret of ['s', 't', 'u', 'x']) {
    for (const client_id of ['shop', 'app']) {
      const signIn = async (client: Client) =>
        (await client.token({ client_id, client_secret: secret })).json.error_codes ?? 'token';
      expect(await signIn(second)).toEqual(await signIn(first));
    }
  }
});

it('tells a change before it is answered, and a mailbox that came into being by its use never', async () => {
  const told: TenantOptions[] = [];
  const client = await startClient({ anyMailbox: true, onTenantChange: (tenant) => told.push(tenant) });
  expect(told).toEqual([]);
  expect((await client.sendMail(mail({ From: 'new@contoso.example' }), { user: 'new@contoso.example' })).status).toBe(
    202,
  );
  expect(told).toEqual([]);
  await change(client, ['PUT', '/mailboxes/ana@contoso.example', {}]);
  expect(told).toHaveLength(1);
  const addresses = () => told.at(-1)?.mailboxes?.map((one) => (typeof one === 'string' ? one : one.address));
  expect(addresses()).toEqual([MAILBOX, 'ana@contoso.example']);
  // Who sets it up makes it one of the tenant's own.
  await change(client, ['PUT', '/mailboxes/new@contoso.example', { displayName: 'New' }]);
  expect(addresses()).toEqual([MAILBOX, 'ana@contoso.example', 'new@contoso.example']);
  client.sandbox.registerCertificate(pem);
  expect(told).toHaveLength(3);
});
