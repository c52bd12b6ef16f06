/** Counts the requests in flight of one app to one mailbox, and refuses those over the limit. */
export class ConcurrencyLimit {
  readonly #limit: number;
  readonly #admitted = new Map<string, number>();
  readonly #open = new Map<string, number>();
  readonly #highest = new Map<string, number>();

  /** `false` counts only. Graph's limit is 4 per app and mailbox (Graph documentation, "Throttling limits"). */
  constructor(limit: number | false) {
    this.#limit = limit === false ? Number.POSITIVE_INFINITY : limit;
  }

  /** From the moment a request arrives until `leave`, which may be called more than once. */
  enter(appId: string, mailbox: string): { admitted: boolean; leave: () => void } {
    const key = `${appId} ${mailbox}`;
    const admitted = (this.#admitted.get(key) ?? 0) < this.#limit;
    if (admitted) add(this.#admitted, key, 1);
    this.#highest.set(mailbox, Math.max(this.#highest.get(mailbox) ?? 0, add(this.#open, mailbox, 1)));
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      if (admitted) add(this.#admitted, key, -1);
      add(this.#open, mailbox, -1);
    };
    return { admitted, leave };
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
