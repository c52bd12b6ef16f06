import { configError, GraphMailError } from './errors.js';

/** The failure of a send that its caller aborted before anything was sent. */
export function abortError(signal: AbortSignal | undefined): GraphMailError {
  return new GraphMailError('Message sending aborted', { code: 'EABORT', command: 'API', cause: signal?.reason });
}

/** Calls `stop` when the signal aborts; the returned function ends that. */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  signal?.addEventListener('abort', stop, { once: true });
  return () => signal?.removeEventListener('abort', stop);
}

/**
 * The signal of a message, by shape: it may come from another realm, and Nodemailer before version 10 checks nothing.
 * @throws GraphMailError `ECONFIG`
 */
export function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined || value === null) return undefined;
  const signal = value as AbortSignal;
  if (typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function') return signal;
  throw configError("The message's signal is not an AbortSignal.");
}

/** Waits for work that cannot be aborted itself no longer than until the signal aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(abortError(signal)));
    if (signal.aborted) reject(abortError(signal));
    work.then(resolve, reject).finally(release);
  });
}
