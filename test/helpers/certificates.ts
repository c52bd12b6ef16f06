import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

/** A certificate and its private key, both PEM. */
export interface TestCertificate {
  certificate: string;
  privateKey: string;
  /** Both in one text, as the transport takes them. */
  pem: string;
}

export interface CertificateWishes {
  subject?: string;
  /** IP addresses and host names that a TLS client accepts it for. */
  hosts?: string[];
  issuer?: TestCertificate;
  ca?: boolean;
  notBefore?: Date;
  notAfter?: Date;
  bits?: number;
}

const day = 86_400_000;

/** Makes a certificate: self-signed, or signed by `issuer`. Keys come from node:crypto, which is far faster at it. */
export function makeCertificate(wishes: CertificateWishes = {}): TestCertificate {
  const { subject = 'graph-mailer', hosts = [], issuer, ca = false, bits = 2048 } = wishes;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = wishes.notBefore ?? new Date(Date.now() - day);
  certificate.validity.notAfter = wishes.notAfter ?? new Date(Date.now() + 365 * day);
  const name = [{ name: 'commonName', value: subject }];
  certificate.setSubject(name);
  certificate.setIssuer(issuer ? forge.pki.certificateFromPem(issuer.certificate).subject.attributes : name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: ca, critical: true },
    ...(hosts.length === 0
      ? []
      : [
          {
            name: 'subjectAltName',
            altNames: hosts.map((host) => (/^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host })),
          },
        ]),
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.privateKey ?? privateKey), forge.md.sha256.create());
  const text = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  return { certificate: text, privateKey, pem: `${text}${privateKey}` };
}
