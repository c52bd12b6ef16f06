import { X509Certificate } from 'node:crypto';
import { createRsaKey, signCertificate } from './sign-certificate.js';

export interface CreateCertificateOptions {
  /** Subject and issuer name. Default `'graph-mailer'`. */
  commonName?: string;
  /** How long it is valid, in days from `notBefore`. Default `365`. */
  days?: number;
  /** First moment of validity. Default: five minutes before `now()`. */
  notBefore?: Date;
  /** Size of the RSA key. Default `2048`, which is also Entra's minimum. */
  bits?: number;
  /** Milliseconds since 1970, as `Date.now`, which is the default. */
  now?: () => number;
}

export interface CreatedCertificate {
  /** The certificate, PEM. */
  certificate: string;
  /** The private key, PKCS#8 PEM, not encrypted. */
  privateKey: string;
  /** SHA-1 of the DER, upper-case hex: what the Entra portal shows. */
  thumbprintSha1: string;
  /** SHA-256 of the DER, upper-case hex: what MSAL calls `thumbprintSha256`. */
  thumbprintSha256: string;
}

/**
 * A self-signed client certificate with its key, for tries and tests. An expired or not yet valid one is made with
 * `notBefore` and `days`.
 */
export async function createCertificate(options: CreateCertificateOptions = {}): Promise<CreatedCertificate> {
  const { commonName = 'graph-mailer', days = 365, bits = 2048, now = Date.now } = options;
  const keys = await createRsaKey(bits);
  const certificate = signCertificate({
    commonName,
    publicKey: keys.publicKey,
    notBefore: options.notBefore ?? new Date(now() - 300_000),
    days,
    extensions: [
      { type: 'basicConstraints', authority: false },
      { type: 'keyUsage', use: 'sign' },
      { type: 'extendedKeyUsage', use: 'client' },
    ],
    issuer: { commonName, keys },
  });
  const x509 = new X509Certificate(certificate);
  return {
    certificate,
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha1: x509.fingerprint.replaceAll(':', ''),
    thumbprintSha256: x509.fingerprint256.replaceAll(':', ''),
  };
}
