import { createHash } from 'node:crypto';
import { canonicalAddress } from '../../common/canonical-address.js';

/** Words of a slot in the table: three of the digest, and the number of the row. */
const words = 4;
const fullest = 0.85;
const growth = 1.4;

/**
 * Remembers which addresses a run has seen, in about 25 bytes each, so that a million fit anywhere. It keeps 96 bits of a
 * SHA-256: that two addresses share them is less likely than any failure of the machine.
 */
export class AddressSet {
  #table = new Uint32Array(1024 * words);
  #size = 0;

  /** How many different addresses it holds. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the address of a row; spellings that reach the same person are the same.
   * @param row its number, from 1
   * @returns the number of the first row that had this address, or undefined
   */
  add(address: string, row: number): number | undefined {
    const digest = createHash('sha256').update(canonicalAddress(address)).digest();
    const [a, b, c] = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)];
    const slot = slotOf(this.#table, a, b, c);
    const first = this.#table[slot + 3];
    if (first) return first;
    this.#table.set([a, b, c, row], slot);
    this.#size += 1;
    if (this.#size * words > this.#table.length * fullest) this.#grow();
    return undefined;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(Math.ceil((old.length / words) * growth) * words);
    for (let slot = 0; slot < old.length; slot += words) {
      const entry = old.subarray(slot, slot + words);
      const [a = 0, b = 0, c = 0, row = 0] = entry;
      if (row !== 0) this.#table.set(entry, slotOf(this.#table, a, b, c));
    }
  }
}

/** Where an address is, or may be put: the table is never full. */
function slotOf(table: Uint32Array, a: number, b: number, c: number): number {
  const slots = table.length / words;
  let slot = Math.floor((a / 2 ** 32) * slots) * words;
  while (table[slot + 3] !== 0 && !(table[slot] === a && table[slot + 1] === b && table[slot + 2] === c)) {
    slot = slot + words === table.length ? 0 : slot + words;
  }
  return slot;
}
