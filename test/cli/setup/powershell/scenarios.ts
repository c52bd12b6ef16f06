import { APP, EMPTY_TENANT, FILTER, GROUP, MAILBOXES, NAME, OBJECT, otherKey, type Variant } from './variants.js';

/** The variant in another tenant: these kinds of things replace its own. */
export function withTenant(variant: Variant, tenant: Record<string, unknown>): Variant {
  return { ...variant, tenant: { ...variant.tenant, ...tenant } };
}

export const withArgs = (variant: Variant, args: Record<string, unknown>): Variant => ({
  ...variant,
  args: { ...variant.args, ...args } as Variant['args'],
});

const known = { appId: APP, objectId: OBJECT, displayName: 'x', at: 0 };
export const EARLIER_FILTER = "CustomAttribute2 -eq 'earlier'";

/** The scope of the application is there, by another filter, which finds the same mailboxes: a proof alone would not tell. */
export function withFilterOfBefore(variant: Variant, answers: string[]): Variant {
  const scopes = [{ name: `Mail ${APP}`, filter: EARLIER_FILTER, at: 0 }];
  const filters = { [FILTER]: MAILBOXES, [EARLIER_FILTER]: MAILBOXES };
  return { ...withTenant(variant, { scopes }), control: { ...variant.control, filters }, answers };
}

/** The role is assigned already, in a scope of this name, which holds the same mailboxes. */
export function withAssignmentOfBefore(variant: Variant, scope: string): Variant {
  const assignment = {
    name: `Mail.Send ${APP}`,
    role: 'Application Mail.Send',
    app: OBJECT,
    scope,
    byGroup: true,
    at: 0,
  };
  return withTenant(variant, {
    exchangePrincipals: [known],
    scopes: [{ name: scope, filter: FILTER, at: 0 }],
    assignments: [assignment],
  });
}

/** A group of somebody else, without members, shown in address lists. */
export const emptyGroup = {
  ...{ name: 'mailers', displayName: 'Mailers', alias: 'mailers', address: GROUP, join: 'Closed', owned: false },
  ...{ guid: '00000000-cccc-0000-0000-000000000001', entraId: '00000000-cccc-0000-0000-000000000002' },
  ...{ type: 'MailUniversalSecurityGroup', members: [], hidden: false, at: 0 },
};

/** The tenant of a variant, with a group that has ann as its member, and a policy of `appId` for it. */
export function withPolicy(variant: Variant, appId: string, right: 'RestrictAccess' | 'DenyAccess'): Variant {
  const guid = '00000000-dddd-0000-0000-000000000001';
  const group = {
    ...emptyGroup,
    name: 'others',
    displayName: 'Others',
    address: 'others@contoso.com',
    guid,
    entraId: 'e1',
  };
  const member = { guid: '00000000-aaaa-0000-0000-000000000002', at: 0 };
  const policy = {
    appId,
    scopeName: 'Others',
    group: guid,
    entraId: 'e1',
    right,
    description: 'Others',
    identity: 'p1',
    at: 0,
  };
  return withTenant(variant, { groups: [{ ...group, members: [member] }], policies: [policy] });
}

const registered = {
  id: '55555555-aaaa-bbbb-cccc-dddddddddddd',
  appId: APP,
  displayName: 'x',
  audience: 'AzureADMyOrg',
  keys: [],
  at: 0,
};

export const withSameName = (variant: Variant): Variant =>
  withTenant(variant, { apps: [{ ...registered, displayName: NAME }] });

/** The application is registered, and has a permission in Entra. */
export function withPermission(variant: Variant, role: string): Variant {
  const principals = [
    ...(EMPTY_TENANT.principals as unknown[]),
    { id: OBJECT, appId: APP, displayName: 'x', roles: [{ id: 'r1', role, resource: 'g' }], at: 0 },
  ];
  return withArgs(withTenant(variant, { apps: [registered], principals }), { AppId: APP });
}

/** A credential with the thumbprint of the new certificate, and another key. */
export const withThumbprint = (variant: Variant, thumbprint: string): Variant =>
  withTenant(variant, { apps: [{ ...registered, keys: [{ ...otherKey, thumbprint }] }] });
