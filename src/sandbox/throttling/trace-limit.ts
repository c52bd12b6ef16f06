import { SlidingWindow } from './sliding-window.js';

// Graph documentation, "Throttling limits": message trace. (fact trace-2)
const SECONDS = 300;

/** Counts the requests for message traces of the whole tenant, refused ones included. */
export class TraceLimit {
  readonly #options: { messageTraces: number | false; retryAfter: string | null; now: () => number };
  #requests = new SlidingWindow(SECONDS);

  constructor(options: { messageTraces: number | false; retryAfter: string | null; now: () => number }) {
    this.#options = options;
  }

  /** Counts a request: the `Retry-After` that it is refused with (`null`: without one), or undefined when it is within the limit. */
  refuse(): string | null | undefined {
    const { messageTraces: limit, retryAfter, now } = this.#options;
    const at = now();
    this.#requests.add(1, at);
    if (limit === false || this.#requests.sum(at) <= limit) return undefined;
    return retryAfter === null ? null : String(this.#requests.secondsUntil(limit - 1, at));
  }

  clear(): void {
    this.#requests = new SlidingWindow(SECONDS);
  }
}
