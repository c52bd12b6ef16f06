import type { Application } from '../entra/application.js';
import { type Denial, denial } from './denial.js';
import type { Mailbox } from './mailbox.js';

export interface AccessQuestion {
  application: Application;
  /** Undefined when nobody in the tenant has that name. */
  mailbox: Mailbox | undefined;
  /** As the path names it. */
  user: string;
  /** Of the token. */
  roles: readonly string[];
  /** One of these is needed. */
  needed: readonly string[];
}

/** Whether an application may use a mailbox; the denial comes in the order and the words of Exchange Online. */
export function judgeAccess(question: AccessQuestion): Denial | undefined {
  const { application, mailbox, user, roles, needed } = question;
  // RBAC for Applications grants without any role in the token, so a scope stands for the permission.
  const scope = application.allowedMailboxes;
  if (!scope && roles.length === 0) {
    return denial(
      401,
      'NoPermissionsInAccessToken',
      'The token contains no permissions, or permissions can not be understood.',
    );
  }
  if (!scope && !needed.some((role) => roles.includes(role))) {
    return denial(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  }
  if (!mailbox) return denial(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`);
  if (!mailbox.hasMailbox) {
    return denial(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    );
  }
  if (scope && !scope.has(mailbox.address.toLowerCase())) {
    const message = 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.';
    return denial(403, 'ErrorAccessDenied', message);
  }
  return undefined;
}
