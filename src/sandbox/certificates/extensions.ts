import { bitString, boolean, type Der, implicit, integer, objectId, octets, sequence, toDer } from './der.js';

/** The X.509 extensions of RFC 5280 §4.2.1 that the sandbox's certificates have. */
export type Extension =
  | { type: 'basicConstraints'; authority: boolean }
  | { type: 'keyUsage'; use: 'sign certificates' | 'sign' }
  | { type: 'extendedKeyUsage'; use: 'server' | 'client' }
  | { type: 'subjectAltName'; dns: readonly string[]; ip: readonly Buffer[] }
  | { type: 'subjectKeyIdentifier' | 'authorityKeyIdentifier'; id: Buffer };

export function extensions(list: readonly Extension[]): Der {
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
