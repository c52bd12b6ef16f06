import { send } from '../../graph/http.js';
import type { Examination } from './common/environment.js';
import { userAgent } from './world.js';

/**
 * Whether an id is that of a tenant: a tenant's OpenID configuration is public (OpenID Connect Discovery 1.0; Entra
 * documentation, "OpenID Connect"). `false` as well where nobody says.
 */
export async function isTenantId(id: string, { cloud, agent, world }: Examination): Promise<boolean> {
  const url = `${cloud?.authorityHost}/${encodeURIComponent(id)}/v2.0/.well-known/openid-configuration`;
  try {
    const { status } = await send({
      method: 'GET',
      url,
      headers: { 'user-agent': userAgent },
      agent,
      timeout: world.timeout,
    });
    return status === 200;
  } catch {
    return false;
  }
}
