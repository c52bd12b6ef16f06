import type { ApplicationOptions } from '../model/application.js';
import type { MailboxOptions } from '../model/mailbox.js';
import type { AccessPolicyOptions, AssignmentOptions, GroupOptions } from './access-rules.js';
import type { LoadableCollection } from './collection.js';
import type { EwsOptions } from './ews-policy.js';
import type { LoadableTenant, SandboxTenant } from './sandbox-tenant.js';
import type { TenantState } from './tenant-state.js';

/** What a tenant is made of when the sandbox starts. */
export interface TenantContents {
  apps: ApplicationOptions[];
  mailboxes: (string | MailboxOptions)[];
  groups: GroupOptions[];
  accessPolicies: AccessPolicyOptions[];
  assignments: AssignmentOptions[];
  ews: EwsOptions;
  propagationDelay: number;
  messageTracePrincipal: boolean;
}

/** Fills a new tenant; everything is in effect at once. Throws an Error that names the option when an entry is wrong. */
export function loadTenant(tenant: LoadableTenant, contents: TenantContents): void {
  const { apps, mailboxes, groups, accessPolicies, assignments, ews, propagationDelay, messageTracePrincipal } =
    contents;
  load('apps', tenant.apps, apps);
  load('mailboxes', tenant.mailboxes, mailboxes);
  load('groups', tenant.groups, groups);
  load('accessPolicies', tenant.accessPolicies, accessPolicies);
  load('assignments', tenant.assignments, assignments);
  tenant.update({ ews, messageTracePrincipal });
  tenant.update({ propagationDelay });
}

/** What `loadTenant` takes to make the same tenant again, secrets included. What has yet to take effect is in it. */
export function tenantContents(state: TenantState, tenant: SandboxTenant): TenantContents {
  const { ews, propagationDelay, messageTracePrincipal } = tenant;
  const apps = [...state.applications.values()].map(
    ({ clientId, displayName, disabled, secrets, certificates, roles, allowedMailboxes }): ApplicationOptions => ({
      clientId,
      displayName,
      disabled,
      certificates: [...certificates['x5t#S256'].values()].map(String),
      secrets: [...secrets],
      roles: [...roles.latest],
      ...(allowedMailboxes.latest && { allowedMailboxes: [...allowedMailboxes.latest] }),
    }),
  );
  const byUse = new Set(state.directory.list().flatMap((mailbox) => (mailbox.byUse ? [mailbox.id] : [])));
  return {
    apps,
    mailboxes: tenant.mailboxes.list().filter(({ id }) => !byUse.has(id)),
    groups: tenant.groups.list(),
    accessPolicies: tenant.accessPolicies.list(),
    assignments: tenant.assignments.list(),
    ews,
    propagationDelay,
    messageTracePrincipal,
  };
}

function load<Options, Entry>(
  option: string,
  collection: LoadableCollection<Options, Entry>,
  entries: readonly Options[],
): void {
  for (const entry of entries) collection.set(entry, `startSandbox: ${option}`);
}
