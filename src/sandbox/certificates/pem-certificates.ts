import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Every certificate in a PEM text (keys beside them are passed over). Throws when there is none, or one cannot be read. */
export function readPemCertificates(pem: string, what: string): X509Certificate[] {
  const blocks = pem.match(BLOCK);
  if (!blocks) throw new Error(`${what}: expected PEM text with "-----BEGIN CERTIFICATE-----", found none.`);
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new Error(`${what}: the certificate in this PEM cannot be read.`, { cause });
    }
  });
}
