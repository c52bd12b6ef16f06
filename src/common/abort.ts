import { configError, GraphMailError, isGraphMailError } from './errors.js';

/**
 * The error of a send that was ended before anything was sent: `EABORT` for its caller's signal, or the reason that one of
 * our own signals was aborted with.
 */
export function abortError(signal: AbortSignal | undefined): GraphMailError {
  const reason: unknown = signal?.reason;
  if (isGraphMailError(reason)) return new GraphMailError(reason.message, { ...reason, cause: reason.cause });
  return new GraphMailError('Message sending aborted', { code: 'EABORT', command: 'API', cause: reason });
}

/** One listener per signal: many messages may share a signal, and Node warns of a leak when each adds its own listener. */
const listening = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `stop` when the signal aborts; the returned function cancels that. */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (!signal) return () => {};
  let stops = listening.get(signal);
  if (!stops) {
    stops = new Set();
    listening.set(signal, stops);
  }
  const all = stops;
  const own = () => stop();
  if (all.size === 0) signal.addEventListener('abort', notify);
  all.add(own);
  return () => {
    all.delete(own);
    if (all.size > 0) return;
    try {
      signal.removeEventListener('abort', notify);
    } catch {
      // A signal of another implementation may refuse; the work is done all the same.
    }
  };
}

function notify(this: AbortSignal): void {
  const stops = [...(listening.get(this) ?? [])];
  listening.delete(this);
  for (const stop of stops) stop();
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

/** Waits for work that cannot be aborted itself, but only until the signal aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(abortError(signal)));
    if (signal.aborted) reject(abortError(signal));
    work.then(resolve, reject).finally(release);
  });
}
