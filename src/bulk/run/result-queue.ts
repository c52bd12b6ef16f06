/** Results for the caller that iterates over them. Kept only while one does; when they are many, the run waits. */
export class ResultQueue<T> {
  readonly #capacity: number;
  #results: T[] = [];
  #read = 0;
  #listening = false;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(result: T): void {
    if (!this.#listening || this.#ended) return;
    this.#results.push(result);
    this.#wakeReader?.();
  }

  end(failure?: { error: unknown }): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wakeReader?.();
    this.#letWrite();
  }

  /** Resolves when there is room again; `undefined` when there is now. */
  room(): Promise<void> | undefined {
    if (this.#ended || this.#results.length - this.#read < this.#capacity) return undefined;
    return new Promise((resolve) => this.#wakeWriters.push(resolve));
  }

  /** The results from now on; for one reader. */
  listen(): AsyncGenerator<T, void, undefined> {
    if (this.#listening) throw new Error('The results of a run can be iterated over once.');
    this.#listening = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#read < this.#results.length) {
          const result = this.#results[this.#read++] as T;
          if (this.#read === this.#results.length || this.#read > this.#capacity) {
            this.#results = this.#results.slice(this.#read);
            this.#read = 0;
            this.#letWrite();
          }
          yield result;
        }
        if (this.#failure) throw this.#failure.error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    } finally {
      // A caller that stops reading does not hold up the run.
      this.#ended = true;
      this.#results = [];
      this.#read = 0;
      this.#letWrite();
    }
  }

  #letWrite(): void {
    const waiting = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }
}
