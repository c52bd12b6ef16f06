type Numbers = Float64Array | Uint32Array | Uint8Array;

/** A number for each row of a run, of which nobody knows beforehand how many there are. */
export class GrowingColumn<T extends Numbers> {
  #values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(1024);
  }

  get(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = this.#make(Math.max(row + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[row] = value;
  }
}
