import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export interface RsaKey {
  /** SPKI, PEM. */
  publicKey: string;
  /** PKCS#8, PEM. */
  privateKey: string;
}

/** An RSA key of node:crypto, made off the main thread: node-forge's own generator takes seconds. */
export async function createRsaKey(bits = 2048): Promise<RsaKey> {
  return generate('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
