import { readClaims } from '../../../auth/token-claims.js';
import { tokenRequest } from '../../../auth/token-request.js';
import { counted } from '../../../bulk/common/words.js';
import { isGraphMailError } from '../../../common/errors.js';
import { type Check, failed, ok } from '../common/check.js';
import type { Examination } from '../common/environment.js';
import { isTenantId } from '../tenant-lookup.js';
import { explainTokenError } from '../token-errors.js';
import { userAgent } from '../world.js';

const subject = { id: 'token', title: 'Token' };

/** The checks without which nobody can sign in. */
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
export async function checkToken(examination: Examination): Promise<Check[]> {
  const { settings, cloud, certificates, world } = examination;
  const blocked = examination.blocked(subject, ...signInNeeds);
  if (blocked) return [blocked];
  if (!settings || !cloud || !('tenantId' in settings.identity)) throw new Error('the configuration is checked first');
  const { identity } = settings;
  const { agent } = examination;
  const { clock, timeout } = world;
  try {
    const { token, lifetime } = await tokenRequest(identity, {
      certificates,
      cloud,
      agent,
      userAgent,
      timeout,
      clock,
    })();
    examination.token = token;
    examination.claims = readClaims(token);
    const minutes = Math.round(lifetime / 60_000);
    return [
      ok(subject, `Entra gave one for application ${identity.clientId}, valid for ${counted(minutes, 'minute')}.`),
    ];
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    const { seen, cure, exitCode } = explainTokenError(error, {
      ...identity,
      certificate: examination.certificate,
      swapped: error.aadsts === 90002 && (await isTenantId(identity.clientId, examination)),
    });
    return [failed(subject, exitCode, seen, cure)];
  }
}
