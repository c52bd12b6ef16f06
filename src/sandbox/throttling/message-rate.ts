import { SlidingWindow } from './sliding-window.js';

const MINUTE = 60_000;

/**
 * When the messages of a mailbox go out: no more than `limit` in any minute. What is over is delayed, never refused
 * (Exchange Online limits, "Message rate limit"). (fact limit-3)
 */
export class MessageRate {
  readonly #limit: number | false;
  /** Without a limit: how many went out. */
  readonly #counts = new Map<string, SlidingWindow>();
  /** With one: when each went out in the last minute or will go, in order. */
  readonly #departures = new Map<string, number[]>();

  /** `false`: at once. */
  constructor(limit: number | false) {
    this.#limit = limit;
  }

  /** Joins the mailbox's queue: milliseconds until the message goes out. */
  join(mailbox: string, now: number): number {
    if (this.#limit === false) {
      entry(this.#counts, mailbox, () => new SlidingWindow(MINUTE / 1000)).add(1, now);
      return 0;
    }
    const departures = this.#recent(mailbox, now);
    const before = departures.at(-this.#limit);
    const at = Math.max(now, departures.at(-1) ?? now, before === undefined ? now : before + MINUTE);
    departures.push(at);
    return at - now;
  }

  /** How many went out in the last minute, and how many wait. */
  count(mailbox: string, now: number): { messages: number; queued: number } {
    if (this.#limit === false) return { messages: this.#counts.get(mailbox)?.sum(now) ?? 0, queued: 0 };
    const departures = this.#recent(mailbox, now);
    const queued = departures.filter((at) => at > now).length;
    return { messages: departures.length - queued, queued };
  }

  clear(): void {
    this.#counts.clear();
    this.#departures.clear();
  }

  #recent(mailbox: string, now: number): number[] {
    const departures = entry(this.#departures, mailbox, (): number[] => []);
    const first = departures.findIndex((at) => at > now - MINUTE);
    departures.splice(0, first < 0 ? departures.length : first);
    return departures;
  }
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key) ?? create();
  map.set(key, known);
  return known;
}
