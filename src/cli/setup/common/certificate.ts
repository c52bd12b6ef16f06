import { createHash, X509Certificate } from 'node:crypto';
import { checkValidity } from '../../../auth/certificate/certificate-source.js';
import { readFiles, recognise } from '../../../auth/certificate/content.js';
import { readPem } from '../../../auth/certificate/read-pem.js';
import { readPfx } from '../../../auth/certificate/read-pfx.js';
import { signingCertificate } from '../../../auth/certificate/signing-certificate.js';
import { shownPath } from '../../../options/shown-value.js';
import { createCertificate } from '../../../sandbox/index.js';

/** The public half of a certificate, as administrators are told of it. */
export interface PublicCertificate {
  /** Certificate alone, PEM. */
  pem: string;
  subject: string;
  /** Upper-case hex: what the portal shows. */
  thumbprintSha1: string;
  /** Upper-case hex: what sign-in by PS256 names. */
  thumbprintSha256: string;
  /** Base64 of the SHA-1: how the app manifest has it. */
  keyIdentifier: string;
  /** Whether its own key signed it; else an authority did. */
  selfSigned: boolean;
  validFrom: Date;
  validTo: Date;
}

/** @internal */
export function publicCertificate(pem: string): PublicCertificate {
  const certificate = new X509Certificate(pem);
  const sha1 = createHash('sha1').update(certificate.raw).digest();
  return {
    pem: certificate.toString(),
    subject: certificate.subject.split('\n').join(', '),
    thumbprintSha1: sha1.toString('hex').toUpperCase(),
    thumbprintSha256: createHash('sha256').update(certificate.raw).digest('hex').toUpperCase(),
    keyIdentifier: sha1.toString('base64'),
    selfSigned: certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
  };
}

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

/**
 * Reads a PEM or PFX that exists already, held to what the transport holds it to: RSA, key and certificate a pair, valid now.
 * Nothing of the key leaves this function.
 * @throws GraphMailError in words
 */
export async function ownCertificate(
  file: string,
  password: string | undefined,
  now: number,
): Promise<PublicCertificate> {
  const from = `--certificate ${shownPath(file)}`;
  const { contents } = readFiles([file], from);
  const content = recognise(contents[0] as Buffer, from);
  const material =
    content.kind === 'pfx' ? await readPfx(content.bytes, password, from) : readPem([content], password, from);
  const signing = signingCertificate(material, from);
  checkValidity(signing, new Date(now));
  return publicCertificate(signing.chain);
}
