import type { Agent } from 'node:https';
import type { Configuration, INetworkModule, NetworkRequestOptions } from '@azure/msal-node';
import { onAbort, unlessAborted } from '../common/abort.js';
import type { Clock } from '../common/clock.js';
import { GraphMailError, isGraphMailError } from '../common/errors.js';
import { arrivalsRead } from '../common/event-loop.js';
import { loadPackage } from '../common/load-package.js';
import { withoutSecrets } from '../common/redact.js';
import { type HttpAnswer, parseObject, send, withoutQuotesIn } from '../graph/http.js';
import { NetworkFailure } from '../graph/network-failure.js';
import { parseRetryAfter } from '../graph/retry-after.js';
import type { Cloud } from '../options/clouds.js';
import type { Identity } from '../options/settings.js';
import type { CertificateSource } from './certificate/certificate-source.js';
import type { SigningCertificate } from './certificate/signing-certificate.js';
import { tokenAnswerError, tokenNetworkError } from './token-error.js';
import type { AccessToken, TokenRequest } from './token-source.js';

export interface TokenRequestContext {
  identity: Extract<Identity, { tenantId: string }>;
  /** The certificate, when the identity has one. */
  certificates: CertificateSource | undefined;
  cloud: Cloud;
  agent: Agent;
  userAgent: string;
  /** Milliseconds for one request. */
  timeout: number;
  clock: Clock;
}

/**
 * How tokens are fetched for an identity, in bounded time: code of the user or of another package may never answer.
 * @param closing ends the wait, so that nothing keeps the process from ending
 */
export function tokenRequest(
  identity: Identity,
  context: Omit<TokenRequestContext, 'identity'>,
  closing?: AbortSignal,
): TokenRequest {
  const { cloud, clock, timeout } = context;
  const request =
    'tenantId' in identity
      ? msalTokenRequest({ ...context, identity })
      : externalTokenRequest(identity, `${cloud.graphHost}/.default`, clock);
  // Discovery and token, each with a request of its own.
  const longest = 2 * timeout;
  const from = 'tenantId' in identity ? 'Entra' : identity.credential.kind === 'azure' ? 'credential' : 'getToken';
  const late =
    from === 'Entra'
      ? 'Entra, or the function given as clientAssertion, did not answer: check that this machine reaches the token endpoint.'
      : `The option '${from}' never gave a token: check that what it asks can be reached, and that its promise always ends.`;
  return async (claims) => {
    const fresh = await unlessAborted(within(longest, clock, request(claims), late, closing), closing);
    checkToken(fresh.token, from);
    return fresh;
  };
}

/** A token is sent in a header, which takes printable ASCII only. */
function checkToken(token: string, from: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return;
  const what = /[\r\n]/.test(token) ? 'a line break' : /\s/.test(token) ? 'a space' : 'a character that is not ASCII';
  const hint =
    from === 'Entra'
      ? 'Something between this machine and Entra may be changing its answers: look for a proxy.'
      : `Give the token alone from '${from}', without 'Bearer' and without the line break that a file ends with.`;
  throw new GraphMailError(`No token: the one from ${from} has ${what} in it.`, {
    code: 'EAUTH',
    permanent: true,
    command: 'TOKEN',
    hint,
  });
}

function within<T>(ms: number, clock: Clock, work: Promise<T>, hint: string, closing?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, async () => {
      await arrivalsRead();
      reject(new GraphMailError(`No token within ${ms} ms.`, { code: 'ETIMEDOUT', command: 'TOKEN', hint }));
    });
    const release = onAbort(closing, cancel);
    work.then(resolve, reject).finally(() => {
      cancel();
      release();
    });
  });
}

/** Milliseconds that a token is taken to be valid where its source does not say. */
const assumedLife = 300_000;

/**
 * Tokens from an Azure `TokenCredential` or from the user's own function.
 * @internal
 */
export function externalTokenRequest(
  { credential }: Exclude<Identity, { tenantId: string }>,
  scope: string,
  clock: Clock,
): TokenRequest {
  const [name, request] =
    credential.kind === 'azure'
      ? ['credential', (claims?: string) => credential.source.getToken(scope, claims === undefined ? {} : { claims })]
      : ['getToken', () => credential.get()];
  return async (claims) => {
    try {
      return checked(await request(claims), clock);
    } catch (cause) {
      if (isGraphMailError(cause)) throw cause;
      throw new GraphMailError(
        `No token: ${name} failed: ${withoutSecrets(cause instanceof Error ? cause.message : String(cause))}`,
        {
          code: 'EAUTH',
          command: 'TOKEN',
          hint: `Check what is given as the option '${name}'.`,
          cause,
        },
      );
    }
  };
}

function checked(given: unknown, clock: Clock): AccessToken {
  if (typeof given === 'string' && given !== '') return { token: given, lifetime: assumedLife };
  const { token, expiresOnTimestamp } = (given ?? {}) as { token?: unknown; expiresOnTimestamp?: unknown };
  if (typeof token !== 'string' || token === '') throw new Error('it gave no token');
  if (typeof expiresOnTimestamp !== 'number') throw new Error('its expiresOnTimestamp is not a number of milliseconds');
  return { token, lifetime: expiresOnTimestamp - clock.now() };
}

/** Milliseconds, where Entra does not say. */
const usualLifetime = 3_600_000;

/** What Entra answers to a certificate that the application does not have, or has no more. */
const unknownCertificate = 700027;

/**
 * Client-credentials token requests through MSAL, which is loaded with the first of them. Each request has a client of
 * its own: a client that met a 429 or 5xx refuses locally for a minute, longer than the service itself may ask.
 * @internal
 */
