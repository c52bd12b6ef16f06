import type { Misconfiguration } from '../misconfigurations.js';
import { clientId, policyTenant, rbacTenant } from '../support.js';

const base: Pick<Misconfiguration, 'check' | 'exitCode'> = { check: 'Permissions in the token', exitCode: 77 };

export const permissionRows: Misconfiguration[] = [
  {
    ...base,
    what: 'No admin consent, with an access policy',
    tenant: { ...policyTenant, apps: [{ clientId, roles: [] }] },
    flags: { mode: 'policy', probe: true },
    says: 'None: Mail.Send is missing',
    cure: 'let an administrator grant admin consent',
  },
  {
    ...base,
    what: 'Another permission than Mail.Send, with an access policy',
    tenant: { ...policyTenant, apps: [{ clientId, roles: ['Mail.Read'] }] },
    flags: { mode: 'policy', probe: true },
    says: 'Mail.Read; Mail.Send is missing',
    cure: 'Add the application permission Mail.Send',
  },
  {
    ...base,
    what: 'More permissions than sending needs',
    tenant: { ...policyTenant, apps: [{ clientId, roles: ['Mail.Send', 'Mail.ReadWrite'] }] },
    flags: { mode: 'policy', probe: true },
    status: 'warning',
    says: 'Mail.Send, and Mail.ReadWrite. Sending needs none of it; Mail.ReadWrite is for drafts and uploads',
    cure: 'Remove what nobody needs',
    exitCode: 1,
  },
  {
    ...base,
    what: 'Mail.Send for the whole tenant, beside RBAC for Applications',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: ['Mail.Send'] }] },
    flags: { probe: true },
    status: 'warning',
    says: 'Mail.Send counts for every mailbox of the tenant',
    cure: 'remove Mail.Send from the API permissions',
    exitCode: 1,
  },
  {
    ...base,
    what: 'Permissions that RBAC for Applications makes needless',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: ['Mail.Read'] }] },
    flags: { probe: true },
    status: 'warning',
    says: 'Mail.Read. Sending needs none of it',
    cure: 'Remove what nobody needs',
    exitCode: 1,
  },
];
