interface Bucket {
  /** Since 1970. */
  second: number;
  amount: number;
}

/**
 * What was used in the last seconds. It remembers whole seconds, so it holds no more of them than the window has, however
 * much is used; what was used counts until the last moment of its second has left the window.
 */
export class SlidingWindow {
  readonly #seconds: number;
  #buckets: Bucket[] = [];
  #sum = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** `now` in milliseconds since 1970, as everywhere here. */
  add(amount: number, now: number): void {
    this.#forget(now);
    const last = this.#buckets.at(-1);
    // A clock that was put back must not break the order.
    const second = Math.max(Math.floor(now / 1000), last?.second ?? Number.NEGATIVE_INFINITY);
    if (last?.second === second) last.amount += amount;
    else this.#buckets.push({ second, amount });
    this.#sum += amount;
  }

  sum(now: number): number {
    this.#forget(now);
    return this.#sum;
  }

  /** Whole seconds until no more than `amount` is left, if nothing is added. */
  secondsUntil(amount: number, now: number): number {
    let left = this.sum(now);
    for (const bucket of this.#buckets) {
      if (left <= amount) break;
      left -= bucket.amount;
      if (left <= amount) return Math.max(1, Math.ceil(this.#end(bucket) - now / 1000));
    }
    return 0;
  }

  #forget(now: number): void {
    const gone = this.#buckets.findIndex((bucket) => this.#end(bucket) * 1000 > now);
    const count = gone < 0 ? this.#buckets.length : gone;
    if (count === 0) return;
    for (const { amount } of this.#buckets.splice(0, count)) this.#sum -= amount;
  }

  #end({ second }: Bucket): number {
    return second + 1 + this.#seconds;
  }
}
