import { shownKey } from '../checks/check-fields.js';
import type { Assignment, AssignmentOptions, MailboxScope } from './access-rules.js';
import { checkAssignment } from './check-tenant.js';
import { freeName, type LoadableCollection } from './collection.js';
import type { TenantState } from './tenant-state.js';

export type TenantAssignment = AssignmentOptions & { name: string };

/** The assignments of RBAC for Applications by name. */
export function assignmentsOf(tenant: TenantState): LoadableCollection<AssignmentOptions, TenantAssignment> {
  const { assignments } = tenant;
  return {
    get: (name) => {
      const found = assignments.get(name);
      return found && view(found);
    },
    list: () => assignments.list().map(view),
    set: (options, what = 'tenant.assignments') => {
      checkAssignment(what, options);
      const { role } = options;
      const app = options.app.toLowerCase();
      if (!tenant.applications.has(app)) {
        throw new Error(`${what}: "app" is ${shownKey(options.app)}, expected the client id of an application.`);
      }
      const scope = options.scope && scopeOf(options.scope, tenant, what);
      const same = (one: Assignment): boolean =>
        one.app === app && one.role === role && JSON.stringify(one.scope) === JSON.stringify(scope);
      const name =
        options.name ??
        assignments.list().find(same)?.name ??
        freeName(`${role}-${app}`, (one) => assignments.get(one) !== undefined);
      const assignment = { name, app, role, ...(scope && { scope }) };
      assignments.set(name, assignment, tenant.now, tenant.propagationDelay);
      tenant.changed();
      return view(assignment);
    },
    remove: (name) => {
      const removed = assignments.delete(name, tenant.now, tenant.propagationDelay);
      if (removed) tenant.changed();
      return removed;
    },
  };
}

function scopeOf(scope: NonNullable<AssignmentOptions['scope']>, tenant: TenantState, what: string): MailboxScope {
  if (!('group' in scope) || scope.group === undefined) {
    return { mailboxes: [...(scope as { mailboxes: string[] }).mailboxes] };
  }
  const group = tenant.groups.get(scope.group);
  if (!group) throw new Error(`${what}: scope: "group" is ${shownKey(scope.group)}, expected a group of the tenant.`);
  return { group: group.address };
}

function view({ name, app, role, scope }: Assignment): TenantAssignment {
  if (!scope) return { name, app, role };
  return {
    name,
    app,
    role,
    scope: 'group' in scope ? { group: scope.group } : { mailboxes: [...scope.mailboxes] },
  };
}
