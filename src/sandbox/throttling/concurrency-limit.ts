/**
 * By what requests in flight are counted: by application and mailbox, as documented, or by application alone, as one
 * revision of the documentation had it. (facts throttle-1, throttle-2)
 */
export type ConcurrencyKey = 'mailbox' | 'app';

/** Counts the requests in flight, and refuses those over the limit. */
export class ConcurrencyLimit {
  readonly #limit: number;
  readonly #by: ConcurrencyKey;
  readonly #inFlight = new Map<string, number>();
  readonly #open = new Map<string, number>();
  readonly #highest = new Map<string, number>();

  /** `false` counts only. Graph's limit is 4 (Graph documentation, "Throttling limits"). */
  constructor(limit: number | false, by: ConcurrencyKey = 'mailbox') {
    this.#limit = limit === false ? Number.POSITIVE_INFINITY : limit;
    this.#by = by;
  }

  /** From the moment a request arrives until `release`, which may be called more than once. */
  acquire(appId: string, mailbox: string): { withinLimit: boolean; release: () => void } {
    const key = this.#by === 'app' ? appId : `${appId} ${mailbox}`;
    const withinLimit = (this.#inFlight.get(key) ?? 0) < this.#limit;
    if (withinLimit) add(this.#inFlight, key, 1);
    this.#highest.set(mailbox, Math.max(this.#highest.get(mailbox) ?? 0, add(this.#open, mailbox, 1)));
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (withinLimit) add(this.#inFlight, key, -1);
      add(this.#open, mailbox, -1);
    };
    return { withinLimit, release };
  }

  /** The most requests that were in flight at one time, refused ones included, by mailbox address. */
  highest(): Record<string, number> {
    return Object.fromEntries(this.#highest);
  }

  clear(): void {
    this.#highest.clear();
  }
}

function add(counts: Map<string, number>, key: string, change: number): number {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
  return count;
}
