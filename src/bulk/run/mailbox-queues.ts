import type { Clock } from '../../common/timers.js';
import { MailboxPacer, type PaceLimits, type Pause } from './mailbox-pacer.js';

/** One mailbox, with what is on its way from it. */
export interface Lane {
  readonly mailbox: string;
  readonly pacer: MailboxPacer;
  readonly inFlight: number;
  /** Milliseconds that a message takes on its way, those of late above all; undefined before the first. */
  readonly sendTime: number | undefined;
}

/** The right to send one message from a mailbox. Must be ended. */
export interface Grant {
  readonly lane: Lane;
  readonly recipients: number;
  /** It was sent, or may have been. */
  used(): void;
  /** It surely was not. */
  unused(): void;
}

/** What the latest message counts in the mean of all. */
const weight = 0.1;

interface OwnLane extends Lane {
  inFlight: number;
  sendTime: number | undefined;
}

interface Waiter {
  lanes: readonly OwnLane[];
  recipients: number;
  resolve: (grant: Grant | undefined) => void;
}

/** Lets messages go, first come, first served, as fast as each mailbox may send and no faster. */
export class Lanes {
  readonly #limits: PaceLimits;
  readonly #concurrency: number;
  readonly #clock: Clock;
  readonly #lanes = new Map<string, OwnLane>();
  #waiters: Waiter[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(limits: PaceLimits, concurrency: number, clock: Clock) {
    this.#limits = limits;
    this.#concurrency = concurrency;
    this.#clock = clock;
  }

  /** `begin` is called with a pacer that is new, to tell it of what went before. */
  lane(mailbox: string, begin?: (pacer: MailboxPacer) => void): Lane {
    let lane = this.#lanes.get(mailbox);
    if (!lane) {
      lane = { mailbox, pacer: new MailboxPacer(this.#limits), inFlight: 0, sendTime: undefined };
      begin?.(lane.pacer);
      this.#lanes.set(mailbox, lane);
    }
    return lane;
  }

  get all(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Messages a minute that mailboxes send by experience, all together; undefined before the first. */
  get speed(): number | undefined {
    const speeds = [...this.#lanes.values()].flatMap(({ sendTime }) =>
      sendTime === undefined ? [] : (this.#concurrency * 60_000) / Math.max(1, sendTime),
    );
    if (speeds.length === 0) return undefined;
    const mean = speeds.reduce((sum, one) => sum + one, 0) / speeds.length;
    return mean * this.#lanes.size;
  }

  /** What keeps the next message of a mailbox, if it is not that enough are on their way. */
  pauseOf(lane: Lane): Pause | undefined {
    return lane.pacer.pause(this.#clock.elapsed(), 1);
  }

  /** Waits for whichever of the lanes may send to so many first; `undefined` once `close()` was called. */
  acquire(lanes: readonly Lane[], recipients = 1): Promise<Grant | undefined> {
    return new Promise((resolve) => {
      this.#waiters.push({ lanes: lanes as readonly OwnLane[], recipients, resolve });
      this.#serve();
    });
  }

  /** Nothing before `until`, by the clock that nobody sets, from this mailbox. */
  hold(lane: Lane, until: number): void {
    lane.pacer.hold(until);
  }

  /** Lets nobody go any more. */
  close(): void {
    this.#closed = true;
    this.#serve();
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#clock.elapsed();
    const left: Waiter[] = [];
    // Somebody waits for these who came before: smaller messages must not go past a larger one for ever.
    const wanted = new Set<OwnLane>();
    let wake = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) {
      if (this.#closed) {
        waiter.resolve(undefined);
        continue;
      }
      let free: OwnLane | undefined;
      for (const lane of waiter.lanes) {
        // One that is full wakes us when something ends.
        if (lane.inFlight >= this.#concurrency || wanted.has(lane)) continue;
        const pause = lane.pacer.pause(now, waiter.recipients);
        if (pause) wake = Math.min(wake, pause.until);
        else if (!free || lane.inFlight < free.inFlight) free = lane;
      }
      if (free) {
        waiter.resolve(this.#grant(free, waiter.recipients));
      } else {
        left.push(waiter);
        for (const lane of waiter.lanes) wanted.add(lane);
      }
    }
    this.#waiters = left;
    if (wake === Number.POSITIVE_INFINITY || left.length === 0) return;
    // Timers of Node.js take 24.8 days at most.
    const pause = Math.min(Math.max(1, wake - now), 3_600_000);
    this.#cancelTimer = this.#clock.after(pause, () => this.#serve());
  }

  #grant(lane: OwnLane, recipients: number): Grant {
    lane.inFlight++;
    const ticket = lane.pacer.begin(recipients);
    const begun = this.#clock.elapsed();
    const end = (how: () => void) => {
      lane.inFlight--;
      how();
      this.#serve();
    };
    return {
      lane,
      recipients,
      used: () => {
        const now = this.#clock.elapsed();
        const took = now - begun;
        lane.sendTime = lane.sendTime === undefined ? took : lane.sendTime + weight * (took - lane.sendTime);
        end(() => ticket.used(now));
      },
      unused: () => end(() => ticket.unused()),
    };
  }
}
