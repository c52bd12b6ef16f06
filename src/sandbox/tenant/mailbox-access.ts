import type { Denial } from '../http/graph-errors.js';
import type { Application } from '../model/application.js';
import type { Mailbox } from '../model/mailbox.js';
import {
  type AccessRules,
  type Assignment,
  checkPolicies,
  isInScope,
  permissionsOf,
  scopeInWords,
} from './access-rules.js';
import { ewsObjection } from './ews-policy.js';
import { accessDenied, noMailbox, noPermissions, odataDisabled, userInvalid } from './mailbox-access-denials.js';

interface AccessQuestion {
  application: Application;
  /** Undefined when no user of the tenant has that name. */
  mailbox: Mailbox | undefined;
  /** As the path names it. */
  user: string;
  /** Of the token. */
  roles: readonly string[];
  /** One of these is needed. */
  needed: readonly string[];
  /** Undefined when it is not known, and not checked. */
  userAgent: string | undefined;
  /** What is in effect for the application. */
  rules: AccessRules;
}

/** `reason` is a sentence without its full stop: what in the tenant granted or denied it. */
type AccessDecision =
  | { granted: true; permissions: string[]; reason: string }
  | { granted: false; denial: Denial; reason: string };

/**
 * Whether an application may use a mailbox; the denial comes in the order and the words of Exchange Online.
 * (facts error-4, error-12)
 */
export function checkMailboxAccess(question: AccessQuestion): AccessDecision {
  const { mailbox, user, roles, needed, userAgent, rules } = question;
  const { assignments, settings } = rules;
  const wanted = needed.join(' or ');
  const consented = needed.some((role) => roles.includes(role));
  const assigned = assignments.filter((one) => permissionsOf(one).some((permission) => needed.includes(permission)));
  if (!consented && assigned.length === 0) {
    if (roles.length > 0 || assignments.length > 0) {
      const held = [...roles, ...assignments.map(({ role }) => role)].join(', ');
      return denied(accessDenied, `${wanted} is not among its Entra roles and assignments (${held})`);
    }
    return denied(noPermissions(settings.noPermissionsStatus), 'It has no Entra role and no assignment');
  }
  if (!mailbox) {
    const reason = rules.group(user)
      ? `"${user}" is a group, which has no mailbox`
      : `The tenant has no user "${user}"`;
    return denied(userInvalid(user), reason);
  }
  if (!mailbox.hasMailbox) {
    const why = mailbox.kind === 'none' ? 'has no mailbox' : 'has no licence for its mailbox';
    return denied(noMailbox, `The user ${mailbox.address} ${why}`);
  }
  // Which of the two comes first is not known; both are told by the same status and code.
  const objection = userAgent === undefined ? undefined : ewsObjection(rules.ews, userAgent);
  if (objection !== undefined) return denied(odataDisabled('short'), objection);
  const scope = checkScope({ mailbox, roles, needed, consented, assigned, rules });
  return scope.granted ? scope : denied(odataDisabled(settings.denialText), scope.reason);
}

function denied(denial: Denial, reason: string): AccessDecision {
  return { granted: false, denial, reason };
}

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

type ScopeDecision = { granted: true; permissions: string[]; reason: string } | { granted: false; reason: string };

/**
 * Whether a mailbox is among those that the application may use: by its Entra roles, which access policies narrow, or by an
 * assignment, which they do not (Exchange documentation: policies constrain Entra permissions, assignments add to them).
 * (fact access-2)
 */
function checkScope({ mailbox, roles, needed, consented, assigned, rules }: ScopeQuestion): ScopeDecision {
  const { assignments, policies, group, settings } = rules;
  const covers = ({ scope }: Assignment): boolean => !scope || isInScope(scope, mailbox, group);
  const byPolicy = checkPolicies(policies, mailbox, group);
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
