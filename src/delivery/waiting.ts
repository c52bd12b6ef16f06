import { abortError, onAbort } from '../abort.js';

/** Somebody who waits; either call ends it. */
export interface Waiting {
  go: () => void;
  fail: (reason: unknown) => void;
}

/**
 * A wait that ends by `go`, `fail` or the signal.
 * @param begin puts it where it waits; gives what takes it away from there
 */
export function waitFor(signal: AbortSignal | undefined, begin: (waiting: Waiting) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const end = () => {
      release();
      remove();
    };
    const waiting: Waiting = {
      go: () => {
        end();
        resolve();
      },
      fail: (reason) => {
        end();
        reject(reason);
      },
    };
    const release = onAbort(signal, () => waiting.fail(abortError(signal)));
    const remove = begin(waiting);
  });
}
