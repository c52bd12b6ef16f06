import type forge from 'node-forge';

export type Forge = typeof forge;

/** An ASN.1 value, read by node-forge, which also knows the indefinite lengths (BER) of older programs' PFX files. */
export class Asn1Value {
  readonly #forge: Forge;
  readonly #node: forge.asn1.Asn1;

  constructor(library: Forge, node: forge.asn1.Asn1) {
    this.#forge = library;
    this.#node = node;
  }

  /** @throws Error for bytes that are no ASN.1 */
  static parse(library: Forge, bytes: Buffer): Asn1Value {
    // The types lack the options. What follows the value is not looked at: some programs pad their files.
    const fromDer = library.asn1.fromDer as unknown as (bytes: string, options: object) => forge.asn1.Asn1;
    const options = { strict: true, parseAllBytes: false, decodeBitStrings: false };
    return new Asn1Value(library, fromDer(bytes.toString('latin1'), options));
  }

  /** The members of a SEQUENCE, SET or explicit tag. */
  get members(): Asn1Value[] {
    const { value } = this.#node;
    if (typeof value === 'string') throw new Error('not a constructed value');
    return value.map((node) => new Asn1Value(this.#forge, node));
  }

  at(index: number): Asn1Value {
    const member = this.members[index];
    if (!member) throw new Error('a member is missing');
    return member;
  }

  get isSequence(): boolean {
    return this.#node.tagClass === 0 && (this.#node.type as number) === 0x10;
  }

  /** The content of an OCTET STRING, which may come in pieces. */
  get octets(): Buffer {
    const { value } = this.#node;
    if (typeof value === 'string') return Buffer.from(value, 'latin1');
    return Buffer.concat(this.members.map(({ octets }) => octets));
  }

  get objectId(): string {
    return this.#forge.asn1.derToOid(this.octets.toString('latin1'));
  }

  /** An INTEGER that is not negative; `Infinity` for one that is too large to matter. */
  get integer(): number {
    return Number(`0x${this.octets.toString('hex')}`);
  }

  /** The value as bytes again. */
  get der(): Buffer {
    return Buffer.from(this.#forge.asn1.toDer(this.#node).getBytes(), 'latin1');
  }
}

/**
 * The iterations that an encrypted PKCS#8 key asks for: the largest INTEGER of its AlgorithmIdentifier (RFC 5208 §6,
 * RFC 8018 appendix A), which OpenSSL would work off without asking.
 */
export function iterationsOf(encryptedKey: Buffer): number {
  const outer = elementAt(encryptedKey, 0);
  const algorithm = outer && elementAt(encryptedKey, outer.start);
  return algorithm ? largestInteger(encryptedKey, algorithm.start, algorithm.end, 0) : 0;
}

function largestInteger(bytes: Buffer, start: number, end: number, depth: number): number {
  let largest = 0;
  for (let at = start; at < end && depth < 8; ) {
    const element = elementAt(bytes, at);
    if (!element) break;
    if (element.tag === 0x30) {
      largest = Math.max(largest, largestInteger(bytes, element.start, Math.min(element.end, end), depth + 1));
    }
    if (element.tag === 0x02) {
      largest = Math.max(largest, Number(`0x${bytes.toString('hex', element.start, element.end) || '0'}`));
    }
    at = element.end;
  }
  return largest;
}

/** The DER element at `offset`, with where its content starts and ends. */
function elementAt(bytes: Buffer, offset: number): { tag: number; start: number; end: number } | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || first === 0x80 || first > 0x84) return undefined;
  const more = first > 0x80 ? first & 0x7f : 0;
  const start = offset + 2 + more;
  if (start > bytes.length) return undefined;
  const length = more === 0 ? first : bytes.readUIntBE(offset + 2, more);
  return { tag, start, end: Math.min(start + length, bytes.length) };
}
