import { onAbort } from '../common/abort.js';
import { configError, GraphMailError } from '../common/errors.js';
import { fakeTimers, timersAreFake } from '../common/timers.js';

/** Something under way that `close()` can end: a send, `verify()`, or a request that carries no message. */
export interface InFlightSend {
  readonly ending: AbortController;
  /** Whether `close()` must not abort it, unless forced. */
  inFlight: boolean;
  readonly release: () => void;
}

/** All that has begun and not ended. */
export class InFlightSends {
  readonly #all = new Set<InFlightSend>();
  readonly #closing = new AbortController();
  readonly #ended: () => void;

  /** @param ended told whenever something has come to its end */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  /** Aborted by {@link close}, with the error of everything that may not go on. */
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
  begin(signal: AbortSignal | undefined): InFlightSend {
    if (timersAreFake()) throw configError(fakeTimers.message, fakeTimers.hint);
    if (this.closed) throw closedError();
    const ending = new AbortController();
    const release = onAbort(signal, () => ending.abort(signal?.reason));
    // The operations of a send listen one after the other; while there is a listener, the next costs next to nothing.
    onAbort(ending.signal, () => {});
    if (signal?.aborted) ending.abort(signal.reason);
    const send: InFlightSend = { ending, inFlight: false, release };
    this.#all.add(send);
    return send;
  }

  end(send: InFlightSend): void {
    send.release();
    this.#all.delete(send);
    this.#ended();
  }

  /** Lets nothing more begin, and ends what is not in flight; with `force`, everything. */
  close(force: boolean): void {
    this.#closing.abort(closedError());
    for (const { ending, inFlight } of this.#all) if (force || !inFlight) ending.abort(closedError());
  }
}

export function closedError(): GraphMailError {
  return new GraphMailError('The transport is closed.', { code: 'ECONNECTION', command: 'API' });
}
