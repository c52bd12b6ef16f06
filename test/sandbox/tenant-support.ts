import type { SandboxOptions, SandboxTenant } from '../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, type Reply, startClient } from './support.js';

export const APP = 'app';
export const CEO = 'ceo@contoso.example';
export const SENDERS = 'senders@contoso.example';

export const RAOP = 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.';

export type TenantOf = Pick<
  SandboxOptions,
  'groups' | 'assignments' | 'accessPolicies' | 'ews' | 'mailboxes' | 'requireAssignment' | 'denialText' | 'now'
> & {
  roles?: string[];
};

/** Mailboxes `noreply` and `ceo`, the security group `senders` with the first in it, and one application with the secret `s`. */
export function startTenant({ roles = ['Mail.Send'], ...options }: TenantOf & SandboxOptions = {}): Promise<Client> {
  return startClient({
    clientId: APP,
    apps: [{ clientId: APP, roles, secrets: ['s'] }],
    mailboxes: [CEO],
    groups: [{ address: SENDERS, kind: 'mail-enabled-security', members: [MAILBOX] }],
    ...options,
  });
}

const mailOf = (user: string): string => mail({ From: user });

/** What sending as a user is answered with; `202` or the status and the message of the refusal. */
export async function outcome(client: Client, user: string, token?: string): Promise<string> {
  // By secret: an assertion would follow the machine's clock, not the sandbox's.
  const shown = token ?? (await client.accessToken({ client_secret: 's' }));
  return short(await client.sendMail(mailOf(user), { user, token: shown }));
}

function short({ status, json }: Reply): string {
  return status === 202 ? '202' : `${status} ${json.error.code} ${json.error.message}`;
}

/** The decision, in the same form. */
export function decisionOf(tenant: SandboxTenant, user: string, userAgent?: string): string {
  const { result, status, code, message } = tenant.access(APP, user, userAgent);
  return result === 'Granted' ? '202' : `${status} ${code} ${message}`;
}
