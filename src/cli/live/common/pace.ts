import type { Clock } from '../../../common/timers.js';
import type { Reply } from './plain-http.js';

const PATIENCE = 3;

/** Waits, unless `signal` ends it. */
export function pause(ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const forget = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      forget();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Keeps a run far below Graph's limits (4 requests at a time, 30 messages per minute and mailbox): one request after the
 * other, with pauses, and a wait when Graph asks for one.
 */
export class Pace {
  readonly #betweenRequests: number;
  readonly #betweenMails: number;
  #last: Promise<unknown> = Promise.resolve();
  #mailedAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds. Without any, requests go out at once and a 429 is an answer like others. */
  constructor(betweenRequests: number, betweenMails: number) {
    this.#betweenRequests = betweenRequests;
    this.#betweenMails = betweenMails;
  }

  /** Lets what was sent come to rest, for as long as lies between two mails. */
  async settle(clock: Clock, signal?: AbortSignal): Promise<void> {
    await pause(this.#betweenMails, clock, signal);
  }

  run(sends: boolean, request: () => Promise<Reply>, clock: Clock, signal?: AbortSignal): Promise<Reply> {
    if (this.#betweenRequests === 0) return request();
    const reply = this.#last.then(() => this.#next(sends, request, clock, signal));
    this.#last = reply.catch(() => {});
    return reply;
  }

  async #next(sends: boolean, request: () => Promise<Reply>, clock: Clock, signal?: AbortSignal): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      await pause(this.#betweenRequests, clock, signal);
      if (sends) {
        await pause(Math.max(0, this.#mailedAt + this.#betweenMails - clock.elapsed()), clock, signal);
        this.#mailedAt = clock.elapsed();
      }
      const reply = await request();
      if (reply.status !== 429 || attempt === PATIENCE) return reply;
      await pause(1000 * Math.min(60, Number(reply.headers['retry-after']) || 10), clock, signal);
    }
  }
}
