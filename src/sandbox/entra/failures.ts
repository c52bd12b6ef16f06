import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer } from '../http/answer.js';

/** Why Entra refuses a token: an OAuth error (RFC 6749 §5.2) with Microsoft's AADSTS code. */
export interface EntraFailure {
  error: string;
  code: number;
  message: string;
}

export interface FailureContext {
  origin: string;
  now: number;
  clientRequestId: string | undefined;
}

/** Microsoft's form: 401 for `invalid_client`, otherwise 400, with the ids that its support asks for. (fact auth-6) */
export function failureAnswer(failure: EntraFailure, context: FailureContext, status?: number): Answer {
  const traceId = randomUUID();
  const correlationId = context.clientRequestId ?? randomUUID();
  const timestamp = entraTimestamp(context.now);
  const description =
    `AADSTS${failure.code}: ${failure.message} ` +
    `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return jsonAnswer(
    status ?? (failure.error === 'invalid_client' ? 401 : 400),
    {
      error: failure.error,
      error_description: description,
      error_codes: [failure.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${context.origin}/error?code=${failure.code}`,
    },
    { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': traceId },
  );
}

/** `2026-11-23 10:00:00Z` */
export function entraTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

// Codes and wording: Microsoft's "Microsoft Entra authentication and authorization error codes" and the answers that
// its service is known to give. (fact entra-9)

export const tenantNotFound = (tenant: string): EntraFailure => ({
  error: 'invalid_request',
  code: 90002,
  message: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
});

export const tenantMalformed = (tenant: string): EntraFailure => ({
  error: 'invalid_request',
  code: 900023,
  message: `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
});

export const onlyPost = (method: string): EntraFailure => ({
  error: 'invalid_request',
  code: 900561,
  message: `The endpoint only accepts POST requests. Received a ${method} request.`,
});

export const parameterMissing = (name: string): EntraFailure => ({
  error: 'invalid_request',
  code: 900144,
  message: `The request body must contain the following parameter: '${name}'.`,
});

export const applicationNotFound = (clientId: string, tenant: string): EntraFailure => ({
  error: 'unauthorized_client',
  code: 700016,
  message: `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
});

export const applicationDisabled = (clientId: string, displayName: string): EntraFailure => ({
  error: 'unauthorized_client',
  code: 7000112,
  message: `Application '${clientId}'(${displayName}) is disabled.`,
});

export const otherCloud = (tenant: string, cloud: string, host: string): EntraFailure => ({
  error: 'invalid_request',
  code: 90038,
  message: `The specified tenant '${tenant}' belongs to the National Cloud '${cloud}'. Current cloud instance '${host}' does not federate with ${cloud}.`,
});

/** What a client with a secret or certificate meets at the token endpoint of another cloud. */
export const crossCloudRefused: EntraFailure = {
  error: 'invalid_request',
  code: 900382,
  message: 'Confidential Client is not supported in Cross Cloud request.',
};

export const grantTypeUnsupported = (grantType: string): EntraFailure => ({
  error: 'unsupported_grant_type',
  code: 70003,
  message: `The app requested an unsupported grant type '${grantType}'.`,
});

export const credentialMissing: EntraFailure = {
  error: 'invalid_client',
  code: 7000218,
  message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
};

export const secretInvalid = (clientId: string): EntraFailure => ({
  error: 'invalid_client',
  code: 7000215,
  message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
});

export const assertionMalformed = (why: string): EntraFailure => ({
  error: 'invalid_client',
  code: 50027,
  message: `JWT token is invalid or malformed. ${why}`,
});

export const keyRefused = (reason: string, thumbprint: string): EntraFailure => ({
  error: 'invalid_client',
  code: 700027,
  message: `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}, Thumbprint of key used by client: '${thumbprint}']`,
});

export const keyTooSmall = (bits: number): EntraFailure => ({
  error: 'invalid_client',
  code: 700027,
  message: `RSA key size ${bits} is less than the minimum required 2048 bits.`,
});

export const certificateNotYetValid = (thumbprint: string, from: string, to: string): EntraFailure => ({
  error: 'invalid_client',
  code: 1000502,
  message: `The provided certificate is not within its specified validity period. Certificate validity: from ${from} to ${to}. Thumbprint: '${thumbprint}'.`,
});

export const assertionOutsideTime = (now: string, from: string, to: string): EntraFailure => ({
  error: 'invalid_client',
  code: 700024,
  message: `Client assertion is not within its valid time range. Current time: ${now}, assertion valid from ${from}, expiry time of assertion ${to}.`,
});

export const scopeInvalid = (scope: string): EntraFailure => ({
  error: 'invalid_scope',
  code: 70011,
  message: `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
});

export const scopeOfSeveralResources = (scope: string): EntraFailure => ({
  error: 'invalid_request',
  code: 700022,
  message: `The provided value for the input parameter 'scope' is not valid because it contains more than one resource. Scope ${scope} is not valid.`,
});

export const resourceNotFound = (resource: string, tenant: string): EntraFailure => ({
  error: 'invalid_resource',
  code: 500011,
  message: `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
});
