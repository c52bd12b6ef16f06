/**
 * Counts amounts in any `length` milliseconds, so that no window of that length ever holds more than `limit`. What has begun
 * and not ended counts in every window. All moments are those of a monotonic clock.
 */
export class SlidingWindow {
  /** May change while amounts count. */
  limit: number;
  readonly #length: number;
  /** Ends, oldest first, from `#first` on. */
  #times: number[] = [];
  #amounts: number[] = [];
  #first = 0;
  #inside = 0;
  #open = 0;
  #begun = 0;

  constructor(limit: number, length: number) {
    this.limit = limit;
    this.#length = length;
  }

  /** What counts at this moment. */
  count(now: number): number {
    this.#forget(now);
    return this.#inside + this.#open;
  }

  /** Whether nothing is in flight and nothing counts any more. */
  isEmpty(now: number): boolean {
    this.#forget(now);
    return this.#begun === 0 && this.#first === this.#times.length;
  }

  /**
   * Milliseconds until `amount` more may begin, at the earliest: at most the window's length, when what is in flight has to
   * end first. More than the limit may begin when nothing else counts.
   */
  wait(now: number, amount: number): number {
    this.#forget(now);
    let tooMany = this.#inside + this.#open + Math.min(amount, this.limit) - this.limit;
    if (tooMany <= 0) return 0;
    for (let index = this.#first; index < this.#times.length; index++) {
      tooMany -= this.#amounts[index] ?? 0;
      if (tooMany <= 0) return (this.#times[index] ?? 0) + this.#length - now;
    }
    return this.#length;
  }

  begin(amount: number): void {
    this.#begun++;
    this.#open += amount;
  }

  /** What had begun did not happen. */
  cancel(amount: number): void {
    this.#begun--;
    this.#open -= amount;
  }

  /** What had begun with `amount` has ended, and `used` of it counts from `now` on. */
  end(now: number, amount: number, used = amount): void {
    this.cancel(amount);
    if (used > 0) this.add(now, used);
    this.#forget(now);
  }

  /** What happened without having begun; moments may come in any order. */
  add(at: number, amount: number): void {
    let index = this.#times.length;
    while (index > this.#first && (this.#times[index - 1] ?? 0) > at) index--;
    this.#times.splice(index, 0, at);
    this.#amounts.splice(index, 0, amount);
    this.#inside += amount;
  }

  #forget(now: number): void {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) + this.#length <= now) {
      this.#inside -= this.#amounts[this.#first] ?? 0;
      this.#first++;
    }
    if (this.#first < 1_024 || this.#first * 2 < this.#times.length) return;
    this.#times = this.#times.slice(this.#first);
    this.#amounts = this.#amounts.slice(this.#first);
    this.#first = 0;
  }
}
