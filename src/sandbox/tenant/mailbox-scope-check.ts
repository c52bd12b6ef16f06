import type { Mailbox } from '../model/mailbox.js';
import { judgePolicies } from './access-policy.js';
import type { AccessRules } from './access-rules.js';
import { type Assignment, permissionsOf } from './assignment.js';
import { isInScope, scopeInWords } from './mailbox-scope.js';

interface ScopeQuestion {
  mailbox: Mailbox;
  /** Of the token. */
  roles: readonly string[];
  needed: readonly string[];
  /** Whether one of the roles is needed. */
  consented: boolean;
  /** The application's assignments that grant what is needed. */
  assigned: readonly Assignment[];
  rules: AccessRules;
}

type ScopeJudgement = { granted: true; permissions: string[]; reason: string } | { granted: false; reason: string };

/**
 * Whether a mailbox is among those that the application may use: by its Entra roles, which access policies narrow, or by an
 * assignment, which they do not (Exchange documentation: policies constrain Entra permissions, assignments add to them).
 * (fact access-2)
 */
export function judgeScope({ mailbox, roles, needed, consented, assigned, rules }: ScopeQuestion): ScopeJudgement {
  const { assignments, policies, group, settings } = rules;
  const covers = ({ scope }: Assignment): boolean => !scope || isInScope(scope, mailbox, group);
  const byPolicy = judgePolicies(policies, mailbox, group);
  const rolesCount = byPolicy.allowed && !settings.requireAssignment;
  const granting = assigned.find(covers);
  if (!granting && !(consented && rolesCount)) {
    const reasons = assigned.map((one) => inWords(one, false));
    if (consented) reasons.push(byPolicy.allowed ? ROLES_DO_NOT_COUNT : capital(byPolicy.reason ?? ''));
    return { granted: false, reason: reasons.join('; ') };
  }
  const assignedPermissions = assignments.filter(covers).flatMap(permissionsOf);
  const permissions = [...new Set([...(rolesCount ? roles : []), ...assignedPermissions])];
  if (granting) return { granted: true, permissions, reason: inWords(granting, true) };
  const role = needed.find((one) => roles.includes(one));
  const within = byPolicy.reason === undefined ? 'every mailbox' : byPolicy.reason;
  return { granted: true, permissions, reason: `Entra role ${role}, ${within}` };
}

const ROLES_DO_NOT_COUNT = 'Entra roles alone do not do in this tenant (requireAssignment)';

function inWords({ name, role, scope }: Assignment, inside: boolean): string {
  const where = scope ? `the mailbox is ${scopeInWords(scope, inside)}` : 'every mailbox';
  return `Assignment "${name}" (${role}): ${where}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
