import type { Denial } from '../http/denial.js';
import type { Application } from '../model/application.js';
import type { Mailbox } from '../model/mailbox.js';
import type { AccessRules } from './access-rules.js';
import { permissionsOf } from './assignment.js';
import { ewsObjection } from './ews-policy.js';
import { accessDenied, noMailbox, noPermissions, odataDisabled, userInvalid } from './mailbox-access-denials.js';
import { judgeScope } from './mailbox-scope-check.js';

export interface AccessQuestion {
  application: Application;
  /** Undefined when no user of the tenant has that name. */
  mailbox: Mailbox | undefined;
  /** As the path names it. */
  user: string;
  /** Of the token. */
  roles: readonly string[];
  /** One of these is needed. */
  needed: readonly string[];
  /** Undefined when it is not known, and not judged. */
  userAgent: string | undefined;
  /** What is in effect for the application. */
  rules: AccessRules;
}

/** `reason` is a sentence without its full stop: what in the tenant granted or denied it. */
export type Judgement =
  | { granted: true; permissions: string[]; reason: string }
  | { granted: false; denial: Denial; reason: string };

/**
 * Whether an application may use a mailbox; the denial comes in the order and the words of Exchange Online.
 * (facts error-4, error-12)
 */
export function judgeAccess(question: AccessQuestion): Judgement {
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
  const scope = judgeScope({ mailbox, roles, needed, consented, assigned, rules });
  return scope.granted ? scope : denied(odataDisabled(settings.denialText), scope.reason);
}

function denied(denial: Denial, reason: string): Judgement {
  return { granted: false, denial, reason };
}
