export interface Page<T> {
  items: T[];
  /** How many there are in all. */
  length: number;
}

const SIZE = 100;
const KEPT = 12;
const AT_A_TIME = 2;

/** A long list of which only the pages in sight are fetched and some more are kept. */
export class PagedSource<T> {
  length = 0;
  #pages = new Map<number, T[]>();
  #loading = new Set<number>();
  #wanted: [first: number, last: number] = [0, 0];
  #generation = 0;
  readonly #fetch: (offset: number, limit: number) => Promise<Page<T>>;
  readonly #changed: () => void;
  readonly #failed: (error: Promise<never>) => void;

  constructor(
    fetch: (offset: number, limit: number) => Promise<Page<T>>,
    changed: () => void,
    failed: (error: Promise<never>) => void,
  ) {
    this.#fetch = fetch;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Undefined while its page is not there. */
  at(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  /** The index of the first loaded item that answers to this; -1 when none does. */
  find(matches: (item: T) => boolean): number {
    for (const [page, items] of this.#pages) {
      const index = items.findIndex(matches);
      if (index >= 0) return page * SIZE + index;
    }
    return -1;
  }

  /** Fetches what is missing between the two, soon. */
  want(first: number, last: number): void {
    this.#wanted = [Math.floor(first / SIZE), Math.floor(Math.max(first, last) / SIZE)];
    this.#pump();
  }

  /** One item, fetched if need be. */
  async load(index: number): Promise<T | undefined> {
    const page = Math.floor(index / SIZE);
    if (!this.#pages.has(page)) await this.#load(page);
    return this.at(index);
  }

  /** Fetches anew what is in sight and forgets the rest. */
  async reload(): Promise<void> {
    const generation = ++this.#generation;
    this.#loading.clear();
    const [first, last] = this.#wanted;
    const fresh = new Map<number, T[]>();
    let { length } = this;
    for (let page = first; page <= last; page += 1) {
      const answer = await this.#fetch(page * SIZE, SIZE);
      if (generation !== this.#generation) return;
      ({ length } = answer);
      fresh.set(page, answer.items);
    }
    this.#pages = fresh;
    this.length = length;
    this.#changed();
  }

  /** Starts over: what is loaded belongs to another question. */
  reset(): Promise<void> {
    this.#wanted = [0, 0];
    return this.reload();
  }

  #pump(): void {
    const [first, last] = this.#wanted;
    for (let page = first; page <= last && this.#loading.size < AT_A_TIME; page += 1) {
      if (this.#pages.has(page) || this.#loading.has(page) || page * SIZE >= this.length) continue;
      this.#load(page).then(
        () => this.#pump(),
        (error: unknown) => this.#failed(Promise.reject(error)),
      );
    }
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation;
    this.#loading.add(page);
    try {
      const answer = await this.#fetch(page * SIZE, SIZE);
      if (generation !== this.#generation) return;
      this.#pages.set(page, answer.items);
      this.#forgetFar(page);
      this.length = answer.length;
      this.#changed();
    } finally {
      if (generation === this.#generation) this.#loading.delete(page);
    }
  }

  #forgetFar(from: number): void {
    const far = [...this.#pages.keys()].sort((one, other) => Math.abs(other - from) - Math.abs(one - from));
    for (const page of far.slice(0, Math.max(0, far.length - KEPT))) this.#pages.delete(page);
  }
}
