import { abortError, onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import { Turnstile, type Waiter } from './request-queue.js';
import { type Departed, GentleResume } from './slow-start.js';
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

/** A transport, as the gates of its mailboxes know it. */
export interface GateClient {
  /** Its messages that wait to be admitted, over all mailboxes. */
  queued: number;
  /** Once aborted, its messages begin no more waits, except those that are committed. */
  readonly closing?: AbortSignal;
  /** Whether it has limits of its own, and composes a message only when that has its turn there. */
  readonly limited?: boolean;
}

/**
 * Lets so many messages in to be composed; what waits outside costs no memory. First in, first out for each transport, and
 * the transports in turn: ten thousand messages of one hold up those of another by one place.
 */
class Admission {
  #places: number;
  readonly #entering = new Map<GateClient, (() => void)[]>();
  #taken = 0;

  /** @param places messages inside at a time */
  constructor(places: number) {
    this.#places = places;
  }

  /** Messages inside at a time; who is inside stays when there are to be fewer. */
  set places(places: number) {
    this.#places = places;
  }

  /** Messages that wait. */
  get queued(): number {
    let queued = 0;
    for (const { length } of this.#entering.values()) queued += length;
    return queued;
  }

  /**
   * Waits for a place.
   * @returns gives it back; calling that twice is harmless
   */
  async enter(client: GateClient, signal: AbortSignal | undefined): Promise<() => void> {
    if (signal?.aborted) throw abortError(signal);
    if (this.#taken < this.#places) this.#taken++;
    else await waitFor(signal, (go) => this.#queue(client, go));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#taken <= this.#places ? this.#next() : undefined;
      if (next) next();
      else this.#taken--;
    };
  }

  /** @returns takes it away again */
  #queue(client: GateClient, go: () => void): () => void {
    client.queued++;
    const queue = this.#entering.get(client) ?? [];
    queue.push(go);
    this.#entering.set(client, queue);
    return () => {
      client.queued--;
      queue.splice(queue.indexOf(go), 1);
      if (queue.length === 0) this.#entering.delete(client);
    };
  }

  /** The first of the transport whose turn it is, which then is the last to have another. */
  #next(): (() => void) | undefined {
    for (const [client, queue] of this.#entering) {
      this.#entering.delete(client);
      this.#entering.set(client, queue);
      return queue[0];
    }
    return undefined;
  }
}

/** A request that wants to go. */
interface Departure {
  /** Its HTTP body carries at most so many. */
  bytes: number;
  /** Milliseconds; a pause longer than that is not waited for. */
  longestWait: number;
  /** Ends this wait, in place of what ends all waits of the message. */
  signal?: AbortSignal | undefined;
}

/** A request that was made and has ended. */
export interface Arrival {
  /** What its body really carried. */
  bytes: number;
  /** Whether the service asked for a pause with it; then `pause()` was called before. */
  refused: boolean;
}

/** One message's way through the gate: any number of requests, one at a time, then `leave`, always. */
export interface Passage {
  /**
   * Waits until a request may be made. Older messages are served before younger ones, also with later requests.
   * @returns whether it may be made; `false` for too long a pause
   */
  depart(departure: Departure): Promise<boolean>;
  /**
   * Whether a pause has been asked for since the departure: a request that was not made by then must not be. It arrives, and
   * departs again.
   */
  readonly recalled: boolean;
  /**
   * The request that may be made waits for something else first. Until it is taken back, a message of another transport that
   * waits at the mailbox may go in its stead.
   */
  lend(): void;
  /** @returns whether the request may still be made; otherwise it departs again */
  takeBack(): boolean;
  /** The request has ended; without `arrival` it was never made. */
  arrive(arrival?: Arrival): void;
  /** Waits `ms` between two requests, with nothing in flight. */
  rest(ms: number): Promise<void>;
  /** The message's bytes are no longer needed, so another may be composed. */
  unload(): void;
  /** From now on the closing of its transport does not stop this message. */
  commit(): void;
  /** The message is done, one way or the other. */
  leave(): void;
}

/**
 * A wait that ends when `go` is called or the signal aborts.
 * @param begin puts `go` where it will be called; gives what takes it away from there
 */
function waitFor(signal: AbortSignal | undefined, begin: (go: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const end = () => {
      release();
      remove();
    };
    const release = onAbort(signal, () => {
      end();
      reject(abortError(signal));
    });
    const remove = begin(() => {
      end();
      resolve();
    });
  });
}
