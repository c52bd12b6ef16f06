import type { Clock } from '../clock.js';
import { type Waiting, waitFor } from './waiting.js';

/** Messages that wait between two of their requests, with nothing in flight. */
export class Resting {
  readonly #clock: Clock;
  readonly #waiting = new Map<Waiting, { committed: boolean }>();
  #closed: { reason: () => unknown } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param traveller asked at `close()` whether that stops it */
  async rest(ms: number, traveller: { committed: boolean }, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed && !traveller.committed) throw this.#closed.reason();
    await waitFor(signal, (waiting) => {
      const cancel = this.#clock.after(ms, waiting.go);
      this.#waiting.set(waiting, traveller);
      return () => {
        this.#waiting.delete(waiting);
        cancel();
      };
    });
  }

  /** Everybody who is not committed fails with `reason()`, now and from now on. */
  close(reason: () => unknown): void {
    this.#closed ??= { reason };
    for (const [waiting, { committed }] of [...this.#waiting]) if (!committed) waiting.fail(reason());
  }
}
