import type { Group, GroupOptions } from './access-rules.js';
import { checkGroup } from './check-tenant.js';
import type { LoadableCollection } from './collection.js';
import type { TenantState } from './tenant-state.js';

/** The groups by address. What `set` is not given stays as it was. */
export function groupsOf(tenant: TenantState): LoadableCollection<GroupOptions, Group> {
  const { groups } = tenant;
  const copy = (group: Group): Group => ({ ...group, members: [...group.members] });
  return {
    get: (address) => {
      const found = groups.get(address);
      return found && copy(found);
    },
    list: () => groups.list().map(copy),
    set: (given, what = 'tenant.groups') => {
      const known = typeof given?.address === 'string' ? groups.get(given.address) : undefined;
      const options = known ? { ...known, ...withoutUndefined(given) } : given;
      checkGroup(what, options);
      const { address, kind, displayName = address, members } = options;
      const owner = tenant.ownerOf(address, known);
      if (owner) throw new Error(`${what}: "${address}" is ${owner} already, expected one that is free.`);
      const user = kind === 'distribution' ? policyOf(tenant, address) : undefined;
      if (user) {
        throw new Error(
          `${what}: "kind" is "distribution", expected "mail-enabled-security": access policy "${user}" uses ${address}.`,
        );
      }
      const group = { address, kind, displayName, members: [...members] };
      groups.set(address, group, tenant.now, tenant.propagationDelay);
      tenant.changed();
      return copy(group);
    },
    remove: (address) => {
      const policy = policyOf(tenant, address);
      const assignment = tenant.assignments.list().find(({ scope }) => names(scope, address))?.name;
      if (policy !== undefined || assignment !== undefined) {
        const user = policy === undefined ? `assignment "${assignment}"` : `access policy "${policy}"`;
        throw new Error(`tenant.groups: "${address}" is the scope of ${user}. Remove that first.`);
      }
      const removed = groups.delete(address, tenant.now, tenant.propagationDelay);
      if (removed) tenant.changed();
      return removed;
    },
  };
}

function policyOf(tenant: TenantState, address: string): string | undefined {
  return tenant.accessPolicies.list().find(({ scope }) => names(scope, address))?.name;
}

function names(scope: object | undefined, address: string): boolean {
  const { group } = (scope ?? {}) as { group?: string };
  return group?.toLowerCase() === address.toLowerCase();
}

function withoutUndefined(given: GroupOptions): Partial<GroupOptions> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
