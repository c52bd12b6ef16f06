import { Phase } from './row-phase.js';

/** Phase and key of every row, in five bytes a row; and how many rows are in each phase. */
export class RowTable {
  #phases = new Uint8Array(1024);
  #keys = new Uint32Array(1024);
  readonly #counts = new Array<number>(Object.keys(Phase).length).fill(0);

  phase(row: number): Phase {
    return (this.#phases[row] ?? Phase.unseen) as Phase;
  }

  /** Whether the row was first entered with this key; undefined for one that never was. */
  keyMatches(row: number, key: string): boolean | undefined {
    return this.phase(row) === Phase.unseen ? undefined : this.#keys[row] === keyBits(key);
  }

  enter(row: number, key: string): void {
    this.#makeRoom(row);
    this.#keys[row] = keyBits(key);
  }

  move(row: number, phase: Phase): void {
    const before = this.phase(row);
    if (before !== Phase.unseen) this.#counts[before] = this.count(before) - 1;
    this.#counts[phase] = this.count(phase) + 1;
    this.#phases[row] = phase;
  }

  count(...phases: Phase[]): number {
    return phases.reduce<number>((sum, phase) => sum + (this.#counts[phase] ?? 0), 0);
  }

  #makeRoom(row: number): void {
    if (row < this.#phases.length) return;
    const length = Math.max(row + 1, 2 * this.#phases.length);
    const phases = new Uint8Array(length);
    phases.set(this.#phases);
    this.#phases = phases;
    const keys = new Uint32Array(length);
    keys.set(this.#keys);
    this.#keys = keys;
  }
}

// Half of the key: that a changed row goes unnoticed is one in four thousand million.
function keyBits(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16);
}
