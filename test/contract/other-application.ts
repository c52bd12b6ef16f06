import type { Target } from '../../src/cli/live/common/target.js';
import type { SandboxOptions } from '../../src/sandbox/index.js';

export const OTHER_APPLICATION = '00000000-aaaa-4bbb-8ccc-dddddddddddd';

/** Options of a sandbox with a second application, which signs in with a secret. */
export function otherApplication(roles: string[], allowedMailboxes?: string[]): SandboxOptions {
  const scope = allowedMailboxes && { allowedMailboxes };
  return { apps: [{ clientId: OTHER_APPLICATION, certificates: [], secrets: ['s'], roles, ...scope }] };
}

/** An access token for it. */
export async function tokenOfOther(target: Target): Promise<string> {
  const { status, json, text } = await target.token({
    client_id: OTHER_APPLICATION,
    client_assertion: undefined,
    client_assertion_type: undefined,
    client_secret: 's',
  });
  if (status !== 200) throw new Error(text);
  return json.access_token;
}
