import { createHash, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { configError } from '../../common/errors.js';

/** A certificate with its private key, ready to sign client assertions. */
export interface SigningCertificate {
  /** The private key as PKCS#8 PEM. */
  privateKey: string;
  /** SHA-1 of the certificate in hex, as the portal shows it. */
  thumbprintSha1: string;
  /** SHA-256 of the certificate in hex. */
  thumbprintSha256: string;
  /** The certificate and those that issued it, as PEM, for `x5c`. */
  chain: string;
  subject: string;
  validFrom: Date;
  validTo: Date;
}

/** What files hold: any number of certificates, and the keys, one of which belongs to one of them. */
export interface KeyMaterial {
  keys: KeyObject[];
  certificates: X509Certificate[];
}

/**
 * The certificate that the key belongs to, with its issuers. Validity dates are not checked here: see
 * `checkValidity` in certificate-source.ts. (fact auth-4)
 * @throws GraphMailError `ECONFIG`
 */
export function signingCertificate({ keys, certificates }: KeyMaterial, from: string): SigningCertificate {
  const rsaKeys = keys.filter((key) => key.asymmetricKeyType === 'rsa');
  if (rsaKeys.length === 0) {
    throw configError(
      `${from}: the private key is ${keys[0]?.asymmetricKeyType}; Entra takes RSA keys only.`,
      'Make a certificate with an RSA key of 2048 bits or more.',
    );
  }
  const pairs = rsaKeys
    .flatMap((key) => certificates.map((certificate) => ({ key, certificate })))
    .filter(({ key, certificate }) => belongsTo(key, certificate));
  // A renewed certificate often keeps its key and stands beside the old one.
  const pair = pairs.sort((a, b) => validTo(b.certificate) - validTo(a.certificate))[0];
  if (!pair) {
    throw configError(
      `${from}: the private key does not belong to the certificate (${oneLine(certificates[0]?.subject)}).`,
      'Put the key that the certificate was made with beside it.',
    );
  }
  const { key, certificate: own } = pair;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) {
    throw configError(
      `${from}: the RSA key has ${bits} bits; 2048 is the least.`,
      'Make a certificate with an RSA key of 2048 bits or more.',
    );
  }
  if (!canSign(key, own)) {
    throw configError(
      `${from}: the private key is damaged: what it signs, the certificate does not verify.`,
      'Copy the key again from where it was made.',
    );
  }
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha1: thumbprint('sha1', own),
    thumbprintSha256: thumbprint('sha256', own),
    chain: chainOf(own, certificates).map(String).join(''),
    subject: oneLine(own.subject),
    validFrom: new Date(own.validFrom),
    validTo: new Date(own.validTo),
  };
}

/**
 * @throws GraphMailError `ECONFIG` for bytes that are no certificate
 */
export function readCertificate(content: string | Buffer, from: string): X509Certificate {
  try {
    const certificate = new X509Certificate(content);
    // A damaged one may be read, and fail only when it is asked.
    const dates = [certificate.validFrom, certificate.validTo];
    if (certificate.subject !== null && dates.every((date) => !Number.isNaN(Date.parse(date)))) return certificate;
  } catch {
    // Reported below; OpenSSL's own message says nothing more.
  }
  throw configError(
    `${from} holds a certificate that cannot be read: it is damaged or cut off.`,
    'Export the certificate again.',
  );
}

function validTo(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function belongsTo(key: KeyObject, certificate: X509Certificate): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** Only the public halves are compared when a key is matched with a certificate; this finds a key whose other half is broken. */
function canSign(key: KeyObject, certificate: X509Certificate): boolean {
  const probe = Buffer.from('nodemailer-graph-transport');
  try {
    return verify('sha256', probe, certificate.publicKey, sign('sha256', probe, key));
  } catch {
    return false;
  }
}

/** The certificate, then each one's issuer, as `x5c` wants them (RFC 7515 §4.1.6), out of files that keep them in any order. */
function chainOf(own: X509Certificate, certificates: X509Certificate[]): X509Certificate[] {
  const chain = [own];
  for (let last: X509Certificate | undefined = own; last; ) {
    const child: X509Certificate = last;
    last = certificates.find(
      (candidate) => !chain.some(({ raw }) => raw.equals(candidate.raw)) && isIssuedBy(child, candidate),
    );
    if (last) chain.push(last);
  }
  return chain;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function thumbprint(hash: 'sha1' | 'sha256', { raw }: X509Certificate): string {
  return createHash(hash).update(raw).digest('hex').toUpperCase();
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
