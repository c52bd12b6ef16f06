import { describe, expect, test } from 'vitest';
import { claimsChallenge } from '../../src/graph/claims-challenge.js';
import { answer } from '../helpers/answers.js';

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"x":"ÿþ?>"}}';
const challenge = (value: string) => answer(401, { 'www-authenticate': value });

test.each(['base64', 'base64url'] as const)('claims in %s are decoded', (encoding) => {
  const encoded = Buffer.from(claims).toString(encoding);
  expect(
    claimsChallenge(
      challenge(`Bearer realm="", authorization_uri="https://x/", error="insufficient_claims", claims="${encoded}"`),
    ),
  ).toBe(claims);
  expect(claimsChallenge(challenge(`Bearer claims="${encoded}", error="insufficient_claims"`))).toBe(claims);
});

describe('an ordinary 401 has none', () => {
  test.each([
    answer(401),
    challenge('Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'),
    challenge('Bearer error="invalid_token", claims="e30="'),
    challenge('Bearer error="insufficient_claims"'),
    challenge('Bearer error="insufficient_claims", claims=""'),
  ])('%o', (result) => {
    expect(claimsChallenge(result)).toBeUndefined();
  });
});
