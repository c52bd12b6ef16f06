import { abortError } from '../../common/abort.js';
import type { Clock } from '../../common/timers.js';
import { Admission, type GateClient } from './admission.js';
import type { Arrival, Passage } from './passage.js';
import { Turnstile, type Waiter } from './request-queue.js';
import { type Departed, GentleResume } from './slow-start.js';
import { UploadBudget } from './upload-budget.js';
import { waitFor } from './waiting.js';

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
  client: GateClient;
  departed?: Departed;
  land?: ((arrival: Arrival | undefined) => void) | undefined;
}

/** Milliseconds; the longest window in which Graph counts an application's requests to a mailbox. */
const longestWindow = 600_000;

/**
 * The gate in front of one mailbox, for all transports of the process. It bounds what is in flight and what goes up in five
 * minutes; only a few messages more than can be in flight are admitted to be composed; a pause holds everything, and ends
 * gently.
 */
export class MailboxGate {
  readonly #clock: Clock;
  readonly #admission: Admission;
  readonly #departures: Turnstile<Flight>;
  readonly #resume: GentleResume;
  readonly #upload: UploadBudget;
  /** Of transports that have limits of their own: what waits for those holds up no other transport. */
  readonly #apart = new WeakMap<GateClient, Admission>();
  /** Those that may go, and wait for their own transport. */
  readonly #lent = new Set<Flight>();
  readonly #anyone: GateClient = { queued: 0 };
  #options: MailboxGateOptions;
  /** Messages inside or waiting to be. */
  #present = 0;
  #age = 0;
  /** By the clock that nobody sets, as all moments here. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #joined: MailboxGate | undefined;

  constructor(options: MailboxGateOptions) {
    const { limit, lookAhead, uploadBudget, clock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#admission = new Admission(limit + lookAhead);
    this.#resume = new GentleResume(limit);
    this.#upload = new UploadBudget(bytesOf(uploadBudget), clock);
    this.#departures = new Turnstile<Flight>({
      limit: () => this.#resume.limit,
      pause: () => this.pausedFor,
      wait: ({ bytes }) => this.#upload.wait(bytes),
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
    return Math.max(0, Math.ceil(this.#pausedUntil - this.#clock.elapsed()), this.#joined?.pausedFor ?? 0);
  }

  /**
   * Whether a new gate would do as well: nobody is inside or waiting, and nothing is to be remembered of pauses and bytes.
   * A pause that nobody has tested since is forgotten when Graph has forgotten what led to it.
   */
  get unused(): boolean {
    if (this.#present > 0) return false;
    if (this.#options.uploadBudget !== false && !this.#upload.empty) return false;
    return this.#resume.complete || this.#clock.elapsed() >= this.#pausedUntil + longestWindow;
  }

  /**
   * Takes these bounds while nobody is here, and otherwise the stricter of these and its own.
   * @returns whether they differed
   */
  adopt({ limit, uploadBudget }: Pick<MailboxGateOptions, 'limit' | 'uploadBudget'>): boolean {
    const own = this.#options;
    if (limit === own.limit && uploadBudget === own.uploadBudget) return false;
    const bounds = this.#present === 0 ? { limit, uploadBudget } : own;
    const bytes = Math.min(bytesOf(uploadBudget), bytesOf(bounds.uploadBudget));
    this.#options = { ...own, limit: Math.min(limit, bounds.limit), uploadBudget: Number.isFinite(bytes) && bytes };
    this.#admission.places = this.#options.limit + own.lookAhead;
    this.#resume.full = this.#options.limit;
    this.#upload.limit = bytes;
    return true;
  }

  /**
   * The mailbox is that of another gate: what comes, and every request of what is here already, goes through that one too.
   * Only what is in flight now ends without.
   */
  join(gate: MailboxGate): void {
    gate.adopt(this.#options);
    if (this.pausedFor > 0) gate.pause(this.pausedFor);
    this.#joined = gate;
  }

  /**
   * Waits until a message may be composed. First in, first out, and the transports in turn.
   * @param signal ends every wait on this passage with `EABORT`
   * @param entering ends this wait, in its place
   */
  async admit(signal?: AbortSignal, client: GateClient = this.#anyone, entering = signal): Promise<Passage> {
    if (this.#joined) return this.#joined.admit(signal, client, entering);
    if (client.closing?.aborted) throw abortError(client.closing);
    this.#present++;
    try {
      const unload = await this.#admissionOf(client).enter(client, entering);
      return this.#passage(this.#age++, signal, client, unload);
    } catch (error) {
      this.#present--;
      throw error;
    }
  }

  /** No request for so many milliseconds, and then one first. A shorter pause never ends a longer one. */
  pause(ms: number): void {
    this.#joined?.pause(ms);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.elapsed() + ms);
    this.#resume.restart();
    this.#departures.advance();
  }

  #admissionOf(client: GateClient): Admission {
    if (!client.limited) return this.#admission;
    const { limit, lookAhead } = this.#options;
    const apart = this.#apart.get(client) ?? new Admission(limit + lookAhead);
    this.#apart.set(client, apart);
    return apart;
  }

  #passage(age: number, signal: AbortSignal | undefined, client: GateClient, unload: () => void): Passage {
    let committed = false;
    let left = false;
    let flight: Flight | undefined;
    let onward: Passage | undefined;
    // Whoever waits as the transport closes is stopped by the signal.
    const mayWait = () => {
      if (!committed && client.closing?.aborted) throw abortError(client.closing);
    };
    const arrive = (arrival?: Arrival) => {
      onward?.arrive(arrival);
      const ended = flight;
      flight = undefined;
      if (ended) this.#land(ended, arrival);
    };
    return {
      depart: async ({ bytes, longestWait, signal: departing = signal }) => {
        mayWait();
        flight = { age, bytes, longestWait, signal: departing, client };
        const entered = this.#departures.enter(flight);
        this.#reclaim();
        if (!(await entered)) return false;
        // Aborted in the moment in which it might have gone.
        if (departing?.aborted) {
          arrive();
          throw abortError(departing);
        }
        if (!this.#joined) return true;
        try {
          if (!onward) {
            onward = await this.#joined.admit(signal, client, departing);
            onward.unload();
            if (committed) onward.commit();
          }
          if (await onward.depart({ bytes, longestWait, signal: departing })) return true;
        } catch (error) {
          arrive();
          throw error;
        }
        arrive();
        return false;
      },
      get recalled() {
        return (flight?.departed?.overtaken || onward?.recalled) ?? false;
      },
      lend: () => {
        onward?.lend();
        if (flight?.land) this.#lent.add(flight);
        this.#reclaim();
      },
      takeBack: () => {
        if (flight) this.#lent.delete(flight);
        const mine = flight?.land !== undefined && onward?.takeBack() !== false;
        if (!mine) arrive();
        return mine;
      },
      arrive,
      rest: async (ms) => {
        mayWait();
        await waitFor(signal, (go) => this.#clock.after(ms, go));
      },
      unload,
      commit: () => {
        committed = true;
        onward?.commit();
      },
      leave: () => {
        unload();
        onward?.leave();
        if (!left) this.#present--;
        left = true;
      },
    };
  }

  #land(flight: Flight, arrival: Arrival | undefined): void {
    const { land } = flight;
    flight.land = undefined;
    this.#lent.delete(flight);
    land?.(arrival);
  }

  /** Whoever waits for its own transport makes room for others, or one that is slow would hold up all of them. */
  #reclaim(): void {
    for (const flight of this.#lent) {
      if (this.#departures.awaitedBy(({ client }) => client !== flight.client)) this.#land(flight, undefined);
    }
  }

  #takeOff(flight: Flight): void {
    const settle = this.#upload.reserve(flight.bytes);
    const departed = this.#resume.depart();
    flight.departed = departed;
    flight.land = (arrival) => {
      settle(arrival?.bytes ?? 0);
      departed.arrive(arrival !== undefined && !arrival.refused);
      this.#departures.leave();
    };
  }
}

function bytesOf(uploadBudget: number | false): number {
  return uploadBudget === false ? Number.POSITIVE_INFINITY : uploadBudget;
}
