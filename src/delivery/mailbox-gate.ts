import type { Clock } from '../clock.js';
import { Admission } from './admission.js';
import { type Departed, GentleResume } from './gentle-resume.js';
import type { Arrival, Passage } from './passage.js';
import { Resting } from './resting.js';
import { Turnstile, type Waiter } from './turnstile.js';
import { UploadBudget } from './upload-budget.js';

/** What a gate lets through. */
export interface MailboxGateOptions {
  /** Requests in flight. */
  limit: number;
  /** Messages that may be composed beyond those in flight. */
  lookAhead: number;
  /** Bytes in any five minutes; `false` for no bound. A single request that is larger goes alone in its five minutes. */
  uploadBudget: number | false;
  clock: Clock;
}

interface Flight extends Waiter {
  bytes: number;
  departed?: Departed;
  land?: (arrival: Arrival | undefined) => void;
}

/** Milliseconds; the longest window in which Graph counts an application's requests to a mailbox. */
const longestWindow = 600_000;

/**
 * The gate in front of one mailbox. It bounds what is in flight and what goes up in five minutes; only a few messages more
 * than can be in flight are admitted to be composed; a pause holds everything, and ends gently.
 */
export class MailboxGate {
  readonly #clock: Clock;
  readonly #admission: Admission;
  readonly #departures: Turnstile<Flight>;
  readonly #resume: GentleResume;
  readonly #upload: UploadBudget | undefined;
  readonly #resting: Resting;
  /** Messages inside or waiting to be, by age. */
  readonly #present = new Set<number>();
  #age = 0;
  /** By the clock that nobody sets, as all moments here. */
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor({ limit, lookAhead, uploadBudget, clock }: MailboxGateOptions) {
    this.#clock = clock;
    this.#admission = new Admission(limit + lookAhead);
    this.#resting = new Resting(clock);
    this.#resume = new GentleResume(limit);
    this.#upload = uploadBudget === false ? undefined : new UploadBudget(uploadBudget, clock);
    this.#departures = new Turnstile<Flight>({
      limit: () => this.#resume.limit,
      pause: () => this.pausedFor,
      wait: ({ bytes }) => this.#upload?.wait(bytes) ?? 0,
      free: ({ bytes }) => bytes === 0,
      entered: (flight) => this.#takeOff(flight),
      clock,
    });
  }

  /** Messages waiting to be admitted. */
  get queued(): number {
    return this.#admission.queued;
  }

  /** Milliseconds until requests may be made again. */
  get pausedFor(): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - this.#clock.elapsed()));
  }

  /**
   * Whether a new gate would do as well: nobody is inside or waiting, and nothing is to be remembered of pauses and bytes.
   * A pause that nobody has tested since is forgotten when Graph has forgotten what led to it.
   */
  get unused(): boolean {
    if (this.#present.size > 0) return false;
    if (this.#upload && !this.#upload.empty) return false;
    return this.#resume.complete || this.#clock.elapsed() >= this.#pausedUntil + longestWindow;
  }

  /**
   * Waits until a message may be composed. First in, first out.
   * @param signal ends every wait on this passage with `EABORT`
   * @param entering ends this wait, in its place
   */
  async admit(signal?: AbortSignal, entering = signal): Promise<Passage> {
    const age = this.#age++;
    this.#present.add(age);
    try {
      return this.#passage(age, signal, await this.#admission.enter(entering));
    } catch (error) {
      this.#present.delete(age);
      throw error;
    }
  }

  /** No request for so many milliseconds, and then one first. A shorter pause never ends a longer one. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.elapsed() + ms);
    this.#resume.restart();
    this.#departures.advance();
  }

  /** Everything that has no request in flight fails with `reason()`, now and from now on, except who is committed. */
  close(reason: () => unknown): void {
    this.#admission.close(reason);
    this.#departures.close(reason);
    this.#resting.close(reason);
  }

  #passage(age: number, signal: AbortSignal | undefined, unload: () => void): Passage {
    const traveller = { committed: false };
    let flight: Flight | undefined;
    return {
      depart: ({ bytes, longestWait, signal: departing = signal }) => {
        flight = { age, bytes, longestWait, signal: departing, ...traveller };
        return this.#departures.enter(flight);
      },
      get recalled() {
        return flight?.departed?.overtaken ?? false;
      },
      arrive: (arrival) => {
        const land = flight?.land;
        flight = undefined;
        land?.(arrival);
      },
      rest: (ms) => this.#resting.rest(ms, traveller, signal),
      unload,
      commit: () => {
        traveller.committed = true;
        if (flight) flight.committed = true;
      },
      leave: () => {
        unload();
        this.#present.delete(age);
      },
    };
  }

  #takeOff(flight: Flight): void {
    const settle = this.#upload?.reserve(flight.bytes);
    const departed = this.#resume.depart();
    flight.departed = departed;
    flight.land = (arrival) => {
      settle?.(arrival?.bytes ?? 0);
      departed.arrive(arrival !== undefined && !arrival.refused);
      this.#departures.leave();
    };
  }
}
