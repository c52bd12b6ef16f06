/** Keeps the newest `limit` entries, without moving the others at every push. */
export class BoundedLog<T> {
  #entries: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }

  get size(): number {
    return Math.min(this.#entries.length, this.#limit);
  }

  /** Oldest first. */
  list(): T[] {
    return this.#entries.slice(-this.#limit);
  }

  /** The newest that fits; cheap when it is among the newest. */
  findNewest(fits: (entry: T) => boolean): T | undefined {
    return this.#entries.findLast(fits);
  }

  clear(): void {
    this.#entries = [];
  }
}
