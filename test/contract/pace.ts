import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from './plain-http.js';

const PATIENCE = 3;

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
  async settle(): Promise<void> {
    await sleep(this.#betweenMails);
  }

  run(sends: boolean, request: () => Promise<Reply>): Promise<Reply> {
    if (this.#betweenRequests === 0) return request();
    const reply = this.#last.then(() => this.#next(sends, request));
    this.#last = reply.catch(() => {});
    return reply;
  }

  async #next(sends: boolean, request: () => Promise<Reply>): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      await sleep(this.#betweenRequests);
      if (sends) {
        await sleep(Math.max(0, this.#mailedAt + this.#betweenMails - Date.now()));
        this.#mailedAt = Date.now();
      }
      const reply = await request();
      if (reply.status !== 429 || attempt === PATIENCE) return reply;
      await sleep(1000 * Math.min(60, Number(reply.headers['retry-after']) || 10));
    }
  }
}
