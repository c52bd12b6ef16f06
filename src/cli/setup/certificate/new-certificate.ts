import { createCertificate } from '../../../sandbox/index.js';
import { type PublicCertificate, publicCertificate } from './public-certificate.js';

export interface KeyAndCertificate {
  /** Private key and certificate, PEM: what the program reads. */
  pem: string;
  certificate: PublicCertificate;
}

const hour = 3_600_000;

/**
 * A new key with a self-signed certificate for signing in. It is valid from an hour ago, for clocks that are behind, and
 * for `days` from then on, since a tenant may cap the whole lifetime.
 */
export async function newCertificate(commonName: string, days: number, now: number): Promise<KeyAndCertificate> {
  const notBefore = new Date(now - hour);
  const { privateKey, certificate } = await createCertificate({ commonName, days, notBefore, bits: 3072 });
  return { pem: privateKey + certificate, certificate: publicCertificate(certificate) };
}
