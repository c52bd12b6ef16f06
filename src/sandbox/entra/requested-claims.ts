/**
 * Whether the `claims` of a token request answer a claims challenge, which demands `nbf`. MSAL sends `claims` with every
 * request to tell what the client is capable of (`xms_cc`); they answer nothing.
 */
export function answersChallenge(claims: string | null): boolean {
  return accessTokenClaims(claims)?.nbf !== undefined;
}

/** What the client declares in `claims` that it can do (`xms_cc`), as `cp1`: answer claims challenges. */
export function clientCapabilities(claims: string | null): string[] {
  const { values } = (accessTokenClaims(claims)?.xms_cc ?? {}) as { values?: unknown };
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

function accessTokenClaims(claims: string | null): Record<string, unknown> | undefined {
  try {
    return JSON.parse(claims ?? '').access_token ?? undefined;
  } catch {
    return undefined;
  }
}
