import { abortError, onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';

/** How a queue gives slots to requests. */
interface RequestQueueRules<R extends QueuedRequest = QueuedRequest> {
  /** Slots in use at a time; asked anew for each. */
  limit: () => number;
  /** Milliseconds until any request may have a slot. One that would not wait that long is turned down. */
  pause?: () => number;
  /** Milliseconds until this request may have one, as things stand; infinite when only the end of another can tell. */
  wait?: (request: R) => number;
  /** Whether this request takes nothing that another waits for, and so may pass it. */
  mayPass?: (request: R) => boolean;
  /** Told of each request that gets a slot. */
  acquired?: (request: R) => void;
  clock: Clock;
}

/** A request that waits, and what it waits for at most. */
export interface QueuedRequest {
  /** Lower goes first. */
  age: number;
  /** Bytes that the request carries at most. */
  bytes?: number | undefined;
  /** Whether the request submits a message. */
  submission?: boolean | undefined;
  /** Milliseconds; a pause longer than that is not waited for. */
  longestPause?: number | undefined;
  signal?: AbortSignal | undefined;
}

interface Waiting<R> {
  request: R;
  settle: (acquired: boolean) => void;
  fail: (reason: unknown) => void;
}

/** The longest delay that a timer of Node accepts, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Gives slots to requests in order of age, so many at a time, and none before its time. The oldest holds up all behind it
 * that want what it waits for, or small requests would starve a large one.
 */
export class RequestQueue<R extends QueuedRequest = QueuedRequest> {
  readonly #rules: RequestQueueRules<R>;
  #waiting: Waiting<R>[] = [];
  #inUse = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(rules: RequestQueueRules<R>) {
    this.#rules = rules;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether one of those waits for a slot. */
  isAwaitedBy(those: (request: R) => boolean): boolean {
    return this.#waiting.some(({ request }) => those(request));
  }

  /** Slots that requests have now. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Whether this request would get a slot at once. */
  hasRoomFor(request: R): boolean {
    const { limit, pause, wait, mayPass } = this.#rules;
    if (this.#inUse >= limit() || (pause?.() ?? 0) > 0) return false;
    return mayPass?.(request) || (this.#waiting.length === 0 && (wait?.(request) ?? 0) === 0);
  }

  /** Waits until a request may be made; `false` when the pause is longer than it would wait. */
  acquire(request: R): Promise<boolean> {
    const { age, signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const release = onAbort(signal, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        waiting.fail(abortError(signal));
        this.advance();
      });
      const waiting: Waiting<R> = {
        request,
        settle: (acquired) => {
          release();
          resolve(acquired);
        },
        fail: (reason) => {
          release();
          reject(reason);
        },
      };
      const index = this.#waiting.findIndex((other) => other.request.age > age);
      this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, waiting);
      this.advance();
    });
  }

  /** A request that had a slot has ended. */
  release(): void {
    this.#inUse--;
    this.advance();
  }

  /** Looks again, now that something may have changed. */
  advance(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { limit, pause, wait, mayPass, acquired, clock } = this.#rules;
    for (;;) {
      const paused = pause?.() ?? 0;
      if (paused > 0) this.#turnDown(paused);
      const [oldest] = this.#waiting;
      if (!oldest) return;
      const delay = Math.max(paused, wait?.(oldest.request) ?? 0);
      if (delay > 0 && delay !== Number.POSITIVE_INFINITY) {
        this.#cancelTimer?.();
        this.#cancelTimer = clock.after(Math.min(delay, longestTimer), () => this.advance());
      }
      const next =
        delay === 0 ? oldest : paused > 0 ? undefined : this.#waiting.find(({ request }) => mayPass?.(request));
      if (!next || this.#inUse >= limit()) return;
      this.#inUse++;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      acquired?.(next.request);
      next.settle(true);
    }
  }

  #turnDown(paused: number): void {
    const stays = ({ request: { longestPause } }: Waiting<R>) => longestPause === undefined || longestPause >= paused;
    const turnedDown = this.#waiting.filter((waiting) => !stays(waiting));
    this.#waiting = this.#waiting.filter(stays);
    for (const { settle } of turnedDown) settle(false);
  }
}
