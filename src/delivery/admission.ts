import { abortError } from '../abort.js';
import { type Waiting, waitFor } from './waiting.js';

/** Lets so many messages in to be composed, first in, first out; what waits outside costs no memory. */
export class Admission {
  readonly #places: number;
  readonly #entering: Waiting[] = [];
  #taken = 0;
  #closed: { reason: () => unknown } | undefined;

  /** @param places messages inside at a time */
  constructor(places: number) {
    this.#places = places;
  }

  /** Messages that wait. */
  get queued(): number {
    return this.#entering.length;
  }

  /**
   * Waits for a place.
   * @returns gives it back; calling that twice is harmless
   */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    if (this.#closed) throw this.#closed.reason();
    if (signal?.aborted) throw abortError(signal);
    if (this.#taken < this.#places) this.#taken++;
    else {
      await waitFor(signal, (waiting) => {
        this.#entering.push(waiting);
        return () => {
          const index = this.#entering.indexOf(waiting);
          if (index >= 0) this.#entering.splice(index, 1);
        };
      });
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = this.#entering;
      if (next) next.go();
      else this.#taken--;
    };
  }

  /** Everybody outside fails with `reason()`, now and from now on. */
  close(reason: () => unknown): void {
    this.#closed ??= { reason };
    for (const waiting of this.#entering.splice(0)) waiting.fail(reason());
  }
}
