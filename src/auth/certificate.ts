import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { configError, GraphMailError } from '../errors.js';
import type { Credential } from '../options.js';

/** A certificate with its private key, ready to sign client assertions. */
export interface SigningCertificate {
  /** The private key as PKCS#8 PEM. */
  privateKey: string;
  /** SHA-1 of the certificate in hex, as the portal shows it. */
  thumbprintSha1: string;
  /** SHA-256 of the certificate in hex. */
  thumbprintSha256: string;
  /** The certificate and those that issued it, as PEM, for `x5c`. */
  chain: string;
  subject: string;
  validFrom: Date;
  validTo: Date;
}

const toPem =
  'A PFX (.pfx, .p12) can be converted: openssl pkcs12 -in file.pfx -nodes -out file.pem. The PEM must hold both the certificate and the private key.';

/**
 * Reads and checks certificate and key. Validity dates are not judged here: see {@link checkValidity}.
 * @throws GraphMailError `ECONFIG`
 */
export function readSigningCertificate(credential: Extract<Credential, { kind: 'certificate' }>): SigningCertificate {
  const { source, from, password } = credential;
  const pem = 'path' in source ? readText(source.path, from) : source.text;
  const certificates = blocks(pem, 'CERTIFICATE');
  const keyBlock = blocks(pem, '(?:RSA |EC |ENCRYPTED )?PRIVATE KEY')[0];
  if (certificates.length === 0 && !keyBlock)
    throw configError(`${from} holds no PEM certificate and no PEM private key.`, toPem);
  if (!keyBlock) {
    throw configError(
      `${from} holds a certificate but no private key.`,
      'Put both into one PEM file; the .cer file uploaded to Entra is only the public half.',
    );
  }
  const key = readKey(keyBlock, password, from);
  const parsed = certificates.map((block) => readCertificate(block, from));
  if (parsed.length === 0) throw configError(`${from} holds a private key but no certificate.`, toPem);
  const own = parsed.find((certificate) => certificate.checkPrivateKey(key));
  if (!own) {
    throw configError(
      `${from}: the private key does not belong to the certificate (${oneLine(parsed[0]?.subject)}).`,
      'Put the key that the certificate was made with beside it.',
    );
  }
  const others = parsed.filter((certificate) => certificate !== own);
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha1: createHash('sha1').update(own.raw).digest('hex').toUpperCase(),
    thumbprintSha256: createHash('sha256').update(own.raw).digest('hex').toUpperCase(),
    chain: [own, ...others].map(String).join(''),
    subject: oneLine(own.subject),
    validFrom: new Date(own.validFrom),
    validTo: new Date(own.validTo),
  };
}

/**
 * Judged when a token is wanted and not at construction, so that a program whose certificate ran out still starts and
 * only its mail fails.
 * @throws GraphMailError `EAUTH`, not sent
 */
export function checkValidity(certificate: SigningCertificate, now: Date): void {
  const { subject, validFrom, validTo, thumbprintSha1 } = certificate;
  const named = `The certificate ${subject} (thumbprint ${thumbprintSha1})`;
  const fields = { code: 'EAUTH', permanent: true, command: 'TOKEN' } as const;
  if (now > validTo) {
    throw new GraphMailError(`${named} expired on ${validTo.toISOString()}.`, {
      ...fields,
      hint: 'Make a new certificate, upload its public part to the app registration (Certificates & secrets), and put it in place of this one.',
    });
  }
  if (now < validFrom) {
    throw new GraphMailError(`${named} is not valid before ${validFrom.toISOString()}.`, {
      ...fields,
      hint: `Check this machine's clock (it says ${now.toISOString()}), or wait until the certificate is valid.`,
    });
  }
}

function readText(path: string, from: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw configError(
      `${from} cannot be read: ${reason}.`,
      'Check the path, and that the account that runs this program may read the file.',
      cause,
    );
  }
}

function blocks(pem: string, label: string): string[] {
  // Text that came through an environment variable often has its line breaks written as \n.
  const text = pem.includes('\\n') ? pem.replaceAll('\\n', '\n') : pem;
  return text.match(new RegExp(`-----BEGIN (${label})-----[^-]+-----END \\1-----`, 'g')) ?? [];
}

function readCertificate(block: string, from: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch (cause) {
    throw configError(`${from} holds a certificate that cannot be read.`, toPem, cause);
  }
}

function readKey(block: string, password: string | undefined, from: string): KeyObject {
  const encrypted = /ENCRYPTED/.test(block);
  if (encrypted && password === undefined) {
    throw configError(
      `${from}: the private key is encrypted and no password is given.`,
      "Give the option 'certificatePassword'.",
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(password === undefined ? { key: block } : { key: block, passphrase: password });
  } catch (cause) {
    if (encrypted)
      throw configError(`${from}: the private key cannot be decrypted with the password given.`, undefined, cause);
    throw configError(`${from} holds a private key that cannot be read.`, toPem, cause);
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw configError(
      `${from}: the private key is ${key.asymmetricKeyType}; Entra takes RSA keys only.`,
      'Make an RSA key of 2048 bits or more.',
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) throw configError(`${from}: the RSA key has ${bits} bits; 2048 is the least.`);
  return key;
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
