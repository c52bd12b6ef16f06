import type { AccessTokenClaims, AccessTokens, ChallengedTokens } from '../entra/access-tokens.js';
import type { Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { claimsChallenge, tokenRefused } from '../http/graph-errors.js';
import type { Application } from '../model/application.js';
import type { TenantState } from '../tenant/tenant-state.js';

interface TokenChecks {
  tokens: AccessTokens;
  tenant: TenantState;
  /** Whether revoked tokens of capable clients are challenged (continuous access evaluation). */
  cae: boolean;
  challenged: Pick<ChallengedTokens, 'has'>;
}

/** The application whose token a request shows, or the answer that refuses the token. */
export function authenticate(
  call: Call,
  { tokens, tenant, cae, challenged }: TokenChecks,
): { token: AccessTokenClaims; application: Application } | Answer {
  const token = tokens.check(call.headers.authorization);
  if (typeof token === 'string') return tokenRefused(call, token);
  const revokedAt = tokens.revokedAt(token);
  if (revokedAt !== undefined) {
    if (cae && token.xms_cc?.includes('cp1')) return claimsChallenge(call, revokedAt);
    return tokenRefused(call, 'Access token has been revoked.');
  }
  const application = tenant.applications.get(token.appid);
  if (!application) return tokenRefused(call, 'Access token validation failure.');
  if (challenged.has(token.uti)) return claimsChallenge(call);
  return { token, application };
}
