import { createPrivateKey, type KeyObject } from 'node:crypto';
import { quotedPasswordHint } from '../../common/environment.js';
import { configError, GraphMailError } from '../../common/errors.js';
import { loadPackage } from '../../common/load-package.js';
import { Asn1Value, type Forge } from './asn1.js';
import {
  DecryptionFailed,
  PasswordBasedEncryption,
  type PfxPassword,
  TooManyIterations,
  UnsupportedAlgorithm,
} from './pbe.js';
import { type KeyMaterial, readCertificate } from './signing-certificate.js';

const ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
};

const convert = 'Convert it: openssl pkcs12 -legacy -in file.pfx -nodes -out file.pem.';
const exportAgain =
  'Export it again, with the private key and with the whole chain; openssl pkcs12 -info -in file.pfx tells what is in it.';

/**
 * Reads the certificates and keys of a PFX (PKCS #12, RFC 7292).
 * @throws GraphMailError `ECONFIG`
 */
export async function readPfx(bytes: Buffer, password: string | undefined, from: string): Promise<KeyMaterial> {
  const { default: forge } = await loadPackage(
    'node-forge',
    () => import('node-forge'),
    (loaded) => typeof loaded.default?.asn1 === 'object',
  );
  try {
    return toKeyMaterial(await openPfx(forge, bytes, password, from), from);
  } catch (error) {
    if (error instanceof GraphMailError) throw error;
    if (error instanceof UnsupportedAlgorithm) {
      throw configError(`${from} is a PFX that is encrypted with ${error.message}, which is not supported.`, convert);
    }
    if (error instanceof TooManyIterations) {
      throw configError(
        `${from} is a PFX that makes too much work of its password (${error.message} iterations).`,
        'Export it again with fewer, for instance with openssl pkcs12 -export -iter 100000.',
      );
    }
    // Not the error itself: node-forge's carry pieces of what was read.
    throw configError(`${from} is a PFX that is damaged or cut off.`, exportAgain);
  }
}

async function openPfx(forge: Forge, bytes: Buffer, password: string | undefined, from: string): Promise<PfxContent> {
  const pfx = Asn1Value.parse(forge, bytes);
  const contentType = pfx.at(1).at(0).objectId;
  if (contentType !== ids.data) throw new UnsupportedAlgorithm(`a public key (content type ${contentType})`);
  const authenticated = pfx.at(1).at(1).at(0).octets;
  const macData = pfx.members[2];
  const encryption = new PasswordBasedEncryption(forge);
  const candidates = passwordForms(password);
  let damaged = false;

  for (const candidate of candidates) {
    const fits = macData && (await encryption.macFits(macData, authenticated, candidate));
    if (fits === false) continue;
    const content = new PfxContent(forge, encryption, candidate);
    try {
      await content.read(authenticated);
      return content;
    } catch (error) {
      if (!(error instanceof DecryptionFailed)) throw error;
      damaged ||= fits === true || content.decrypted > 0;
    }
  }
  // A password that decrypts is the right one, whatever the integrity check says.
  for (const candidate of macData && !damaged ? candidates : []) {
    const content = new PfxContent(forge, encryption, candidate);
    await content.read(authenticated).catch((error) => {
      if (error instanceof TooManyIterations || error instanceof UnsupportedAlgorithm) throw error;
    });
    damaged ||= content.decrypted > 0;
  }
  if (damaged) throw new Error('damaged');
  throw wrongPassword(password, from);
}

function wrongPassword(password: string | undefined, from: string): GraphMailError {
  if (password === undefined) {
    return configError(
      `${from} is a PFX with a password, and none is given.`,
      "Give the option 'certificatePassword' (in the environment: AZURE_CLIENT_CERTIFICATE_PASSWORD).",
    );
  }
  return configError(
    `${from} is a PFX that the ${password === '' ? 'empty password' : 'password given'} does not open.`,
    quotedPasswordHint(password, 'The password', 'AZURE_CLIENT_CERTIFICATE_PASSWORD') ??
      "Check the option 'certificatePassword' (in the environment: AZURE_CLIENT_CERTIFICATE_PASSWORD). A PFX from Azure Key Vault has no password: leave the option out.",
  );
}

