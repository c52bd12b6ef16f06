import { constants, createHash, randomUUID, sign, X509Certificate } from 'node:crypto';

export interface AssertionOptions {
  clientId: string;
  /** URL of the token endpoint. */
  audience: string;
  /** PEM: certificate and private key in one text. */
  certificate: string;
  /** Milliseconds since 1970. */
  now?: number;
  /** Instead of `PS256` with `x5t#S256`: the older `RS256` with `x5t`. */
  sha1?: boolean;
  /** Header fields instead of or beside the usual ones, and claims likewise. */
  header?: object;
  claims?: object;
}

/** A client assertion (RFC 7523; Entra documentation, "Certificate credentials"), made with node:crypto alone. */
export function clientAssertion(options: AssertionOptions): string {
  const { clientId, audience, certificate, now = Date.now(), sha1 = false } = options;
  const { raw } = new X509Certificate(certificate);
  const digest = createHash(sha1 ? 'sha1' : 'sha256')
    .update(raw)
    .digest('base64url');
  const header = { alg: sha1 ? 'RS256' : 'PS256', typ: 'JWT', [sha1 ? 'x5t' : 'x5t#S256']: digest, ...options.header };
  const seconds = Math.floor(now / 1000);
  const times = { nbf: seconds, iat: seconds, exp: seconds + 600 };
  const claims = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID(), ...times, ...options.claims };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const padding = sha1
    ? { padding: constants.RSA_PKCS1_PADDING }
    : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const key = certificate.slice(certificate.search(/-----BEGIN (?:RSA |ENCRYPTED )?PRIVATE KEY/));
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}
