import type { HttpAnswer } from './http.js';

/**
 * The claims that Graph wants in a new token (continuous access evaluation), from the `WWW-Authenticate` of a 401.
 * (fact token-4)
 */
export function claimsChallenge(answer: HttpAnswer): string | undefined {
  const header = answer.headers['www-authenticate'] ?? '';
  const encoded = /error="insufficient_claims"/.test(header)
    ? /claims="([A-Za-z0-9+/=_-]+)"/.exec(header)?.[1]
    : undefined;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}
