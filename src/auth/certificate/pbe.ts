import { createDecipheriv, createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { turns } from '../../common/event-loop.js';
import type { Asn1Value, Forge } from './asn1.js';

/** A password as bytes, in both ways that a PFX turns it into them. */
export interface PfxPassword {
  /** For PKCS #12's own key derivation (RFC 7292 appendix B): UTF-16, big-endian. */
  unicode: Buffer;
  /** For PBKDF2. */
  bytes: Buffer;
}

/** What came out is not what was encrypted: the password is another, or the data is damaged. */
export class DecryptionFailed extends Error {}

/** The message names the algorithm. */
export class UnsupportedAlgorithm extends Error {}

export class TooManyIterations extends Error {}

/**
 * The most iterations of a password derivation that a file may ask for. OWASP's largest recommendation is 1.4 million;
 * beyond this a file would hold up the program for long.
 */
export const mostIterations = 2_000_000;

const hashes: Record<string, string> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The pseudo-random functions of PBKDF2 (RFC 8018 appendix B.1.2). */
const hmacs: Record<string, string> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

interface Cipher {
  name: string;
  keyLength: number;
  ivLength: number;
}

/** The ciphers of PBES2. */
const modernCiphers: Record<string, Cipher> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 },
};

/** The ciphers of PKCS #12 itself (RFC 7292 appendix C). RC4 is left out: nothing of ours decrypts it. */
const oldCiphers: Record<string, Cipher> = {
  '1.2.840.113549.1.12.1.3': { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 },
  '1.2.840.113549.1.12.1.4': { name: 'des-ede-cbc', keyLength: 16, ivLength: 8 },
  '1.2.840.113549.1.12.1.5': { name: 'rc2-128', keyLength: 16, ivLength: 8 },
  '1.2.840.113549.1.12.1.6': { name: 'rc2-40', keyLength: 5, ivLength: 8 },
};

/** Algorithms that administrators know by name, where they are not supported. */
const names: Record<string, string> = {
  '1.2.840.113549.1.12.1.1': 'RC4',
  '1.2.840.113549.1.12.1.2': 'RC4',
  '1.2.840.113549.1.5.3': 'DES with MD5',
  '1.2.840.113549.1.5.6': 'RC2 with MD5',
  '1.3.6.1.4.1.11591.4.11': 'scrypt',
};

/**
 * Password-based decryption and integrity check of one PFX. The derivations are node:crypto's and let the event loop run:
 * node-forge would block it for seconds at 100,000 iterations, and mistakes passwords that are not ASCII. Only RC2 is
 * node-forge's, as OpenSSL 3 has put it aside.
 */
export class PasswordBasedEncryption {
  readonly #forge: Forge;
  /** Iterations left for the whole file, however many parts of it ask for them. */
  #iterationsLeft = 5 * mostIterations;

  constructor(library: Forge) {
    this.#forge = library;
  }

  /** Decrypts what an AlgorithmIdentifier describes. Rejects with one of the errors above. */
  async decrypt(algorithm: Asn1Value, data: Buffer, password: PfxPassword): Promise<Buffer> {
    const objectId = algorithm.at(0).objectId;
    const cipher = oldCiphers[objectId];
    if (objectId === '1.2.840.113549.1.5.13') return this.#decryptPbes2(algorithm.at(1), data, password);
    if (!cipher) throw unsupported(objectId);
    const salt = algorithm.at(1).at(0).octets;
    const iterations = algorithm.at(1).at(1).integer;
    const derive = (id: number, length: number) =>
      this.#pkcs12Key('sha1', password.unicode, salt, id, iterations, length);
    return this.#decipher(cipher, await derive(1, cipher.keyLength), await derive(2, cipher.ivLength), data);
  }

  /** Whether the MAC over `data` fits; `undefined` for a kind of MAC that is not known here. */
  async macFits(macData: Asn1Value, data: Buffer, password: PfxPassword): Promise<boolean | undefined> {
    const [digestInfo, salt, count] = macData.members;
    const hash = hashes[digestInfo?.at(0).at(0).objectId ?? ''];
    if (!digestInfo || !salt || !hash) return undefined;
    const length = createHash(hash).digest().length;
    const iterations = count?.integer ?? 1;
    const key = await this.#pkcs12Key(hash, password.unicode, salt.octets, 3, iterations, length);
    return createHmac(hash, key).update(data).digest().equals(digestInfo.at(1).octets);
  }

