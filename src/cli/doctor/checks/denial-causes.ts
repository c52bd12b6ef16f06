import type { Mode } from '../common/environment.js';
import { isOutOfScope, mayBeUserAgent, type SendAnswer } from './send-check.js';

/** What else is known about a mailbox that is denied. */
export interface DenialContext {
  mode: Mode;
  /** Of the token. */
  roles: readonly string[];
  /** Whether the application may likely send from another mailbox that was asked about. */
  otherAllowed: boolean;
  /** Whether the same request was let through under another User-Agent; `undefined`: not tried. */
  allowedByOtherUserAgent: boolean | undefined;
  userAgent: string;
}

export interface Denial {
  cause: string;
  cure: string;
}

// Which members of the group count. (fact access-4)
const nested = {
  rbac: 'Only direct members of the group count, not those of a group in it.',
  policy:
    'Members of a group in it count by the documentation of New-ApplicationAccessPolicy; to rule that out, make it a direct member.',
};
// How long a change may take. (fact access-5)
const waiting = {
  rbac: 'A change made less than two hours ago may not count yet.',
  policy: 'A change made less than an hour ago (reported: up to a day) may not count yet.',
};

/**
 * Why a mailbox is likely denied, as far as the answers tell causes apart: Graph uses the same words for several.
 * (facts error-3, error-5)
 */
export function explainDenial(answer: SendAnswer, context: DenialContext): Denial {
  if (!isOutOfScope(answer)) return lacksPermission(answer, context);
  const { mode, roles, otherAllowed, allowedByOtherUserAgent, userAgent } = context;
  if (allowedByOtherUserAgent) {
    return {
      cause: `Under another User-Agent, the same request was let through: the EWS block list of the organisation likely names ${userAgent}.`,
      cure: `Have the Exchange administrator look at EwsBlockList (Get-OrganizationConfig | Format-List Ews*), and take out the pattern that matches ${userAgent}.`,
    };
  }
  if (otherAllowed) {
    return {
      cause:
        'Another mailbox is likely allowed, so permission and program are right: this one is likely outside of the scope.',
      cure: `Add the mailbox to the group or filter that the ${mode === 'rbac' ? 'assignment' : 'policy'} names, or leave it denied if that is meant. ${nested[mode]} ${waiting[mode]}`,
    };
  }
  const list = !mayBeUserAgent(answer)
    ? ''
    : ` This wording may also come from the EWS allow and block lists, which go by User-Agent (Get-OrganizationConfig | Format-List Ews*).${allowedByOtherUserAgent === false ? ' Under another User-Agent, the same request was refused as well.' : ''}`;
  if (mode === 'policy') {
    return {
      cause: `The policy likely does not hold this mailbox, or a change does not count yet.${list}`,
      cure: `Add the mailbox to the group of the policy. ${nested.policy} ${waiting.policy} If the cmdlet below says Granted and it stays denied, make an assignment of RBAC for Applications instead: some newer tenants are reported to want one.`,
    };
  }
  if (roles.includes('Mail.Send')) {
    return {
      cause: `The token has Mail.Send, so something narrows it: likely an application access policy that does not hold this mailbox, or a tenant that wants an assignment of RBAC for Applications.${list}`,
      cure: `Look for a policy (Get-ApplicationAccessPolicy), or make the assignment of "Application Mail.Send" with a scope that holds the mailbox. ${waiting.rbac}`,
    };
  }
  return {
    cause: `The assignment likely has a scope that does not hold this mailbox, or does not count yet.${list}`,
    cure: `Add the mailbox to the group or filter of the scope. ${nested.rbac} ${waiting.rbac}`,
  };
}

function lacksPermission({ code }: SendAnswer, { mode, roles }: DenialContext): Denial {
  const assign =
    'Have the Exchange administrator assign the role "Application Mail.Send" to the service principal (New-ManagementRoleAssignment), with a scope that holds the mailbox.';
  if (mode === 'policy') {
    return {
      cause: 'The application likely lacks the permission Mail.Send.',
      cure: 'Grant Mail.Send with admin consent. A program that runs asks for a new token, at most once a minute, when one lacks it.',
    };
  }
  if (code === 'NoPermissionsInAccessToken') {
    return {
      cause:
        'The application likely has no assignment in Exchange that counts: none was made, or not for this application, or it does not count yet.',
      cure: `${assign} The service principal is made with the object id of the Enterprise application, not of the app registration. ${waiting.rbac}`,
    };
  }
  const held = roles.length > 0 ? ` (Entra grants ${roles.join(', ')})` : '';
  return {
    cause: `The application may do something${held}, but likely not send: it has another role than "Application Mail.Send".`,
    cure: `${assign} ${waiting.rbac}`,
  };
}
