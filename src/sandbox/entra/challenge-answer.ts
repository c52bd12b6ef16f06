/**
 * Whether the `claims` of a token request answer a claims challenge, which demands `nbf`. MSAL sends `claims` with every
 * request to tell what the client is capable of (`xms_cc`); they answer nothing.
 */
export function answersChallenge(claims: string | null): boolean {
  try {
    return JSON.parse(claims ?? '').access_token.nbf !== undefined;
  } catch {
    return false;
  }
}
