export interface RecentSend {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly recipients: number;
}

const day = 24 * 60 * 60 * 1000;

/** What one mailbox sent in the 24 hours before its latest mail; what is older is forgotten from time to time. */
export class RecentSends {
  #sends: RecentSend[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  #tidyAt = 4096;

  add(at: number, recipients: number): void {
    this.#sends.push({ at, recipients });
    this.#latest = Math.max(this.#latest, at);
    if (this.#sends.length < this.#tidyAt) return;
    this.#sends = this.since(this.#latest - day);
    this.#tidyAt = Math.max(4096, 2 * this.#sends.length);
  }

  /** In the order in which they were added: that of the journal, which somebody who sets the clock can upset. */
  since(since: number): RecentSend[] {
    return this.#sends.filter(({ at }) => at >= since);
  }
}
