import { shownKey } from '../checks/check-fields.js';
import type { AccessPolicy, AccessPolicyOptions } from './access-rules.js';
import { checkAccessPolicy } from './check-tenant.js';
import { freeName, type LoadableCollection } from './collection.js';
import type { TenantState } from './tenant-state.js';

export type TenantAccessPolicy = Required<AccessPolicyOptions>;

/** The application access policies by name. (facts access-3, access-9) */
export function accessPoliciesOf(tenant: TenantState): LoadableCollection<AccessPolicyOptions, TenantAccessPolicy> {
  const { accessPolicies } = tenant;
  return {
    get: (name) => {
      const found = accessPolicies.get(name);
      return found && view(found);
    },
    list: () => accessPolicies.list().map(view),
    set: (options, what = 'tenant.accessPolicies') => {
      checkAccessPolicy(what, options);
      const { right } = options;
      const app = options.app.toLowerCase();
      if (app !== '*' && !tenant.applications.has(app)) {
        throw new Error(
          `${what}: "app" is ${shownKey(options.app)}, expected the client id of an application, or "*".`,
        );
      }
      const group = tenant.groups.get(options.group);
      if (group?.kind !== 'mail-enabled-security') {
        const given = group ? ', a distribution group' : '';
        throw new Error(
          `${what}: "group" is ${shownKey(options.group)}${given}, expected a mail-enabled security group.`,
        );
      }
      const scope = { group: group.address };
      const same = ({ app: a, right: r, scope: s }: AccessPolicy): boolean =>
        a === app && r === right && 'group' in s && s.group === group.address;
      const name =
        options.name ??
        accessPolicies.list().find(same)?.name ??
        freeName(`${right}-${app}`, (one) => accessPolicies.get(one) !== undefined);
      const policy = { name, app, right, scope };
      accessPolicies.set(name, policy, tenant.now, tenant.propagationDelay);
      tenant.changed();
      return view(policy);
    },
    remove: (name) => {
      const removed = accessPolicies.delete(name, tenant.now, tenant.propagationDelay);
      if (removed) tenant.changed();
      return removed;
    },
  };
}

function view({ name, app, right, scope }: AccessPolicy): TenantAccessPolicy {
  return { name, app, group: 'group' in scope ? scope.group : '', right };
}
