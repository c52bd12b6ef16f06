import { EXIT } from '../../common/exit-codes.js';
import { enoughFor, readingRight } from '../../common/features.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { signInNeeds } from './token.js';

const subject = { id: 'permissions', title: 'Permissions in the token' };

const portal = 'API permissions of the app registration';

/** What Entra permits the application, compared with how `--mode` says that it is restricted to its mailboxes. */
export async function checkPermissions(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(subject, ...signInNeeds, 'token');
  if (blocked) return [blocked];
  const { claims, flags } = context;
  if (!claims) return [skipped(subject, 'Not checked: the token cannot be read, as is its right.')];
  return [flags.mode === 'rbac' ? checkRbacRoles(claims.roles) : checkPolicyRoles(claims.roles, context)];
}

/**
 * With RBAC for Applications, what Entra grants is added to what Exchange grants, for every mailbox of the tenant.
 * (facts token-6, access-2)
 */
function checkRbacRoles(roles: readonly string[]): Check {
  if (roles.length === 0) {
    return ok(subject, 'None, which is right with RBAC for Applications: Exchange decides which mailboxes may send.');
  }
  const held = roles.join(', ');
  if (roles.includes('Mail.Send')) {
    return warning(
      subject,
      `${held}. Mail.Send counts for every mailbox of the tenant: with it, no scope of RBAC for Applications restricts anything.`,
      `Once the assignment in Exchange works, remove Mail.Send from the ${portal}, its admin consent too. If an application access policy restricts it instead, check with --mode policy.`,
    );
  }
  return warning(
    subject,
    `${held}. ${unneeded(roles)}`,
    `Remove what nobody needs from the ${portal}, its admin consent too.`,
  );
}

function checkPolicyRoles(roles: readonly string[], { features }: CheckContext): Check {
  const right = readingRight(features);
  if (roles.length === 0) {
    return failed(
      subject,
      EXIT.permission,
      'None: Mail.Send is missing.',
      `Add the application permission (not the delegated one) Mail.Send under ${portal}, and let an administrator grant admin consent. What was granted a moment ago may take some minutes.`,
    );
  }
  if (!roles.includes('Mail.Send')) {
    return failed(
      subject,
      EXIT.permission,
      `${roles.join(', ')}; Mail.Send is missing, and none of these permits to send.`,
      `Add the application permission Mail.Send under ${portal}, let an administrator grant admin consent, and remove what is not needed.`,
    );
  }
  if (right && !roles.some((role) => enoughFor(right).includes(role))) {
    return failed(
      subject,
      EXIT.permission,
      `${roles.join(', ')}; ${right.permission} is missing, which ${features.join(', ')} takes.`,
      `Add the application permission ${right.permission} under ${portal}, and let an administrator grant admin consent. What was granted a moment ago may take some minutes.`,
    );
  }
  const asked = right ? ['Mail.Send', right.permission] : ['Mail.Send'];
  const others = roles.filter((role) => !asked.includes(role));
  if (others.length === 0) return ok(subject, `${roles.join(' and ')}, and nothing else.`);
  return warning(
    subject,
    `Mail.Send, and ${others.join(', ')}. ${unneeded(others)}`,
    `Remove what nobody needs from the ${portal}, its admin consent too.`,
  );
}

const uses: Record<string, string> = {
  'Mail.ReadWrite': 'drafts and uploads',
  'Mail.Read': 'bounces, and looking into Sent Items',
  'Mail.ReadBasic.All': 'looking into Sent Items',
  'ExchangeMessageTrace.Read.All': 'message trace, which belongs to an application of its own',
};

function unneeded(roles: readonly string[]): string {
  return `Sending needs none of it${roles.map((role) => (uses[role] ? `; ${role} is for ${uses[role]}` : '')).join('')}.`;
}
