import type { Mailbox } from '../model/mailbox.js';
import type { Group } from './group.js';

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
