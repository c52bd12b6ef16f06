import { readClaims } from '../../../auth/token-claims.js';
import { tokenRequest } from '../../../auth/token-request.js';
import { counted } from '../../../bulk/common/words.js';
import { isGraphMailError } from '../../../common/errors.js';
import { send } from '../../../graph/http.js';
import { type Check, failed, ok } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { userAgent } from '../common/environment.js';
import { explainTokenError } from './aadsts-cures.js';

const subject = { id: 'token', title: 'Token' };

/** The checks that must pass before the application can sign in. */
export const signInNeeds: readonly string[] = [
  'configuration',
  'certificate-file',
  'certificate',
  'certificate-days',
  'clock',
  'dns',
  'proxy',
  'tls',
];

/** Whether Entra gives the application a token. */
export async function checkToken(context: CheckContext): Promise<Check[]> {
  const { settings, cloud, certificates, environment } = context;
  const blocked = context.blocked(subject, ...signInNeeds);
  if (blocked) return [blocked];
  if (!settings || !cloud || !('tenantId' in settings.identity)) throw new Error('the configuration is checked first');
  const { identity } = settings;
  const { agent } = context;
  const { clock, timeout } = environment;
  try {
    const { token, lifetime } = await tokenRequest(identity, {
      certificates,
      cloud,
      agent,
      userAgent,
      timeout,
      clock,
    })();
    context.token = token;
    context.claims = readClaims(token);
    const minutes = Math.round(lifetime / 60_000);
    return [
      ok(subject, `Entra gave one for application ${identity.clientId}, valid for ${counted(minutes, 'minute')}.`),
    ];
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    const { seen, cure, exitCode } = explainTokenError(error, {
      ...identity,
      certificate: context.certificate,
      swapped: error.aadsts === 90002 && (await isTenantId(identity.clientId, context)),
    });
    return [failed(subject, exitCode, seen, cure)];
  }
}

/**
 * Whether an id is that of a tenant: a tenant's OpenID configuration is public (OpenID Connect Discovery 1.0; Entra
 * documentation, "OpenID Connect"). `false` as well where that cannot be found out.
 */
async function isTenantId(id: string, { cloud, agent, environment }: CheckContext): Promise<boolean> {
  const url = `${cloud?.authorityHost}/${encodeURIComponent(id)}/v2.0/.well-known/openid-configuration`;
  try {
    const { status } = await send({
      method: 'GET',
      url,
      headers: { 'user-agent': userAgent },
      agent,
      timeout: environment.timeout,
    });
    return status === 200;
  } catch {
    return false;
  }
}
