import { Delayed } from './delayed.js';

/** Entries by key (in any letter case) whose coming, changing and going take effect some time later. */
export class DelayedMap<T> {
  readonly #entries = new Map<string, Delayed<T | undefined>>();

  set(key: string, value: T, now: number, delay: number): void {
    this.#prune(now);
    const entry = this.#entries.get(key.toLowerCase()) ?? new Delayed<T | undefined>(undefined);
    this.#entries.set(key.toLowerCase(), entry);
    entry.set(value, now, delay);
  }

  /** Whether there was such an entry. */
  delete(key: string, now: number, delay: number): boolean {
    const entry = this.#entries.get(key.toLowerCase());
    const known = entry?.latest !== undefined;
    if (known) entry.set(undefined, now, delay);
    this.#prune(now);
    return known;
  }

  /** As set last, in effect or not. */
  get(key: string): T | undefined {
    return this.#entries.get(key.toLowerCase())?.latest;
  }

  /** What is in effect at a time. */
  getAt(key: string, now: number): T | undefined {
    return this.#entries.get(key.toLowerCase())?.at(now);
  }

  /** As set last, in effect or not. */
  list(): T[] {
    return [...this.#entries.values()].map((entry) => entry.latest).filter((value) => value !== undefined);
  }

  /** What is in effect at a time. */
  listAt(now: number): T[] {
    return [...this.#entries.values()].map((entry) => entry.at(now)).filter((value) => value !== undefined);
  }

  #prune(now: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.latest === undefined && entry.isSettled(now)) this.#entries.delete(key);
    }
  }
}
