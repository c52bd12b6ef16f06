import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import { type Der, explicit, integer, objectId, sequence, time, toDer, utf8 } from './der.js';
import { type Extension, extensions } from './extensions.js';
import type { KeyPair } from './key-pair.js';

const { asn1 } = forge;
const DAY = 86_400_000;

/** When a certificate is valid. */
export interface Validity {
  notBefore: Date;
  days: number;
}

/** 2000 to 2099: the sandbox's own certificates hold at any date that a test may set. */
export const anyDate: Validity = { notBefore: new Date('2000-01-01T00:00:00Z'), days: 36_525 };

export interface CertificateRequest extends Validity {
  commonName: string;
  publicKey: KeyObject;
  /** Beside the two key identifiers, which every certificate gets. */
  extensions: Extension[];
  /** Who signs. For a self-signed certificate: its own name and keys. */
  issuer: { commonName: string; keys: KeyPair };
}

/**
 * An X.509 v3 certificate (RFC 5280), signed with SHA-256, as PEM. Put together from ASN.1 because node-forge's own
 * certificates know RSA keys only.
 */
export function signCertificate(request: CertificateRequest): string {
  const { keys } = request.issuer;
  const algorithm = signatureAlgorithm(keys.privateKey);
  const notAfter = new Date(request.notBefore.getTime() + request.days * DAY);
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(positiveSerial()),
    algorithm,
    name(request.issuer.commonName),
    sequence(time(request.notBefore), time(notAfter)),
    name(request.commonName),
    asn1.fromDer(spki(request.publicKey).toString('binary')),
    explicit(
      3,
      extensions([
        ...request.extensions,
        { type: 'subjectKeyIdentifier', id: keyIdentifier(request.publicKey) },
        // RFC 5280 §4.2.1.1; `openssl verify -x509_strict` refuses a chain without it.
        { type: 'authorityKeyIdentifier', id: keyIdentifier(keys.publicKey) },
      ]),
    ),
  );
  const signature = sign('sha256', toDer(toBeSigned), keys.privateKey);
  const bits = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString('binary')}`);
  const base64 = toDer(sequence(toBeSigned, algorithm, bits)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function signatureAlgorithm(key: KeyObject): Der {
  if (key.asymmetricKeyType === 'ec') return sequence(objectId('1.2.840.10045.4.3.2'));
  const none = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, '');
  return sequence(objectId('1.2.840.113549.1.1.11'), none);
}

function name(commonName: string): Der {
  const attribute = sequence(objectId('2.5.4.3'), utf8(commonName));
  return sequence(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, [attribute]));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets, without a needless zero in front. */
function positiveSerial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7e) | 0x01;
  return bytes;
}
