import type { Mailbox } from '../model/mailbox.js';
import type { Group } from './group.js';
import { isInScope, type MailboxScope, scopeInWords } from './mailbox-scope.js';

/** An application access policy: it narrows what is consented to in Entra (New-ApplicationAccessPolicy). */
export interface AccessPolicyOptions {
  /** Default: right and application, with a number when that is taken. */
  name?: string;
  /** Client id of the application, or `'*'` for all. */
  app: string;
  /** Address of a mail-enabled security group. */
  group: string;
  /** `RestrictAccess`: its direct members only; `DenyAccess`: all others only. */
  right: 'RestrictAccess' | 'DenyAccess';
}

export interface AccessPolicy {
  name: string;
  /** Lower case, or `*`. */
  app: string;
  right: AccessPolicyOptions['right'];
  scope: MailboxScope;
}

/**
 * Whether the policies of an application let it use a mailbox, with the reason as half a sentence. Deny beats Restrict; one
 * Restrict that matches is enough.
 */
export function judgePolicies(
  policies: readonly AccessPolicy[],
  mailbox: Mailbox,
  group: (address: string) => Group | undefined,
): { allowed: boolean; reason: string | undefined } {
  const matches = ({ scope }: AccessPolicy): boolean => isInScope(scope, mailbox, group);
  const denying = policies.find((policy) => policy.right === 'DenyAccess' && matches(policy));
  if (denying) return { allowed: false, reason: inWords(denying, true) };
  const restricting = policies.filter(({ right }) => right === 'RestrictAccess');
  const matching = restricting.find(matches);
  if (matching) return { allowed: true, reason: inWords(matching, true) };
  const [first] = restricting;
  return { allowed: !first, reason: first && inWords(first, false) };
}

function inWords({ name, right, scope }: AccessPolicy, inside: boolean): string {
  return `access policy "${name}" (${right}): the mailbox is ${scopeInWords(scope, inside)}`;
}
