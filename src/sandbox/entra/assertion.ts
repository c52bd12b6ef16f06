import { constants, type KeyObject, verify, type X509Certificate } from 'node:crypto';
import type { Application, ThumbprintField } from '../model/application.js';
import {
  assertionMalformed,
  assertionOutsideTime,
  certificateNotYetValid,
  type EntraFailure,
  entraTimestamp,
  keyRefused,
  keyTooSmall,
} from './failures.js';

const CLOCK_SKEW = 300;

export interface AssertionExpectations {
  application: Application;
  /** Tells the token endpoint's own URLs from others. */
  isAudience: (url: string) => boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Checks a client assertion (RFC 7523; Entra documentation, "Certificate credentials") in Entra's order and returns what
 * is wrong with it. A repeated `jti`, a missing `x5c` and a long lifetime are accepted, as Entra accepts them.
 * (facts auth-1, auth-2, auth-3)
 */
export function checkAssertion(jwt: string, expected: AssertionExpectations): EntraFailure | undefined {
  const [head, payload, signature, ...more] = jwt.split('.');
  const header = readJson(head);
  const claims = readJson(payload);
  if (!header || !claims || !signature || more.length > 0) return assertionMalformed('It is not a signed JWT.');
  const field: ThumbprintField = header['x5t#S256'] === undefined ? 'x5t' : 'x5t#S256';
  const named = header[field];
  const thumbprint = typeof named === 'string' ? named : '';
  const certificate = expected.application.certificates[field].get(thumbprint);
  if (!certificate) {
    const sent = Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase();
    return keyRefused('The key was not found.', sent);
  }
  // Entra names the SHA-1 whatever the client sent: it is the thumbprint that its portal shows.
  const shown = certificate.fingerprint.replaceAll(':', '');
  const outside = outsideValidity(certificate, expected.now, shown);
  if (outside) return outside;
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < 2048) return keyTooSmall(bits);
  if (header.alg !== 'PS256' && header.alg !== 'RS256') {
    return assertionMalformed(`The algorithm '${inWords(header.alg)}' is not supported.`);
  }
  const signed = Buffer.from(`${head}.${payload}`, 'latin1');
  if (!isSignedBy(certificate.publicKey, header.alg, signed, Buffer.from(signature, 'base64url'))) {
    return keyRefused('The key was found, but use of the key to verify the signature failed.', shown);
  }
  return checkClaims(claims, expected);
}

function checkClaims(claims: Record<string, unknown>, expected: AssertionExpectations): EntraFailure | undefined {
  const { application, isAudience, now } = expected;
  const { aud, iss, sub, nbf = 0, exp } = claims;
  if (typeof aud !== 'string' || !isAudience(aud)) {
    return assertionMalformed(`The audience '${inWords(aud)}' is not this token endpoint.`);
  }
  for (const [name, value] of Object.entries({ iss, sub })) {
    if (typeof value !== 'string' || value.toLowerCase() !== application.clientId) {
      return assertionMalformed(`The claim '${name}' is not the client id.`);
    }
  }
  const from = readDate(nbf);
  const to = readDate(exp);
  if (from === undefined || to === undefined) return assertionMalformed("The claim 'exp' is missing.");
  const seconds = now / 1000;
  if (seconds < from - CLOCK_SKEW || seconds > to + CLOCK_SKEW) {
    return assertionOutsideTime(isoTime(now), isoTime(from * 1000), isoTime(to * 1000));
  }
  return undefined;
}

function outsideValidity(certificate: X509Certificate, now: number, thumbprint: string): EntraFailure | undefined {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (now > to) return keyRefused('The key used is expired.', thumbprint);
  if (now < from) return certificateNotYetValid(thumbprint, entraTimestamp(from), entraTimestamp(to));
  return undefined;
}

function isSignedBy(publicKey: KeyObject, alg: 'PS256' | 'RS256', data: Buffer, signature: Buffer): boolean {
  if (publicKey.asymmetricKeyType !== 'rsa') return false;
  const key =
    alg === 'PS256'
      ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  return verify('sha256', data, key, signature);
}

function readJson(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds since 1970 (RFC 7519, NumericDate). MSAL.NET sends them as text, so Entra takes that too. */
function readDate(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** Claims may hold anything, also objects that String() throws on. */
function inWords(value: unknown): string {
  return typeof value === 'string' ? value : `${JSON.stringify(value)}`;
}

/** Claims may hold any number, and Date throws on one it cannot hold. */
function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