/** What the bags of a PFX hold. */
class PfxContent {
  readonly #forge: Forge;
  readonly #encryption: PasswordBasedEncryption;
  readonly #password: PfxPassword;
  /** PKCS#8. */
  readonly keys: Buffer[] = [];
  readonly certificates: Buffer[] = [];
  /** Parts that the password decrypted. */
  decrypted = 0;

  constructor(forge: Forge, encryption: PasswordBasedEncryption, password: PfxPassword) {
    this.#forge = forge;
    this.#encryption = encryption;
    this.#password = password;
  }

  /** Reads the AuthenticatedSafe. Rejects with DecryptionFailed for another password. */
  async read(authenticated: Buffer): Promise<void> {
    for (const contentInfo of Asn1Value.parse(this.#forge, authenticated).members) {
      const type = contentInfo.at(0).objectId;
      const content = contentInfo.at(1).at(0);
      if (type === ids.data) {
        await this.#readBags(Asn1Value.parse(this.#forge, content.octets));
      } else if (type === ids.encryptedData) {
        const encrypted = content.at(1);
        const plain = await this.#decrypt(encrypted.at(1), encrypted.at(2).octets);
        await this.#readBags(Asn1Value.parse(this.#forge, plain));
      } else {
        throw new UnsupportedAlgorithm(`a public key (content type ${type})`);
      }
    }
  }

  async #readBags(bags: Asn1Value): Promise<void> {
    for (const bag of bags.members) {
      const type = bag.at(0).objectId;
      const value = bag.at(1).at(0);
      if (type === ids.keyBag) this.keys.push(value.der);
      else if (type === ids.shroudedKeyBag) this.keys.push(await this.#decrypt(value.at(0), value.at(1).octets));
      else if (type === ids.safeContentsBag) await this.#readBags(value);
      else if (type === ids.certificateBag && value.at(0).objectId === ids.x509) {
        this.certificates.push(value.at(1).at(0).octets);
      }
    }
  }

  async #decrypt(algorithm: Asn1Value, data: Buffer): Promise<Buffer> {
    const plain = await this.#encryption.decrypt(algorithm, data, this.#password);
    this.decrypted++;
    return plain;
  }
}

function toKeyMaterial({ keys, certificates }: PfxContent, from: string): KeyMaterial {
  if (keys.length === 0 && certificates.length === 0) {
    throw configError(`${from} is a PFX with neither certificate nor private key in it.`, exportAgain);
  }
  if (keys.length === 0) {
    throw configError(
      `${from} is a PFX with a certificate but no private key in it.`,
      'Export it again with its private key; Windows asks for that in the export wizard, and only if the key was made exportable.',
    );
  }
  if (certificates.length === 0) {
    throw configError(
      `${from} is a PFX with a private key but no certificate in it.`,
      'Export it again together with its certificate: openssl pkcs12 -export -inkey file.key -in file.crt -out file.pfx.',
    );
  }
  return {
    keys: keys.map((key) => readKey(key, from)),
    certificates: certificates.map((certificate) => readCertificate(certificate, from)),
  };
}

function readKey(key: Buffer, from: string): KeyObject {
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    throw configError(`${from} is a PFX with a private key that cannot be read.`, convert);
  }
}

/**
 * The forms that a password may have taken in a PFX. No password is written as an empty one, or as none at all. Programs
 * differ on what is not ASCII: most write UTF-16 for PKCS #12's own derivation and UTF-8 for PBKDF2; old OpenSSL widened
 * the bytes of the UTF-8 form, and on Windows takes Latin-1.
 */
function passwordForms(password: string | undefined): PfxPassword[] {
  if (!password) {
    return [
      { unicode: Buffer.alloc(2), bytes: Buffer.alloc(0) },
      { unicode: Buffer.alloc(0), bytes: Buffer.alloc(0) },
    ];
  }
  const unicode = bigEndian(password);
  const utf8 = Buffer.from(password);
  const latin1 = Buffer.from(password, 'latin1');
  if (utf8.length === password.length) return [{ unicode, bytes: utf8 }];
  return [
    { unicode, bytes: utf8 },
    { unicode, bytes: latin1 },
    { unicode: bigEndian(utf8.toString('latin1')), bytes: utf8 },
  ];
}

function bigEndian(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}
