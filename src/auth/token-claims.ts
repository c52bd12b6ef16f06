/**
 * What an access token says; read to explain a refusal, and whether another token may help, never to decide what is sent
 * (its form is Graph's own affair).
 * (fact token-7)
 */
export interface TokenClaims {
  /** Application permissions with admin consent. */
  roles: string[];
  /** Application and tenant that it is for. */
  appid: string | undefined;
  tid: string | undefined;
  aud: string | undefined;
  /** Seconds since the epoch. */
  exp: number | undefined;
}

/** `undefined` for a token that cannot be read, as any may be one day. */
export function readClaims(token: string): TokenClaims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    if (typeof claims !== 'object' || claims === null) return undefined;
    const { roles, appid, azp, tid, aud, exp } = claims as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return {
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
      appid: text(appid) ?? text(azp),
      tid: text(tid),
      aud: text(aud),
      exp: typeof exp === 'number' ? exp : undefined,
    };
  } catch {
    return undefined;
  }
}
