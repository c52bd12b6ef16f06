import type { Mailbox } from '../model/mailbox.js';
import type { EwsPolicy } from './ews-policy.js';
import type { DenialText } from './mailbox-access-denials.js';

/** A group of the tenant that has an address. */
export interface GroupOptions {
  address: string;
  /** Only a mail-enabled security group can be the scope of an application access policy. */
  kind: 'mail-enabled-security' | 'distribution';
  /** Default: the address. */
  displayName?: string;
  /**
   * Addresses of mailboxes and of further groups. Mail to the group reaches the members of its groups as well; rules count
   * the direct members alone.
   */
  members: string[];
}

export type Group = Required<GroupOptions>;

export const GROUP_KINDS = ['mail-enabled-security', 'distribution'] as const;

/** The mailboxes that a rule is about: the direct members of a group, or those that are named. */
export type MailboxScope = { group: string } | { mailboxes: readonly string[] };

/** Whether the mailbox is in the scope. Members of a group's groups are not (New-ManagementRoleAssignment, -RecipientGroupScope). */
export function isInScope(
  scope: MailboxScope,
  mailbox: Mailbox,
  group: (address: string) => Group | undefined,
): boolean {
  const named = 'group' in scope ? (group(scope.group)?.members ?? []) : scope.mailboxes;
  return named.some((one) => mailbox.addresses.has(one.toLowerCase()));
}

/** As in "the mailbox is …". */
export function scopeInWords(scope: MailboxScope, inside: boolean): string {
  if ('group' in scope) return `${inside ? 'a' : 'no'} direct member of ${scope.group}`;
  return `${inside ? '' : 'not '}one of ${scope.mailboxes.join(', ') || '(none)'}`;
}

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
export function checkPolicies(
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

/**
 * The roles of RBAC for Applications that are about mail, and the permissions in them (Exchange documentation, "Role Based
 * Access Control for Applications in Exchange Online"). (fact access-1)
 */
export const APPLICATION_ROLES = {
  'Application Mail.Read': ['Mail.Read'],
  'Application Mail.ReadBasic': ['Mail.ReadBasic'],
  'Application Mail.ReadWrite': ['Mail.ReadWrite'],
  'Application Mail.Send': ['Mail.Send'],
  'Application Mail Full Access': ['Mail.ReadWrite', 'Mail.Send'],
  'Application Exchange Full Access': ['Mail.ReadWrite', 'Mail.Send'],
} as const satisfies Record<string, readonly string[]>;

export type ApplicationRole = keyof typeof APPLICATION_ROLES;

/** An assignment of RBAC for Applications. It adds to what is consented to in Entra; a token needs no role for it. */
export interface AssignmentOptions {
  /** Default: role and application, with a number when that is taken. */
  name?: string;
  /** Client id of the application. */
  app: string;
  role: ApplicationRole;
  /** The direct members of a group, or mailboxes by address. Default: every mailbox of the tenant. */
  scope?: { group: string } | { mailboxes: string[] };
}

export interface Assignment {
  name: string;
  /** Lower case. */
  app: string;
  role: ApplicationRole;
  scope?: MailboxScope;
}

export function permissionsOf({ role }: Assignment): readonly string[] {
  return APPLICATION_ROLES[role];
}

/** How denials look where reports differ. */
export interface AccessSettings {
  denialText: DenialText;
  noPermissionsStatus: 401 | 403;
  /** Whether an Entra role alone does not do. */
  requireAssignment: boolean;
}

/** What is in effect for one application. */
export interface AccessRules {
  assignments: readonly Assignment[];
  policies: readonly AccessPolicy[];
  ews: EwsPolicy;
  group: (address: string) => Group | undefined;
  settings: AccessSettings;
}
