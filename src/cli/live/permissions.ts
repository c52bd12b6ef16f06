import type { Permission } from './common/probe.js';
import { messagePath, type Target } from './common/target.js';

/**
 * What the application may do with the mailbox: the roles of its token, or, when it has none (as with RBAC for
 * Applications), what harmless requests are answered.
 */
export async function permissionsOf(target: Target): Promise<ReadonlySet<Permission>> {
  const roles = rolesIn(await target.accessToken());
  const found = new Set<Permission>();
  if (roles === undefined) {
    found.add('Mail.Send');
    const read = await target.graph('GET', '/messages?$top=1&$select=id');
    if (read.status === 200) found.add('Mail.Read');
    const write = await target.graph('DELETE', messagePath('AAMkAGNothing='));
    if (write.status !== 401 && write.status !== 403) found.add('Mail.ReadWrite');
  } else {
    if (roles.includes('Mail.Send')) found.add('Mail.Send');
    if (roles.includes('Mail.Read')) found.add('Mail.Read');
    if (roles.includes('Mail.ReadWrite')) found.add('Mail.ReadWrite');
  }
  if (found.has('Mail.ReadWrite')) found.add('Mail.Read');
  return found;
}

/** For people, and to leave out what cannot work: a client must not depend on what is in a token. */
function rolesIn(token: string): string[] | undefined {
  try {
    const { roles } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return Array.isArray(roles) ? roles : undefined;
  } catch {
    return undefined;
  }
}
