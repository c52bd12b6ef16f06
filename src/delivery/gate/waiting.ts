import { abortError, onAbort } from '../../common/abort.js';

/**
 * A wait that ends when `go` is called or the signal aborts.
 * @param begin puts `go` where it will be called; gives what takes it away from there
 */
export function waitFor(signal: AbortSignal | undefined, begin: (go: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const end = () => {
      release();
      remove();
    };
    const release = onAbort(signal, () => {
      end();
      reject(abortError(signal));
    });
    const remove = begin(() => {
      end();
      resolve();
    });
  });
}
