import { describe, expect, test } from 'vitest';
import { tokenAnswerError, tokenNetworkError } from '../../src/auth/token-error.js';
import { answer, networkFailure } from '../helpers/answers.js';

const entra = (status: number, error: string, number: number, text = 'What went wrong.') =>
  answer(
    status,
    { 'x-ms-request-id': 'entra-request' },
    JSON.stringify({
      error,
      error_description: `AADSTS${number}: ${text} Trace ID: 1111 Correlation ID: 2222 Timestamp: 2026-11-23 10:00:00Z`,
      error_codes: [number],
    }),
  );

describe('Entra’s refusals need somebody to do something, and say what', () => {
  test.each<[number, string, number, RegExp]>([
    [401, 'invalid_client', 700027, /Upload the public part/],
    [401, 'invalid_client', 1000502, /validity period/],
    [401, 'invalid_client', 7000274, /validity period/],
    [401, 'invalid_client', 7000214, /revoked/],
    [401, 'invalid_client', 7000277, /revoked/],
    [401, 'invalid_client', 700024, /clock/],
    [401, 'invalid_client', 50027, /assertion/],
    [401, 'invalid_client', 50012, /upload this certificate.*chain/],
    [401, 'invalid_client', 50032, /2048 bits/],
    [401, 'invalid_client', 700030, /sendCertificateChain.*subject/],
    [401, 'invalid_client', 7000229, /no service principal \(Enterprise application\)/],
    [401, 'invalid_client', 7000215, /secret is wrong/],
    [401, 'invalid_client', 7000222, /secret has expired/],
    [401, 'invalid_client', 7000218, /neither certificate nor secret/],
    [400, 'unauthorized_client', 700016, /clientId and tenantId/],
    [400, 'unauthorized_client', 7000112, /Enterprise applications.*deactivated/],
    [400, 'invalid_request', 90002, /no such tenant/],
    [400, 'invalid_request', 900023, /tenantId/],
    [400, 'invalid_resource', 500011, /cloud/],
    [400, 'invalid_request', 700022, /scope/],
    [400, 'invalid_scope', 70011, /scope/],
    [400, 'invalid_request', 900144, /parameter/],
    [400, 'access_denied', 53003, /Conditional Access/],
    [400, 'invalid_grant', 530032, /policy/],
    [400, 'invalid_request', 90038, /another cloud.*GCC/],
    [400, 'invalid_request', 900382, /another cloud.*GCC/],
    [400, 'invalid_request', 900432, /another cloud.*GCC/],
  ])('%i %s AADSTS%i', (status, name, number, hint) => {
    const error = tokenAnswerError(entra(status, name, number), undefined);
    expect(error).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      permanent: true,
      command: 'TOKEN',
      responseCode: status,
      aadsts: number,
      requestId: 'entra-request',
    });
    expect(error.hint).toMatch(hint);
  });
});

test('a key that is too small is not to be uploaded once more, whatever the number says otherwise', () => {
  const text = 'RSA key size 1024 is less than the minimum required 2048 bits.';
  const { hint } = tokenAnswerError(entra(401, 'invalid_client', 700027, text), undefined);
  expect(hint).toMatch(/too small/);
  expect(hint).not.toMatch(/compare its thumbprint/);
});

test('the message keeps what people read and drops what only Microsoft’s support reads', () => {
  const error = tokenAnswerError(entra(401, 'invalid_client', 700027, 'The key was not found.'), undefined);
  expect(error.message).toBe('No token: Entra answered 401 invalid_client: AADSTS700027: The key was not found.');
  expect(error.response).toBe('401 invalid_client: AADSTS700027: The key was not found.');
});

describe('Entra’s passing faults', () => {
  test.each([90033, 90006, 90024, 90012, 90055])('AADSTS%i may go away by itself', (number) => {
    expect(tokenAnswerError(entra(400, 'temporarily_unavailable', number), undefined)).toMatchObject({
      permanent: false,
      hint: expect.any(String),
    });
  });

  test.each([429, 500, 502, 503, 504])('%i may go away by itself, whatever the body', (status) => {
    expect(tokenAnswerError(answer(status, {}, '<html>busy</html>'), 7_000)).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      permanent: false,
      responseCode: status,
      retryAfter: 7_000,
      hint: expect.any(String),
    });
  });

  test('200 without a token is no token', () => {
    const error = tokenAnswerError(answer(200, {}, '{}'), undefined);
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: false });
    expect(error.message).toContain('without a token');
  });
});

test.each(['', 'null', '[]', '{"error":{"a":1},"error_codes":"x","error_description":7}', '{"error_codes":["1"]}'])(
  'a body that makes no sense does no harm: %j',
  (body) => {
    const error = tokenAnswerError(answer(400, {}, body), undefined);
    expect(error).toMatchObject({ code: 'EAUTH', permanent: true });
    expect(error.aadsts).toBeUndefined();
  },
);

describe('when the token endpoint cannot be reached, nothing was sent, whatever was written to it', () => {
  test.each([
    [networkFailure(false, 'ECONNREFUSED'), 'ESOCKET', false],
    [networkFailure(true, 'ECONNRESET'), 'ESOCKET', false],
    [networkFailure(false, 'ENOTFOUND', 'network', 'getaddrinfo'), 'EDNS', false],
    [networkFailure(true, undefined, 'timeout'), 'ETIMEDOUT', false],
    [networkFailure(false, 'SELF_SIGNED_CERT_IN_CHAIN'), 'ETLS', true],
  ])('%o', (failure, code, permanent) => {
    const error = tokenNetworkError(failure, 'login.microsoftonline.com');
    expect(error).toMatchObject({ code, outcome: 'not-sent', permanent, command: 'TOKEN', cause: failure });
    expect(error.message).toContain('login.microsoftonline.com');
    expect(error.hint).toMatch(/^[A-Z].{30,}\.$/);
  });

  test('its silence is something for whoever runs the firewall', () => {
    const error = tokenNetworkError(networkFailure(true, undefined, 'timeout'), 'login.microsoftonline.com');
    expect(error.hint).toMatch(/port 443 of login\.microsoftonline\.com.*firewall/);
  });
});
