import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;

/** A piece of ASN.1 (ITU-T X.690). */
export type Der = forge.asn1.Asn1;

export function sequence(...values: Der[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values);
}

export function explicit(tag: number, value: Der): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, true, [value]);
}

export function implicit(tag: number, bytes: Buffer): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, false, bytes.toString('binary'));
}

/** Two's complement, as given. */
export function integer(bytes: Buffer): Der {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, bytes.toString('binary'));
}

export function boolean(value: boolean): Der {
  return asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, value ? '\u00ff' : '\0');
}

export function objectId(oid: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(oid).getBytes());
}

export function octets(bytes: Buffer): Der {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString('binary'));
}

export function utf8(text: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.UTF8, false, Buffer.from(text).toString('binary'));
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
export function time(date: Date): Der {
  const [type, text] =
    date.getUTCFullYear() < 2050
      ? [Type.UTCTIME, asn1.dateToUtcTime(date)]
      : [Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date)];
  return asn1.create(Class.UNIVERSAL, type, false, String(text));
}

export function bitString(unused: number, ...bytes: number[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, Buffer.from([unused, ...bytes]).toString('binary'));
}

export function toDer(value: Der): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'binary');
}
