import { onAbort } from '../common/abort.js';
import { configError, GraphMailError } from '../common/errors.js';
import { fakeTimers, timersAreFake } from '../common/timers.js';

/** Something under way that `close()` can end: a send, `verify()`, or a request that carries no message. */
export interface Sending {
  readonly ending: AbortController;
  /** Whether `close()` must leave it be. */
  inFlight: boolean;
  readonly release: () => void;
}

/** All that was begun and has not been called back for. */
export class Sendings {
  readonly #all = new Set<Sending>();
  readonly #closing = new AbortController();

  /** Aborted by {@link close}, with what then fails whatever may not go on. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get closed(): boolean {
    return this.closing.aborted;
  }

  /** Whether nothing is under way. */
  get none(): boolean {
    return this.#all.size === 0;
  }

  /**
   * @param signal ends it too
   * @throws GraphMailError `ECONNECTION` after `close()`, `ECONFIG` under the fake timers of a test
   */
  begin(signal: AbortSignal | undefined): Sending {
    if (timersAreFake()) throw configError(fakeTimers.message, fakeTimers.hint);
    if (this.closed) throw closedError();
    const ending = new AbortController();
    const release = onAbort(signal, () => ending.abort(signal?.reason));
    // The steps of a send listen one after the other; while somebody does, the next costs next to nothing.
    onAbort(ending.signal, () => {});
    if (signal?.aborted) ending.abort(signal.reason);
    const sending: Sending = { ending, inFlight: false, release };
    this.#all.add(sending);
    return sending;
  }

  end(sending: Sending): void {
    sending.release();
    this.#all.delete(sending);
  }

  /** Lets nothing more begin. */
  close(): void {
    this.#closing.abort(closedError());
  }

  /** Ends what is not in flight; with `force`, everything. */
  abort(force: boolean): void {
    for (const { ending, inFlight } of this.#all) if (force || !inFlight) ending.abort(closedError());
  }
}

export function closedError(): GraphMailError {
  return new GraphMailError('The transport is closed.', { code: 'ECONNECTION', command: 'API' });
}
