interface Change<T> {
  value: T;
  /** Milliseconds since 1970. */
  from: number;
}

/** A value whose changes take effect some time after they were made. There is no timer: times are compared when asked. */
export class Delayed<T> {
  /** By time; the first was in effect when the last change was made. */
  #changes: Change<T>[];

  constructor(value: T) {
    this.#changes = [{ value, from: Number.NEGATIVE_INFINITY }];
  }

  /** The value that was in effect at a time. */
  at(now: number): T {
    return (this.#changes.findLast(({ from }) => from <= now) as Change<T>).value;
  }

  /** The value that was set last, in effect or not. */
  get latest(): T {
    return (this.#changes.at(-1) as Change<T>).value;
  }

  /** Whether the last value is in effect. */
  isSettled(now: number): boolean {
    return (this.#changes.at(-1) as Change<T>).from <= now;
  }

  /** Sets a value that takes effect after `delay` milliseconds. What was to take effect later than that never will. */
  set(value: T, now: number, delay: number): void {
    if (delay <= 0) {
      this.#changes = [{ value, from: Number.NEGATIVE_INFINITY }];
      return;
    }
    const pending = this.#changes.filter(({ from }) => from > now && from < now + delay);
    this.#changes = [{ value: this.at(now), from: Number.NEGATIVE_INFINITY }, ...pending, { value, from: now + delay }];
  }
}

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
