import { createEcKey } from './key-pair.js';
import { anyDate, signCertificate, type Validity } from './sign-certificate.js';

const AUTHORITY = 'Graph mail sandbox CA';

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
export async function createServerIdentity(validity: Validity = anyDate): Promise<ServerIdentity> {
  const [authority, server] = await Promise.all([createEcKey(), createEcKey()]);
  const issuer = { commonName: AUTHORITY, keys: authority };
  const ca = signCertificate({
    ...validity,
    commonName: AUTHORITY,
    publicKey: authority.publicKey,
    issuer,
    extensions: [
      { type: 'basicConstraints', authority: true },
      { type: 'keyUsage', use: 'sign certificates' },
    ],
  });
  const certificate = signCertificate({
    ...validity,
    commonName: 'localhost',
    publicKey: server.publicKey,
    issuer,
    extensions: [
      { type: 'basicConstraints', authority: false },
      { type: 'keyUsage', use: 'sign' },
      { type: 'extendedKeyUsage', use: 'server' },
      { type: 'subjectAltName', dns: 'localhost', ip: [127, 0, 0, 1] },
    ],
  });
  return { ca, certificate, privateKey: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
