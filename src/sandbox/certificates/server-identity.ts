import { createRsaKey } from './rsa-key.js';
import { signCertificate } from './sign-certificate.js';

const DAY = 86_400_000;

export interface ServerIdentity {
  /** The certificate authority's certificate, PEM: what a client must trust. */
  ca: string;
  certificate: string;
  privateKey: string;
}

/**
 * A certificate authority that lives as long as the process, and a certificate of it for localhost and 127.0.0.1. The
 * authority's key is dropped at once, so nothing else can ever be signed with it.
 */
export async function createServerIdentity(now: () => number = Date.now): Promise<ServerIdentity> {
  const [authorityKey, serverKey] = await Promise.all([createRsaKey(), createRsaKey()]);
  const notBefore = new Date(now() - DAY);
  const ca = signCertificate({
    commonName: 'Graph mail sandbox CA',
    key: authorityKey,
    notBefore,
    days: 366,
    extensions: [
      { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ],
  });
  const certificate = signCertificate({
    commonName: 'localhost',
    key: serverKey,
    notBefore,
    days: 366,
    issuer: { certificate: ca, privateKey: authorityKey.privateKey },
    extensions: [
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca, certificate, privateKey: serverKey.privateKey };
}
