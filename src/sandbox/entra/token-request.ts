import type { Application } from '../model/application.js';
import { checkAssertion } from './assertion.js';
import type { EntraFailure } from './failures.js';
import * as failures from './failures.js';
import type { Tenant } from './requested-tenant.js';

export interface TokenRequestContext {
  tenant: Tenant;
  /** The tenant as the path names it. */
  tenantName: string;
  isAudience: (url: string) => boolean;
  /** The `aud` of a token for the resource of an origin; undefined when the tenant knows no such resource. */
  audienceOf: (origin: string) => string | undefined;
  now: number;
}

export interface TokenGrant {
  application: Application;
  audience: string;
  /** What the client declares that it can do, as `cp1`. */
  capabilities: string[];
  answersChallenge: boolean;
}

/** Checks a client credentials request (RFC 6749 §4.4) in the order in which Entra complains. */
export function checkTokenRequest(form: URLSearchParams, context: TokenRequestContext): TokenGrant | EntraFailure {
  const clientId = form.get('client_id');
  if (!clientId) return failures.parameterMissing('client_id');
  const application = context.tenant.applications.get(clientId.toLowerCase());
  if (!application) return failures.applicationNotFound(clientId, context.tenantName);
  if (application.disabled) return failures.applicationDisabled(application.clientId, application.displayName);
  const grantType = form.get('grant_type');
  if (!grantType) return failures.parameterMissing('grant_type');
  if (grantType !== 'client_credentials') return failures.grantTypeUnsupported(grantType);
  const refused = checkCredential(form, application, context);
  if (refused) return refused;
  const audience = readScope(form.get('scope') ?? '', context);
  if (typeof audience !== 'string') return audience;
  const claims = form.get('claims');
  return {
    application,
    audience,
    capabilities: clientCapabilities(claims),
    answersChallenge: answersChallenge(claims),
  };
}

function checkCredential(
  form: URLSearchParams,
  application: Application,
  context: TokenRequestContext,
): EntraFailure | undefined {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (!assertion) {
    if (!secret) return failures.credentialMissing;
    return application.secrets.has(secret) ? undefined : failures.secretInvalid(application.clientId);
  }
  const type = form.get('client_assertion_type');
  if (!type) return failures.parameterMissing('client_assertion_type');
  if (type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    return failures.assertionMalformed(`The client_assertion_type '${type}' is not supported.`);
  }
  return checkAssertion(assertion, { application, isAudience: context.isAudience, now: context.now });
}

/** The one resource that is asked for. */
function readScope(scope: string, context: TokenRequestContext): string | EntraFailure {
  const scopes = scope.split(/\s+/).filter((one) => one !== '');
  const [only] = scopes;
  if (!only) return failures.parameterMissing('scope');
  if (scopes.length > 1) return failures.scopeOfSeveralResources(scope);
  const resource = /^(https?:\/\/[^/]+)\/{1,2}\.default$/i.exec(only)?.[1]?.toLowerCase();
  if (resource === undefined) return failures.scopeInvalid(only);
  const audience = context.audienceOf(resource);
  // Over plain HTTP there is the sandbox alone.
  if (audience === undefined && resource.startsWith('http:')) return failures.scopeInvalid(only);
  return audience ?? failures.resourceNotFound(resource, context.tenantName);
}

/**
 * Whether the `claims` of a token request answer a claims challenge, which demands `nbf`. MSAL sends `claims` with every
 * request to tell what the client is capable of (`xms_cc`); they answer nothing.
 */
function answersChallenge(claims: string | null): boolean {
  return accessTokenClaims(claims)?.nbf !== undefined;
}

/** What the client declares in `claims` that it can do (`xms_cc`), as `cp1`: answer claims challenges. */
function clientCapabilities(claims: string | null): string[] {
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
