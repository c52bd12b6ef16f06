import { expect } from 'vitest';
import { createAgent } from '../../src/graph/agent.js';
import { type GraphCall, GraphClient } from '../../src/graph/client.js';
import type { HttpAnswer } from '../../src/graph/http.js';
import { answer } from './answers.js';
import { GateObserver } from './gate-observer.js';
import type { ThrottlingPlan } from './throttling-plan.js';
import type { VirtualClock } from './virtual-clock.js';

/** Bounds over all mailboxes. */
export interface TransportBounds {
  connections: number;
  /** Requests that begin in any so many milliseconds. */
  starts: number;
  window: number;
}

/** Graph on the virtual clock, as it was planned, that fails the test as soon as a request should not have been made. */
export class ThrottlingService extends GraphClient {
  /** How often each message went out, by its text. */
  readonly delivered = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #plan: ThrottlingPlan;
  readonly #backoff: (attempts: number) => number;
  readonly #clock: VirtualClock;
  readonly #bounds: TransportBounds | undefined;
  readonly #observers = new Map<string, { observer: GateObserver; requests: number }>();
  readonly #starts: number[] = [];
  #inFlight = 0;

  /**
   * @param perMailbox requests in flight
   * @param backoff milliseconds of pause after so many requests for a message, where the last one is not told for how long
   */
  constructor(
    plan: ThrottlingPlan,
    mailboxes: readonly string[],
    perMailbox: number,
    backoff: (attempts: number) => number,
    clock: VirtualClock,
    bounds?: TransportBounds,
  ) {
    super('https://graph.microsoft.com', createAgent(undefined), 'test', 1_000);
    this.#plan = plan;
    this.#backoff = backoff;
    this.#clock = clock;
    this.#bounds = bounds;
    for (const mailbox of mailboxes)
      this.#observers.set(mailbox, { observer: new GateObserver(perMailbox, clock), requests: 0 });
  }

  override sendMail(mailbox: string, body: Buffer, _call: GraphCall): Promise<HttpAnswer> {
    const seen = this.#observers.get(mailbox);
    if (!seen) throw new Error(`nobody expected ${mailbox}`);
    const { observer } = seen;
    const planned = this.#plan.answer(mailbox, seen.requests++);
    const text = body.toString('latin1').trimEnd();
    const attempts = (this.#attempts.get(text) ?? 0) + 1;
    this.#attempts.set(text, attempts);
    const request = observer.begins();
    this.#begins();
    return new Promise((resolve) => {
      this.#clock.after(planned.duration, () => {
        const now = this.#clock.now();
        this.#inFlight--;
        if (planned.kind === 'refused') observer.pausesUntil(now + (planned.pause || this.#backoff(attempts)));
        observer.ends(request, body.length, planned.kind !== 'refused');
        if (planned.stored) this.delivered.set(text, (this.delivered.get(text) ?? 0) + 1);
        resolve(answer(planned.status, this.#headers(planned.retryAfter, planned.pause)));
      });
    });
  }

  /** The most bytes that went to any mailbox in five minutes. */
  get mostBytes(): number {
    return Math.max(...[...this.#observers.values()].map(({ observer }) => observer.mostBytesInFiveMinutes()));
  }

  #begins(): void {
    this.#inFlight++;
    if (!this.#bounds) return;
    const { connections, starts, window } = this.#bounds;
    const now = this.#clock.now();
    if (this.#inFlight > connections) expect.fail(`${this.#inFlight} connections`);
    const before = this.#starts[this.#starts.length - starts];
    if (before !== undefined && now - before < window) expect.fail(`more than ${starts} requests in ${window} ms`);
    this.#starts.push(now);
  }

  #headers(retryAfter: string | undefined, pause = 0): Record<string, string> {
    if (retryAfter === undefined) return {};
    if (retryAfter !== 'date') return { 'retry-after': retryAfter };
    const now = this.#clock.now();
    return { date: new Date(now).toUTCString(), 'retry-after': new Date(now + pause).toUTCString() };
  }
}
