import { SlidingWindow } from '../../common/sliding-window.js';

const minute = 60_000;
const day = 86_400_000;

export interface PaceLimits {
  /**
   * Messages in any minute: Exchange Online takes 30 from a mailbox (Exchange Online limits, "message rate limit").
   * (fact limit-3)
   */
  rate: number | false;
  /**
   * Recipients in any 24 hours: 10,000 for a mailbox (Exchange Online limits, "recipient rate limit").
   * (fact limit-4)
   */
  perDay: number | false;
}

/** Why nothing can go at the moment, and until when. */
export interface Pause {
  why: 'rate' | 'day' | 'throttled';
  until: number;
}

/** A message that counts against the limits while it is sent: one of the two must follow. */
interface Reservation {
  /** It was sent, or may have been. */
  used(at: number): void;
  /** It surely was not. */
  unused(): void;
}

/** When the next message of one mailbox may go. All times are those of a monotonic clock. */
export class MailboxPacer {
  readonly #minute: SlidingWindow | undefined;
  readonly #day: SlidingWindow | undefined;
  /** Only for what is shown. */
  readonly #shown = new SlidingWindow(Number.POSITIVE_INFINITY, minute);
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor({ rate, perDay }: PaceLimits) {
    this.#minute = rate === false ? undefined : new SlidingWindow(rate, minute);
    this.#day = perDay === false ? undefined : new SlidingWindow(perDay, day);
  }

  /** What holds a message to so many recipients back, or nothing. */
  pause(now: number, recipients: number): Pause | undefined {
    if (this.#heldUntil > now) return { why: 'throttled', until: this.#heldUntil };
    const forDay = this.#day?.wait(now, recipients) ?? 0;
    const forMinute = this.#minute?.wait(now, 1) ?? 0;
    if (forDay === 0 && forMinute === 0) return undefined;
    return forDay > forMinute ? { why: 'day', until: now + forDay } : { why: 'rate', until: now + forMinute };
  }

  begin(recipients: number): Reservation {
    this.#minute?.begin(1);
    this.#day?.begin(recipients);
    return {
      used: (at) => {
        this.#minute?.end(at, 1);
        this.#day?.end(at, recipients);
        this.#shown.add(at, 1);
        this.#shown.count(at);
      },
      unused: () => {
        this.#minute?.cancel(1);
        this.#day?.cancel(recipients);
      },
    };
  }

  /** What an earlier process sent. */
  remember(at: number, recipients: number): void {
    this.#minute?.add(at, 1);
    this.#day?.add(at, recipients);
  }

  /** Nothing before `until`; a shorter pause never ends a longer one. */
  hold(until: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  /** Milliseconds until the last of so many messages may go, by the limit of the minute alone. */
  wait(now: number, messages: number): number {
    if (!this.#minute || messages <= 0) return 0;
    const { limit } = this.#minute;
    return Math.floor((messages - 1) / limit) * minute + this.#minute.wait(now, ((messages - 1) % limit) + 1);
  }

  sentLastMinute(now: number): number {
    return this.#shown.count(now);
  }

  recipientsLastDay(now: number): number {
    return this.#day?.count(now) ?? 0;
  }
}
