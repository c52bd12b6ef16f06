/**
 * Counts what happened in any `length` milliseconds, so that no window of that length ever holds more than `limit`. What
 * has begun and not ended counts in every window.
 */
export class SlidingWindow {
  readonly #limit: number;
  readonly #length: number;
  /** Ends, oldest first, from `#first` on. */
  #times: number[] = [];
  #amounts: number[] = [];
  #first = 0;
  #inside = 0;
  #open = 0;

  constructor(limit: number, length: number) {
    this.#limit = limit;
    this.#length = length;
  }

  /** What counts at this moment. */
  count(now: number): number {
    this.#forget(now);
    return this.#inside + this.#open;
  }

  /**
   * Milliseconds until `amount` more may begin, at the earliest. More than the limit may begin when nothing else counts.
   */
  wait(now: number, amount: number): number {
    this.#forget(now);
    let tooMany = this.#inside + this.#open + Math.min(amount, this.#limit) - this.#limit;
    if (tooMany <= 0) return 0;
    for (let index = this.#first; index < this.#times.length; index++) {
      tooMany -= this.#amounts[index] ?? 0;
      if (tooMany <= 0) return (this.#times[index] ?? 0) + this.#length - now;
    }
    // What is under way has to end first.
    return this.#length;
  }

  begin(amount: number): void {
    this.#open += amount;
  }

  /** What had begun has ended, and counts from `at` on. */
  end(at: number, amount: number): void {
    this.#open -= amount;
    this.happened(at, amount);
  }

  /** It happened at this moment, without having begun before. What no window holds any more is forgotten. */
  happened(now: number, amount: number): void {
    this.add(now, amount);
    this.#forget(now);
  }

  /** What had begun did not happen. */
  cancel(amount: number): void {
    this.#open -= amount;
  }

  /** What happened before; times may come in any order. */
  add(at: number, amount: number): void {
    let place = this.#times.length;
    while (place > this.#first && (this.#times[place - 1] ?? 0) > at) place--;
    this.#times.splice(place, 0, at);
    this.#amounts.splice(place, 0, amount);
    this.#inside += amount;
  }

  #forget(now: number): void {
    // Somebody has set the clock back: whatever happened, happened before now.
    for (let index = this.#times.length - 1; index >= this.#first && (this.#times[index] ?? 0) > now; index--) {
      this.#times[index] = now;
    }
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