export function msalTokenRequest(context: TokenRequestContext): TokenRequest {
  const { certificates } = context;
  if (!certificates) return (claims) => requestToken(context, undefined, claims);
  return async (claims) => {
    const certificate = await certificates.get();
    try {
      return await requestToken(context, certificate, claims);
    } catch (error) {
      if (!isGraphMailError(error) || error.aadsts !== unknownCertificate) throw error;
      // The file may have been replaced a moment ago.
      certificates.recheck();
      const current = await certificates.get();
      if (current.thumbprintSha256 === certificate.thumbprintSha256) throw error;
      return requestToken(context, current, claims);
    }
  };
}

async function requestToken(
  context: TokenRequestContext,
  certificate: SigningCertificate | undefined,
  claims: string | undefined,
): Promise<AccessToken> {
  const { cloud } = context;
  const { ConfidentialClientApplication } = await loadPackage(
    '@azure/msal-node',
    () => import('@azure/msal-node'),
    (msal) => typeof msal.ConfidentialClientApplication === 'function',
  );
  const network = new RecordingNetwork(context);
  try {
    const client = new ConfidentialClientApplication({
      // cp1: claims challenges are understood, so Graph may end access at once, and tokens may last for up to 24 hours.
      // (facts token-2, token-3)
      auth: { ...clientAuth(context, certificate, network), clientCapabilities: ['cp1'] },
      system: { networkClient: network },
    });
    const scopes = [`${cloud.graphHost}/.default`];
    const result = await client.acquireTokenByClientCredential({ scopes, ...(claims !== undefined && { claims }) });
    if (result?.accessToken) return { token: result.accessToken, lifetime: network.lifetime };
  } catch (cause) {
    throw network.explain(cause);
  }
  throw network.explain(undefined);
}

function clientAuth(
  { identity, cloud }: TokenRequestContext,
  certificate: SigningCertificate | undefined,
  network: RecordingNetwork,
): Configuration['auth'] {
  const { clientId, tenantId, credential } = identity;
  return {
    clientId,
    authority: `${cloud.authorityHost}/${tenantId}`,
    ...(!cloud.wellKnown && { knownAuthorities: [new URL(cloud.authorityHost).host] }),
    ...(certificate && {
      clientCertificate: {
        thumbprintSha256: certificate.thumbprintSha256,
        privateKey: certificate.privateKey,
        ...(credential.kind === 'certificate' && credential.sendChain && { x5c: certificate.chain }),
      },
    }),
    ...(credential.kind === 'secret' && { clientSecret: credential.secret }),
    ...(credential.kind === 'assertion' && {
      clientAssertion: async ({ tokenEndpoint = '' }) => {
        try {
          return await credential.sign({ clientId, tokenEndpoint });
        } catch (error) {
          throw network.fail(assertionError(error));
        }
      },
    }),
  };
}

function assertionError(cause: unknown): GraphMailError {
  return new GraphMailError(
    `No token: clientAssertion failed: ${withoutSecrets(cause instanceof Error ? cause.message : String(cause))}`,
    {
      code: 'EAUTH',
      command: 'TOKEN',
      hint: 'Check the function given as clientAssertion, and what it signs with.',
      cause,
    },
  );
}

/** An answer that was understood, so that what MSAL objects to is something else. */
function isObject({ status, body }: HttpAnswer): boolean {
  return status === 200 && body.trimStart().startsWith('{');
}

/** What a token request (RFC 6749 §2.3.1, RFC 7523 §2.2) proves the application's identity with. */
function secretsOf(form = ''): string[] {
  const fields = new URLSearchParams(form);
  return ['client_secret', 'client_assertion'].flatMap((name) => fields.getAll(name));
}

/**
 * MSAL's requests over the transport's own connections. MSAL drops the cause of every network failure, so the last one is
 * kept here.
 */
class RecordingNetwork implements INetworkModule {
  readonly #context: TokenRequestContext;
  #last: { answer: HttpAnswer } | { failure: NetworkFailure; host: string } | undefined;
  #failed: GraphMailError | undefined;

  constructor(context: TokenRequestContext) {
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
      const answer = withoutQuotesIn(
        await send({ method, url, headers, body, agent, timeout }),
        secretsOf(options.body),
      );
      this.#last = { answer };
      return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) as T };
    } catch (error) {
      if (error instanceof NetworkFailure) this.#last = { failure: error, host: new URL(url).host };
      throw error;
    }
  }

  /** Milliseconds that the token is good for, as Entra said: MSAL tells a date instead, by a clock that may be set. */
  get lifetime(): number {
    const { expires_in } = parseObject(this.#last && 'answer' in this.#last ? this.#last.answer.body : '');
    const seconds = Number(expires_in);
    return Number.isFinite(seconds) ? seconds * 1000 : usualLifetime;
  }

  /** Keeps a failure that did not come from the network. */
  fail(error: GraphMailError): GraphMailError {
    this.#failed = error;
    return error;
  }

  /** What the token request failed with, from the answer itself rather than from MSAL's error. */
  explain(cause: unknown): GraphMailError {
    if (this.#failed) return this.#failed;
    if (this.#last && 'failure' in this.#last) return tokenNetworkError(this.#last.failure, this.#last.host);
    if (this.#last && !(cause && isObject(this.#last.answer))) {
      const { answer } = this.#last;
      const { credential } = this.#context.identity;
      const retryAfter = parseRetryAfter(answer.headers['retry-after'], this.#context.clock.now());
      return tokenAnswerError(answer, retryAfter, credential.kind === 'secret' ? credential.secret : undefined);
    }
    return new GraphMailError(
      `No token: ${cause instanceof Error ? withoutSecrets(cause.message) : 'MSAL gave none'}`,
      {
        code: 'EAUTH',
        permanent: true,
        command: 'TOKEN',
        cause,
      },
    );
  }
}
