import type { MailboxCall } from '../graph-service.js';

/** The application permissions that read messages with their body, and attachments. */
export const READ_ROLES: readonly string[] = ['Mail.Read', 'Mail.ReadWrite'];

/**
 * Those that read messages at least without it (Graph documentation, "Permissions reference").
 * (facts lookup-3, lookup-7)
 */
export const READ_BASIC_ROLES: readonly string[] = ['Mail.ReadBasic', 'Mail.ReadBasic.All', ...READ_ROLES];

export function mayReadBody({ roles }: MailboxCall): boolean {
  return roles.some((role) => READ_ROLES.includes(role));
}
