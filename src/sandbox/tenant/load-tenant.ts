import type { ApplicationOptions } from '../entra/application.js';
import type { MailboxOptions } from '../exchange/mailbox.js';
import type { AccessPolicyOptions } from './access-policy.js';
import type { AssignmentOptions } from './assignment.js';
import type { LoadableCollection } from './collection.js';
import type { EwsOptions } from './ews-policy.js';
import type { GroupOptions } from './group.js';
import type { LoadableTenant } from './sandbox-tenant.js';

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

function load<Options, Entry>(
  option: string,
  collection: LoadableCollection<Options, Entry>,
  entries: readonly Options[],
): void {
  for (const entry of entries) collection.set(entry, `startSandbox: ${option}`);
}
