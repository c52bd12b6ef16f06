/** Counts, as a service does, whether more than `limit` fall into any window of `length` milliseconds. */
export class CountingWindow {
  readonly #limit: number;
  readonly #length: number;
  /** The latest `limit` moments, in a ring. */
  readonly #moments: Float64Array;
  #count = 0;
  violations = 0;

  constructor(limit: number, length: number) {
    this.#limit = limit;
    this.#length = length;
    this.#moments = new Float64Array(limit);
  }

  /** Moments come in order. */
  add(at: number): void {
    const place = this.#count % this.#limit;
    const before = this.#moments[place] ?? 0;
    if (this.#count >= this.#limit && at - before < this.#length) this.violations++;
    this.#moments[place] = at;
    this.#count++;
  }
}