  async #decryptPbes2(parameters: Asn1Value, data: Buffer, password: PfxPassword): Promise<Buffer> {
    const derivation = parameters.at(0);
    const scheme = parameters.at(1);
    if (derivation.at(0).objectId !== '1.2.840.113549.1.5.12') throw unsupported(derivation.at(0).objectId);
    const cipher = modernCiphers[scheme.at(0).objectId];
    if (!cipher) throw unsupported(scheme.at(0).objectId);
    const [salt, count, ...optional] = derivation.at(1).members;
    if (!salt || !count) throw new Error('PBKDF2 without its parameters');
    const hmac = optional.find(({ isSequence }) => isSequence)?.at(0).objectId;
    const hash = hmac === undefined ? 'sha1' : hmacs[hmac];
    if (!hash) throw unsupported(hmac as string);
    this.#spend(count.integer);
    const key = await promisify(pbkdf2)(password.bytes, salt.octets, count.integer, cipher.keyLength, hash);
    return this.#decipher(cipher, key, scheme.at(1).octets, data);
  }

  #decipher(cipher: Cipher, key: Buffer, iv: Buffer, data: Buffer): Buffer {
    const plain = cipher.name.startsWith('rc2')
      ? this.#decipherRc2(key, iv, data)
      : decipher(cipher.name, key, iv, data);
    if (!plain || !isOneElement(plain)) throw new DecryptionFailed('not decrypted');
    return plain;
  }

  #decipherRc2(key: Buffer, iv: Buffer, data: Buffer): Buffer | undefined {
    const { rc2, util } = this.#forge;
    const decipher = rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8);
    decipher.start(iv.toString('latin1'));
    decipher.update(util.createBuffer(data.toString('latin1')));
    return decipher.finish() ? Buffer.from(decipher.output.getBytes(), 'latin1') : undefined;
  }

  /** RFC 7292 appendix B.2. */
  async #pkcs12Key(hash: string, password: Buffer, salt: Buffer, id: number, iterations: number, length: number) {
    const blockLength = hash === 'sha384' || hash === 'sha512' ? 128 : 64;
    const diversifier = Buffer.alloc(blockLength, id);
    const input = Buffer.concat([fillBlocks(salt, blockLength), fillBlocks(password, blockLength)]);
    const derived: Buffer[] = [];
    for (let bytes = 0; bytes < length; ) {
      this.#spend(iterations);
      let block = createHash(hash).update(diversifier).update(input).digest();
      for (let round = 1; round < iterations; round++) {
        block = createHash(hash).update(block).digest();
        if (round % 8_192 === 0) await turns(1);
      }
      derived.push(block);
      bytes += block.length;
      addToBlocks(input, fillTo(block, blockLength));
    }
    return Buffer.concat(derived).subarray(0, length);
  }

  #spend(iterations: number): void {
    if (!(iterations >= 1)) throw new Error('no iterations');
    this.#iterationsLeft -= iterations;
    if (iterations > mostIterations || this.#iterationsLeft < 0) throw new TooManyIterations(String(iterations));
  }
}

function decipher(name: string, key: Buffer, iv: Buffer, data: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv(name, key, iv);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ERR_CRYPTO_UNKNOWN_CIPHER' || code === 'ERR_OSSL_EVP_UNSUPPORTED') throw unsupported(name);
    return undefined;
  }
}

function unsupported(algorithm: string): UnsupportedAlgorithm {
  const name = names[algorithm];
  return new UnsupportedAlgorithm(name ? `${name} (${algorithm})` : `the algorithm ${algorithm}`);
}

/** Whether this is exactly one SEQUENCE, as everything is that a PFX encrypts; the padding alone fits by chance too often. */
function isOneElement(bytes: Buffer): boolean {
  const first = bytes[1] ?? 0;
  if (bytes[0] !== 0x30) return false;
  if (first < 0x80) return bytes.length === 2 + first;
  if (first === 0x80) return bytes.subarray(-2).equals(Buffer.alloc(2));
  const more = first & 0x7f;
  return more <= 4 && bytes.length > 2 + more && bytes.length === 2 + more + bytes.readUIntBE(2, more);
}

function fillBlocks(bytes: Buffer, blockLength: number): Buffer {
  return fillTo(bytes, blockLength * Math.ceil(bytes.length / blockLength));
}

function fillTo(bytes: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Adds `block` and one to each block of `input`, as numbers, in place. */
function addToBlocks(input: Buffer, block: Buffer): void {
  for (let end = input.length; end > 0; end -= block.length) {
    let carry = 1;
    for (let i = 1; i <= block.length; i++) {
      carry += (input[end - i] as number) + (block[block.length - i] as number);
      input[end - i] = carry & 0xff;
      carry >>= 8;
    }
  }
}
