import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Application } from '../model/application.js';

export interface AccessTokenClaims {
  aud: string;
  appid: string;
  exp: number;
  iat: number;
  oid: string;
  /** Absent when no permission is consented to: Entra issues such a token all the same. (fact token-5) */
  roles?: readonly string[];
  tid: string;
  /** The id of this token. */
  uti: string;
  /** What the client said it can do, as `cp1`: answer a claims challenge. */
  xms_cc?: readonly string[];
  /** Counts the tokens of this sandbox, so that those issued before a revocation are told from those after it. */
  serial: number;
  /** When it ends by the clock that is never set: `exp` is for readers of the token. */
  ends: number;
}

/** What was revoked: the tokens up to a serial number, and when. */
interface Revocation {
  serial: number;
  /** Milliseconds since 1970. */
  at: number;
}

export interface AccessTokenOptions {
  tenantId: string;
  /** Seconds. */
  lifetime: number;
  now: () => number;
  elapsed: () => number;
  /** What Graph takes for itself. */
  isGraph: (audience: string) => boolean;
}

const EVERY_APPLICATION = '*';
const HEADER = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString('base64url');

/** The sandbox's access tokens: what Entra issues and Graph checks. Opaque to clients. */
export class AccessTokens {
  readonly #options: AccessTokenOptions;
  readonly #key = randomBytes(32);
  readonly #revoked = new Map<string, Revocation>();
  #serial = 0;
  // A client shows one token with thousands of requests; its signature is right or wrong once.
  readonly #genuine = new Map<string, AccessTokenClaims>();

  constructor(options: AccessTokenOptions) {
    this.#options = options;
  }

  /** `capabilities` are those that the client declares. */
  issue(application: Application, audience: string, capabilities: readonly string[] = []): string {
    const { tenantId, lifetime, now, elapsed } = this.#options;
    const iat = Math.floor(now() / 1000);
    const roles = application.roles.at(elapsed());
    this.#serial += 1;
    const claims: AccessTokenClaims & Record<string, unknown> = {
      aud: audience,
      iss: `https://sts.windows.net/${tenantId}/`,
      iat,
      nbf: iat,
      exp: iat + lifetime,
      appid: application.clientId,
      idtyp: 'app',
      oid: application.objectId,
      ...(roles.length > 0 && { roles }),
      serial: this.#serial,
      ends: elapsed() + lifetime * 1000,
      tid: tenantId,
      uti: randomUUID(),
      ver: '1.0',
      ...(capabilities.length > 0 && { xms_cc: capabilities }),
    };
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${this.#sign(signed).toString('base64url')}`;
  }

  /** The claims, or the sentence that Graph refuses the token with. */
  check(authorization: string | undefined): AccessTokenClaims | string {
    const { tenantId, elapsed, isGraph } = this.#options;
    const claims = this.#genuine.get(authorization ?? '') ?? this.#read(authorization);
    if (typeof claims === 'string') return claims;
    if (claims.ends <= elapsed()) return 'Access token has expired or is not yet valid.';
    if (!isGraph(claims.aud)) return 'Access token validation failure. Invalid audience.';
    if (claims.tid !== tenantId) return 'Access token validation failure. Invalid tenant.';
    return claims;
  }

  /** Revokes every token issued so far, or those of one application. */
  revoke(clientId = EVERY_APPLICATION): void {
    this.#revoked.set(clientId.toLowerCase(), { serial: this.#serial, at: this.#options.now() });
  }

  /** When a token was revoked, in milliseconds since 1970; undefined when it was not. */
  revokedAt({ appid, serial }: AccessTokenClaims): number | undefined {
    for (const key of [EVERY_APPLICATION, appid]) {
      const revocation = this.#revoked.get(key);
      if (revocation && serial <= revocation.serial) return revocation.at;
    }
    return undefined;
  }

  #read(authorization = ''): AccessTokenClaims | string {
    const [scheme, token, ...more] = authorization.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token || more.length > 0) return 'Access token is empty.';
    const [head, payload, signature, ...rest] = token.split('.');
    if (!head || !payload || !signature || rest.length > 0) {
      return 'CompactToken parsing failed with error code: 80049217';
    }
    const given = Buffer.from(signature, 'base64url');
    const right = this.#sign(`${head}.${payload}`);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      return 'Access token validation failure. Invalid signature.';
    }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as AccessTokenClaims;
    if (this.#genuine.size >= 1000) this.#genuine.clear();
    this.#genuine.set(authorization, claims);
    return claims;
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

// So many are remembered; the oldest are forgotten.
const KEPT = 10_000;

/** The access tokens, by id, that a claims challenge has refused and that are refused whenever they are shown again. */
export class ChallengedTokens {
  readonly #ids = new Set<string>();

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size > KEPT) this.#ids.delete(oldest);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
