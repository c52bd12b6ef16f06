import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import type { RsaKey } from './rsa-key.js';

const DAY = 86_400_000;

export interface CertificateRequest {
  commonName: string;
  key: RsaKey;
  notBefore: Date;
  days: number;
  /** X.509 extensions in node-forge's form. */
  extensions: object[];
  /** Who signs; self-signed without it. */
  issuer?: { certificate: string; privateKey: string };
}

/** An X.509 v3 certificate, signed with SHA-256, as PEM. */
export function signCertificate(request: CertificateRequest): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(request.key.publicKey);
  certificate.serialNumber = positiveSerial();
  certificate.validity.notBefore = request.notBefore;
  certificate.validity.notAfter = new Date(request.notBefore.getTime() + request.days * DAY);
  const subject = [{ name: 'commonName', value: request.commonName, valueTagClass: forge.asn1.Type.UTF8 }];
  const issuer = request.issuer && forge.pki.certificateFromPem(request.issuer.certificate);
  certificate.setSubject(subject as unknown as forge.pki.CertificateField[]);
  certificate.setIssuer(issuer ? issuer.subject.attributes : (subject as unknown as forge.pki.CertificateField[]));
  certificate.setExtensions([
    ...request.extensions,
    { name: 'subjectKeyIdentifier' },
    // RFC 5280 §4.2.1.1; `openssl verify -x509_strict` and strict TLS clients refuse a chain without it.
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: (issuer ?? certificate).generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  certificate.sign(
    forge.pki.privateKeyFromPem(request.issuer?.privateKey ?? request.key.privateKey),
    forge.md.sha256.create(),
  );
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; a leading 0x01–0x7f keeps the sign bit clear. */
function positiveSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7e) | 0x01;
  return bytes.toString('hex');
}
