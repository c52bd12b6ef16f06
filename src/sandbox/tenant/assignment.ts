import type { MailboxScope } from './mailbox-scope.js';

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
