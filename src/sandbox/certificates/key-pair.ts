import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** For client certificates: Entra takes RSA only. Takes a tenth of a second and more, off the main thread. */
export function createRsaKey(bits: number): Promise<KeyPair> {
  return generate('rsa', { modulusLength: bits });
}

/** For the server: P-256 is ready at once and makes cheap handshakes. */
export function createEcKey(): Promise<KeyPair> {
  return generate('ec', { namedCurve: 'P-256' });
}
