import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;
const DAY = 86_400_000;
const generate = promisify(generateKeyPair);

/** When a certificate is valid. */
export interface Validity {
  notBefore: Date;
  days: number;
}

/** 2000 to 2099: the sandbox's own certificates hold at any date that a test may set. */
export const anyDate: Validity = { notBefore: new Date('2000-01-01T00:00:00Z'), days: 36_525 };

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

interface CertificateRequest extends Validity {
  commonName: string;
  publicKey: KeyObject;
  /** Beside the two key identifiers, which every certificate gets. */
  extensions: Extension[];
  /** Who signs. For a self-signed certificate: its own name and keys. */
  issuer: { commonName: string; keys: KeyPair };
}

/** The X.509 extensions of RFC 5280 §4.2.1 that the sandbox's certificates have. */
type Extension =
  | { type: 'basicConstraints'; authority: boolean }
  | { type: 'keyUsage'; use: 'sign certificates' | 'sign' }
  | { type: 'extendedKeyUsage'; use: 'server' | 'client' }
  | { type: 'subjectAltName'; dns: readonly string[]; ip: readonly Buffer[] }
  | { type: 'subjectKeyIdentifier' | 'authorityKeyIdentifier'; id: Buffer };

/** A piece of ASN.1 (ITU-T X.690). */
type Der = forge.asn1.Asn1;

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

/** For client certificates: Entra takes RSA only. Takes a tenth of a second and more, off the main thread. */
export function createRsaKey(bits: number): Promise<KeyPair> {
  return generate('rsa', { modulusLength: bits });
}

/** For the server: P-256 is ready at once and makes cheap handshakes. */
export function createEcKey(): Promise<KeyPair> {
  return generate('ec', { namedCurve: 'P-256' });
}

function extensions(list: readonly Extension[]): Der {
  return sequence(...list.map(extension));
}

function extension(given: Extension): Der {
  switch (given.type) {
    case 'basicConstraints': {
      const value = given.authority ? sequence(boolean(true), integer(Buffer.from([0]))) : sequence();
      return critical('2.5.29.19', value);
    }
    case 'keyUsage':
      // keyCertSign and cRLSign are bits 5 and 6, digitalSignature is bit 0.
      return critical('2.5.29.15', given.use === 'sign' ? bitString(7, 0x80) : bitString(1, 0x06));
    case 'extendedKeyUsage':
      return plain('2.5.29.37', sequence(objectId(`1.3.6.1.5.5.7.3.${given.use === 'server' ? 1 : 2}`)));
    case 'subjectAltName':
      return plain(
        '2.5.29.17',
        sequence(
          ...given.dns.map((name) => implicit(2, Buffer.from(name))),
          ...given.ip.map((address) => implicit(7, address)),
        ),
      );
    case 'subjectKeyIdentifier':
      return plain('2.5.29.14', octets(given.id));
    case 'authorityKeyIdentifier':
      return plain('2.5.29.35', sequence(implicit(0, given.id)));
  }
}

function plain(oid: string, value: Der): Der {
  return sequence(objectId(oid), octets(toDer(value)));
}

function critical(oid: string, value: Der): Der {
  return sequence(objectId(oid), boolean(true), octets(toDer(value)));
}

function sequence(...values: Der[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values);
}

function explicit(tag: number, value: Der): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, true, [value]);
}

function implicit(tag: number, bytes: Buffer): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, false, bytes.toString('binary'));
}

/** Two's complement, as given. */
function integer(bytes: Buffer): Der {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, bytes.toString('binary'));
}

function boolean(value: boolean): Der {
  return asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, value ? '\u00ff' : '\0');
}

function objectId(oid: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(oid).getBytes());
}

function octets(bytes: Buffer): Der {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString('binary'));
}

function utf8(text: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.UTF8, false, Buffer.from(text).toString('binary'));
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
function time(date: Date): Der {
  const [type, text] =
    date.getUTCFullYear() < 2050
      ? [Type.UTCTIME, asn1.dateToUtcTime(date)]
      : [Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date)];
  return asn1.create(Class.UNIVERSAL, type, false, String(text));
}

function bitString(unused: number, ...bytes: number[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, Buffer.from([unused, ...bytes]).toString('binary'));
}

function toDer(value: Der): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'binary');
}
