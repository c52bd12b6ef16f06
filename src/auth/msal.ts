import type { Agent } from 'node:https';
import type { Configuration, INetworkModule, NetworkRequestOptions } from '@azure/msal-node';
import type { Clock } from '../clock.js';
import { GraphMailError } from '../errors.js';
import type { Cloud } from '../graph/clouds.js';
import { type HttpAnswer, NetworkFailure, send } from '../graph/http.js';
import { parseRetryAfter } from '../graph/retry-after.js';
import type { Identity } from '../options.js';
import { checkValidity, type SigningCertificate } from './certificate.js';
import { tokenAnswerError, tokenNetworkError } from './token-error.js';
import type { TokenRequest } from './token-source.js';

export interface MsalContext {
  identity: Identity;
  /** The certificate, when the identity has one. */
  certificate: SigningCertificate | undefined;
  cloud: Cloud;
  agent: Agent;
  userAgent: string;
  /** Milliseconds for one request. */
  timeout: number;
  clock: Clock;
}

/**
 * Client-credentials token requests through MSAL, which is loaded with the first of them. Each request has a client of
 * its own: a client that met a 429 or 5xx refuses locally for a minute, longer than the service itself may ask.
 */
export function msalTokenRequest(context: MsalContext): TokenRequest {
  return async (claims) => {
    const { certificate, cloud, clock } = context;
    if (certificate) checkValidity(certificate, new Date(clock.now()));
    const { ConfidentialClientApplication } = await import('@azure/msal-node');
    const network = new RecordingNetwork(context);
    const client = new ConfidentialClientApplication({
      auth: { ...clientAuth(context), clientCapabilities: ['cp1'] },
      system: { networkClient: network },
    });
    try {
      const scopes = [`${cloud.graphHost}/.default`];
      const result = await client.acquireTokenByClientCredential({ scopes, ...(claims !== undefined && { claims }) });
      if (result?.accessToken) {
        return { token: result.accessToken, expiresAt: result.expiresOn?.getTime() ?? clock.now() + 3_600_000 };
      }
    } catch (cause) {
      throw network.explain(cause);
    }
    throw network.explain(undefined);
  };
}

function clientAuth({ identity, certificate, cloud }: MsalContext): Configuration['auth'] {
  const { clientId, tenantId, credential } = identity;
  const host = new URL(cloud.authorityHost).host;
  return {
    clientId,
    authority: `${cloud.authorityHost}/${tenantId}`,
    ...(!cloud.wellKnown && { knownAuthorities: [host] }),
    ...(certificate && {
      clientCertificate: {
        thumbprintSha256: certificate.thumbprintSha256,
        privateKey: certificate.privateKey,
        ...(credential.kind === 'certificate' && credential.sendChain && { x5c: certificate.chain }),
      },
    }),
    ...(credential.kind === 'secret' && { clientSecret: credential.secret }),
  };
}

/** MSAL's requests over our connections. MSAL drops the cause of every network failure, so the last one is kept here. */
class RecordingNetwork implements INetworkModule {
  readonly #context: MsalContext;
  #last: { answer: HttpAnswer } | { failure: NetworkFailure; host: string } | undefined;

  constructor(context: MsalContext) {
    this.#context = context;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    return this.#send<T>('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    return this.#send<T>('POST', url, options);
  }

  async #send<T>(method: 'GET' | 'POST', url: string, options: NetworkRequestOptions = {}) {
    const { agent, timeout, userAgent } = this.#context;
    const headers = { ...options.headers, 'user-agent': userAgent };
    const body = options.body === undefined ? undefined : Buffer.from(options.body);
    try {
      const answer = await send({ method, url, headers, body, agent, timeout });
      this.#last = { answer };
      return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) as T };
    } catch (error) {
      if (error instanceof NetworkFailure) this.#last = { failure: error, host: new URL(url).host };
      throw error;
    }
  }

  /** What the token request failed with, from what was seen on the wire rather than from what MSAL made of it. */
  explain(cause: unknown): GraphMailError {
    if (this.#last && 'failure' in this.#last) return tokenNetworkError(this.#last.failure, this.#last.host);
    if (this.#last) {
      const { answer } = this.#last;
      return tokenAnswerError(answer, parseRetryAfter(answer.headers['retry-after'], this.#context.clock.now()), cause);
    }
    return new GraphMailError(`No token: ${cause instanceof Error ? cause.message : 'MSAL gave none'}`, {
      code: 'EAUTH',
      permanent: true,
      command: 'TOKEN',
      cause,
    });
  }
}
