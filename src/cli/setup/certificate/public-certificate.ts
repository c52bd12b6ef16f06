import { createHash, X509Certificate } from 'node:crypto';

/** The public half of a certificate, as administrators are told of it. */
export interface PublicCertificate {
  /** Certificate alone, PEM. */
  pem: string;
  subject: string;
  /** Upper-case hex: what the portal shows. */
  thumbprintSha1: string;
  /** Upper-case hex: what sign-in by PS256 names. */
  thumbprintSha256: string;
  /** Base64 of the SHA-1: how the app manifest has it. */
  keyIdentifier: string;
  /** Whether its own key signed it; else an authority did. */
  selfSigned: boolean;
  validFrom: Date;
  validTo: Date;
}

export function publicCertificate(pem: string): PublicCertificate {
  const certificate = new X509Certificate(pem);
  const sha1 = createHash('sha1').update(certificate.raw).digest();
  return {
    pem: certificate.toString(),
    subject: certificate.subject.split('\n').join(', '),
    thumbprintSha1: sha1.toString('hex').toUpperCase(),
    thumbprintSha256: createHash('sha256').update(certificate.raw).digest('hex').toUpperCase(),
    keyIdentifier: sha1.toString('base64'),
    selfSigned: certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
  };
}
