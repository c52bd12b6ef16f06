import type { FaultList } from '../faults/fault-list.js';
import { type Answer, jsonAnswer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { CLOUDS } from '../model/cloud.js';
import type { AccessTokens } from './access-tokens.js';
import { type EntraFailure, failureAnswer, onlyPost } from './failures.js';
import { isTenant, refuseTenant, type Tenant } from './requested-tenant.js';
import { tokenFaultAnswer } from './token-fault-answer.js';
import { checkTokenRequest } from './token-request.js';

const FORM_LIMIT = 262_144;
// Resources beside Graph that every tenant knows: a token for one of them is issued, and Graph refuses it.
const OTHER_RESOURCES = new Set(['https://outlook.office365.com', 'https://outlook.office.com']);

export interface EntraOptions {
  tenant: Tenant;
  tokens: AccessTokens;
  faults: FaultList;
  /** Whether an origin is the sandbox's, for a client that came by another one of it. */
  isOwnOrigin: (origin: string, cameBy: string) => boolean;
  isGraph: (resource: string) => boolean;
  tokenLifetime: number;
  now: () => number;
}

export interface EntraCounts {
  tokenRequests: number;
  tokensIssued: number;
  /** Token requests whose `claims` answer a claims challenge. */
  claimsRequests: number;
}

/** The endpoints of login.microsoftonline.com that a confidential client needs. (fact auth-8) */
export class EntraService {
  readonly counts: EntraCounts = { tokenRequests: 0, tokensIssued: 0, claimsRequests: 0 };
  readonly #options: EntraOptions;

  constructor(options: EntraOptions) {
    this.#options = options;
  }

  /** Undefined when the path is not one of Entra's. */
  answer(call: Call): Promise<Answer> | undefined {
    const [tenant = '', ...rest] = call.path.segments;
    const path = rest.join('/').toLowerCase();
    if (path === 'oauth2/v2.0/token') return this.#token(call, tenant);
    if (path === 'v2.0/.well-known/openid-configuration') return this.#plain(call, () => this.#metadata(call, tenant));
    if (path === 'discovery/v2.0/keys') {
      return this.#plain(call, () =>
        this.#unlessFault('discovery', call, tenant, '', () => jsonAnswer(200, { keys: [] })),
      );
    }
    if (path === 'discovery/instance') {
      return this.#plain(call, () => this.#unlessFault('discovery', call, tenant, '', () => this.#instance(call)));
    }
    return undefined;
  }

  async #plain(call: Call, answer: () => Answer): Promise<Answer> {
    await call.body(0);
    return answer();
  }

  #metadata(call: Call, name: string): Answer {
    const failure = refuseTenant(this.#options.tenant, name, call.headers.host);
    if (failure) return this.#fail(call, failure);
    return this.#unlessFault('discovery', call, name, '', () => this.#openIdConfiguration(call, name));
  }

  #openIdConfiguration({ origin }: Call, name: string): Answer {
    const base = `${origin}/${name.toLowerCase()}`;
    return jsonAnswer(200, {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    });
  }

  #instance({ origin }: Call): Answer {
    const { host } = new URL(origin);
    return jsonAnswer(200, {
      tenant_discovery_endpoint: `${origin}/${this.#options.tenant.id}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    });
  }

  async #token(call: Call, tenantName: string): Promise<Answer> {
    const { tenant, tokens, tokenLifetime, now } = this.#options;
    if (call.method === 'POST') this.counts.tokenRequests += 1;
    const body = await call.body(FORM_LIMIT);
    if (call.method !== 'POST') return this.#fail(call, onlyPost(call.method));
    if (body.tooLarge) return { status: 413 };
    const form = readForm(call.headers['content-type'], body.bytes);
    const client = form.get('grant_type') === 'client_credentials';
    const refused = refuseTenant(tenant, tenantName, call.headers.host, client);
    if (refused) return this.#fail(call, refused);
    const grant = checkTokenRequest(form, {
      tenant,
      tenantName,
      isAudience: (url) => this.#isTokenEndpoint(url, call),
      audienceOf: (origin) => this.#audienceOf(origin, call),
      now: now(),
    });
    if ('error' in grant) return this.#fail(call, grant);
    if (grant.answersChallenge) this.counts.claimsRequests += 1;
    const success = (): Answer => {
      this.counts.tokensIssued += 1;
      const lifetime = { expires_in: tokenLifetime, ext_expires_in: tokenLifetime };
      const token = {
        token_type: 'Bearer',
        ...lifetime,
        access_token: tokens.issue(grant.application, grant.audience, grant.capabilities),
      };
      return jsonAnswer(200, token, { 'cache-control': 'no-store, no-cache', 'x-ms-request-id': call.requestId });
    };
    return this.#unlessFault('token', call, tenantName, grant.application.clientId, success);
  }

  /** A scripted fault takes the place of the success. */
  #unlessFault(on: 'token' | 'discovery', call: Call, tenant: string, client: string, success: () => Answer): Answer {
    const fault = this.#options.faults.take(on);
    return fault ? tokenFaultAnswer(fault, success, this.#context(call), { tenant, client }) : success();
  }

  /** For Graph's own URL, and the sandbox's in its place. */
  #audienceOf(resource: string, call: Call): string | undefined {
    const { isGraph, isOwnOrigin, tenant } = this.#options;
    if (isGraph(resource) || isOwnOrigin(resource, call.origin)) return CLOUDS[tenant.cloud].graph;
    return OTHER_RESOURCES.has(resource) && tenant.cloud === 'global' ? resource : undefined;
  }

  #isTokenEndpoint(url: string, call: Call): boolean {
    const [, origin = '', name = ''] = /^(https?:\/\/[^/]+)\/([^/]+)\/oauth2\/v2\.0\/token\/?$/i.exec(url) ?? [];
    const { tenant, isOwnOrigin } = this.#options;
    const login = CLOUDS[tenant.cloud].login.some((host) => origin.toLowerCase() === `https://${host}`);
    return (login || isOwnOrigin(origin, call.origin)) && isTenant(tenant, name);
  }

  #fail(call: Call, failure: EntraFailure): Answer {
    return failureAnswer(failure, this.#context(call));
  }

  #context(call: Call) {
    return { origin: call.origin, now: this.#options.now(), clientRequestId: call.clientRequestId };
  }
}

/** The fields of a token request (RFC 6749 §4.4.2). Entra sees none in a body that is not declared as a form. */
function readForm(contentType: string | undefined, body: Buffer): URLSearchParams {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return new URLSearchParams(type === 'application/x-www-form-urlencoded' ? body.toString() : '');
}
