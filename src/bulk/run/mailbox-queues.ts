import type { Clock } from '../../common/clock.js';
import { MailboxPacer, type PaceLimits, type Pause } from './mailbox-pacer.js';

/** The queue of one mailbox, with what is in flight from it. */
export interface MailboxQueue {
  readonly mailbox: string;
  readonly pacer: MailboxPacer;
  readonly inFlight: number;
  /** Milliseconds that a message takes, the latest ones weighted most; undefined before the first. */
  readonly sendTime: number | undefined;
}

/** The right to send one message from a mailbox. Must be ended. */
export interface SendSlot {
  readonly queue: MailboxQueue;
  readonly recipients: number;
  /** It was sent, or may have been. */
  used(): void;
  /** It surely was not. */
  unused(): void;
}

/** The weight of the latest message in the mean of all. */
const weight = 0.1;

interface OwnQueue extends MailboxQueue {
  inFlight: number;
  sendTime: number | undefined;
}

interface Waiter {
  queues: readonly OwnQueue[];
  recipients: number;
  resolve: (slot: SendSlot | undefined) => void;
}

/** Grants slots to send, first come, first served, as fast as each mailbox may send and no faster. */
export class MailboxQueues {
  readonly #limits: PaceLimits;
  readonly #concurrency: number;
  readonly #clock: Clock;
  readonly #queues = new Map<string, OwnQueue>();
  #waiters: Waiter[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(limits: PaceLimits, concurrency: number, clock: Clock) {
    this.#limits = limits;
    this.#concurrency = concurrency;
    this.#clock = clock;
  }

  /** `begin` is called with a new pacer, to tell it what was sent before. */
  queue(mailbox: string, begin?: (pacer: MailboxPacer) => void): MailboxQueue {
    let queue = this.#queues.get(mailbox);
    if (!queue) {
      queue = { mailbox, pacer: new MailboxPacer(this.#limits), inFlight: 0, sendTime: undefined };
      begin?.(queue.pacer);
      this.#queues.set(mailbox, queue);
    }
    return queue;
  }

  get all(): Iterable<MailboxQueue> {
    return this.#queues.values();
  }

  /** Messages a minute that all mailboxes together have sent so far; undefined before the first. */
  get speed(): number | undefined {
    const speeds = [...this.#queues.values()].flatMap(({ sendTime }) =>
      sendTime === undefined ? [] : (this.#concurrency * 60_000) / Math.max(1, sendTime),
    );
    if (speeds.length === 0) return undefined;
    const mean = speeds.reduce((sum, one) => sum + one, 0) / speeds.length;
    return mean * this.#queues.size;
  }

  /** What holds back the next message of a mailbox, other than that enough are in flight. */
  pauseOf(queue: MailboxQueue): Pause | undefined {
    return queue.pacer.pause(this.#clock.elapsed(), 1);
  }

  /** Waits for the first of the queues that may send to so many recipients; `undefined` once `close()` was called. */
  acquire(queues: readonly MailboxQueue[], recipients = 1): Promise<SendSlot | undefined> {
    return new Promise((resolve) => {
      this.#waiters.push({ queues: queues as readonly OwnQueue[], recipients, resolve });
      this.#serve();
    });
  }

  /** Nothing before `until`, by the monotonic clock, from this mailbox. */
  hold(queue: MailboxQueue, until: number): void {
    queue.pacer.hold(until);
  }

  /** Grants no more slots. */
  close(): void {
    this.#closed = true;
    this.#serve();
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#clock.elapsed();
    const left: Waiter[] = [];
    // Queues that an earlier request waits for: smaller messages must not overtake a larger one for ever.
    const wanted = new Set<OwnQueue>();
    let wake = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      if (this.#closed) {
        waiter.resolve(undefined);
        continue;
      }
      let free: OwnQueue | undefined;
      for (const queue of waiter.queues) {
        // One that is full serves again when a send ends.
        if (queue.inFlight >= this.#concurrency || wanted.has(queue)) continue;
        const pause = queue.pacer.pause(now, waiter.recipients);
        if (pause) wake = Math.min(wake, pause.until);
        else if (!free || queue.inFlight < free.inFlight) free = queue;
      }
      if (free) {
        waiter.resolve(this.#slot(free, waiter.recipients));
      } else {
        left.push(waiter);
        for (const queue of waiter.queues) wanted.add(queue);
      }
    }
    this.#waiters = left;
    if (wake === Number.POSITIVE_INFINITY || left.length === 0) return;
    // Timers of Node.js take 24.8 days at most.
    const pause = Math.min(Math.max(1, wake - now), 3_600_000);
    this.#cancelTimer = this.#clock.after(pause, () => this.#serve());
  }

  #slot(queue: OwnQueue, recipients: number): SendSlot {
    queue.inFlight++;
    const reservation = queue.pacer.begin(recipients);
    const begun = this.#clock.elapsed();
    const end = (how: () => void) => {
      queue.inFlight--;
      how();
      this.#serve();
    };
    return {
      queue,
      recipients,
      used: () => {
        const now = this.#clock.elapsed();
        const took = now - begun;
        queue.sendTime = queue.sendTime === undefined ? took : queue.sendTime + weight * (took - queue.sendTime);
        end(() => reservation.used(now));
      },
      unused: () => end(() => reservation.unused()),
    };
  }
}
