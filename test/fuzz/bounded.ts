import { expect } from 'vitest';

const PATIENCE = 3_000;

/**
 * Watches requests so that none is answered too late or never: what fast-check leaves behind when its time is over is
 * waited for as well.
 */
export class Bounded {
  readonly #running = new Set<Promise<unknown>>();

  /** Rejects when it takes too long; `what` says what was asked. */
  async run<T>(what: string, request: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms to ${what}`)), PATIENCE);
    });
    const bounded = Promise.race([request, late]).finally(() => {
      clearTimeout(timer);
      this.#running.delete(bounded);
    });
    this.#running.add(bounded);
    return bounded;
  }

  /** Rejects with the first that failed. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
    expect(this.#running.size).toBe(0);
  }
}
