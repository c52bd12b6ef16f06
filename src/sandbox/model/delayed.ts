interface Step<T> {
  value: T;
  /** Milliseconds since 1970. */
  from: number;
}

/** A value whose changes take effect some time after they were made. There is no timer: times are compared when asked. */
export class Delayed<T> {
  /** By time; the first was in effect when the last change was made. */
  #steps: Step<T>[];

  constructor(value: T) {
    this.#steps = [{ value, from: Number.NEGATIVE_INFINITY }];
  }

  /** The value that was in effect at a time. */
  at(now: number): T {
    return (this.#steps.findLast(({ from }) => from <= now) as Step<T>).value;
  }

  /** The value that was set last, in effect or not. */
  get latest(): T {
    return (this.#steps.at(-1) as Step<T>).value;
  }

  /** Whether the last value is in effect. */
  isSettled(now: number): boolean {
    return (this.#steps.at(-1) as Step<T>).from <= now;
  }

  /** Sets a value that takes effect after `delay` milliseconds. What was to take effect later than that never will. */
  set(value: T, now: number, delay: number): void {
    if (delay <= 0) {
      this.#steps = [{ value, from: Number.NEGATIVE_INFINITY }];
      return;
    }
    const pending = this.#steps.filter(({ from }) => from > now && from < now + delay);
    this.#steps = [{ value: this.at(now), from: Number.NEGATIVE_INFINITY }, ...pending, { value, from: now + delay }];
  }
}
