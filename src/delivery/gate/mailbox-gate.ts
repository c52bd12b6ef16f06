import { abortError, onAbort } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import { type QueuedRequest, RequestQueue } from './request-queue.js';
import { SlowStart, type StartedRequest } from './slow-start.js';
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

/** A transport, as the gates of its mailboxes know it. */
export interface GateClient {
  /** Its messages that wait for a slot, over all mailboxes. */
  queued: number;
  /** Whether it has limits of its own, and composes a message only when that has its turn there. */
  readonly limited?: boolean;
}

/** A request that waits to be made. */
interface RequestWanted {
  /** Its HTTP body carries at most so many. */
  bytes: number;
  /** Milliseconds; a pause longer than that is not waited for. */
  longestPause: number;
  /** Ends this wait. */
  signal?: AbortSignal | undefined;
}

/** A request that was made and has ended. */
export interface EndedRequest {
  /** What its body really carried. */
  bytes: number;
  /** Whether the service asked for a pause with it; then `pause()` was called before. */
  refused: boolean;
}

/** One message's slot at the gate: any number of requests, one at a time, then `release`, always. */
export interface MessageSlot {
  /**
   * Waits until a request may be made. Older messages are served before younger ones, also with later requests.
   * @returns whether it may be made; `false` when the mailbox is paused for too long
   */
  acquireRequest(wanted: RequestWanted): Promise<boolean>;
  /**
   * Whether a pause has been asked for since the request was allowed: one that was not made by then must not be. It is
   * released, and acquired again.
   */
  readonly revoked: boolean;
  /**
   * The request that may be made waits for something else first. Until it is taken back, a message of another transport that
   * waits at the mailbox may be served in its stead.
   */
  lend(): void;
  /** @returns whether the request may still be made; otherwise it is acquired again */
  takeBack(): boolean;
  /** The request has ended; without `ended` it was never made. */
  releaseRequest(ended?: EndedRequest): void;
  /** Waits `ms` between two requests, with nothing in flight. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** The message's bytes are no longer needed, so another may be composed. */
  releaseBytes(): void;
  /** The message is done, one way or the other. */
  release(): void;
}

/** A request at the gate, from its wait to its end. */
interface GateRequest extends QueuedRequest {
  bytes: number;
  client: GateClient;
  started?: StartedRequest;
  /** Set while it may be made or is in flight. */
  end?: ((ended: EndedRequest | undefined) => void) | undefined;
}

/** Milliseconds; the longest window in which Graph counts an application's requests to a mailbox. */
const longestWindow = 600_000;

/**
 * The gate in front of one mailbox, for all transports of the process. It bounds what is in flight and what goes up in five
 * minutes; only a few messages more than can be in flight get a slot to be composed; a pause holds everything, and is
 * followed by a slow start.
 */
export class MailboxGate {
  readonly #clock: Clock;
  readonly #composing: ComposeSlots;
  readonly #requests: RequestQueue<GateRequest>;
  readonly #slowStart: SlowStart;
  readonly #upload: UploadBudget;
  /** Of transports that have limits of their own, whose waiting messages do not block those of other transports. */
  readonly #composingOf = new WeakMap<GateClient, ComposeSlots>();
  /** Requests that may be made, and wait for their own transport. */
  readonly #lent = new Set<GateRequest>();
  readonly #defaultClient: GateClient = { queued: 0 };
  #options: MailboxGateOptions;
  /** Messages that have a slot or wait for one. */
  #present = 0;
  #age = 0;
  /** By the clock that is never set, as all moments here. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #joined: MailboxGate | undefined;

  constructor(options: MailboxGateOptions) {
    const { limit, lookAhead, uploadBudget, clock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#composing = new ComposeSlots(limit + lookAhead);
    this.#slowStart = new SlowStart(limit);
    this.#upload = new UploadBudget(bytesOf(uploadBudget), clock);
    this.#requests = new RequestQueue<GateRequest>({
      limit: () => this.#slowStart.limit,
      pause: () => this.pausedFor,
      wait: ({ bytes }) => this.#upload.wait(bytes),
      mayPass: ({ bytes }) => bytes === 0,
      acquired: (request) => this.#start(request),
      clock,
    });
  }

  /** Messages waiting for a slot. */
  get queued(): number {
    return this.#composing.queued;
  }

  /** Milliseconds until requests may be made again. */
  get pausedFor(): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - this.#clock.elapsed()), this.#joined?.pausedFor ?? 0);
  }

  /**
   * Whether a new gate would do as well: no message is present, and nothing is to be remembered of pauses and bytes. A pause
   * that no request has tested since is forgotten when Graph has forgotten what led to it.
   */
  get unused(): boolean {
    if (this.#present > 0) return false;
    if (this.#options.uploadBudget !== false && !this.#upload.empty) return false;
    return this.#slowStart.complete || this.#clock.elapsed() >= this.#pausedUntil + longestWindow;
  }

  /**
   * Takes these bounds while no message is present, and otherwise the stricter of these and its own.
   * @returns whether they differed
   */
  adopt({ limit, uploadBudget }: Pick<MailboxGateOptions, 'limit' | 'uploadBudget'>): boolean {
    const own = this.#options;
    if (limit === own.limit && uploadBudget === own.uploadBudget) return false;
    const bounds = this.#present === 0 ? { limit, uploadBudget } : own;
    const bytes = Math.min(bytesOf(uploadBudget), bytesOf(bounds.uploadBudget));
    this.#options = { ...own, limit: Math.min(limit, bounds.limit), uploadBudget: Number.isFinite(bytes) && bytes };
    this.#composing.slots = this.#options.limit + own.lookAhead;
    this.#slowStart.fullLimit = this.#options.limit;
    this.#upload.limit = bytes;
    return true;
  }

  /**
   * The mailbox is that of another gate: what comes, and every request of what is here already, goes through that one
   * too. Requests that are in flight already do not pass through it.
   */
  join(gate: MailboxGate): void {
    gate.adopt(this.#options);
    if (this.pausedFor > 0) gate.pause(this.pausedFor);
    this.#joined = gate;
  }

  /**
   * Waits until a message may be composed. First in, first out, and the transports in turn.
   * @param signal ends this wait
   */
  async acquire(signal?: AbortSignal, client: GateClient = this.#defaultClient): Promise<MessageSlot> {
    if (this.#joined) return this.#joined.acquire(signal, client);
    this.#present++;
    try {
      const releaseBytes = await this.#composeSlotsOf(client).acquire(client, signal);
      return this.#messageSlot(this.#age++, client, releaseBytes);
    } catch (error) {
      this.#present--;
      throw error;
    }
  }

  /** No request for so many milliseconds, and then one first. A shorter pause never ends a longer one. */
  pause(ms: number): void {
    this.#joined?.pause(ms);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.elapsed() + ms);
    this.#slowStart.restart();
    this.#requests.advance();
  }

  #composeSlotsOf(client: GateClient): ComposeSlots {
    if (!client.limited) return this.#composing;
    const { limit, lookAhead } = this.#options;
    const own = this.#composingOf.get(client) ?? new ComposeSlots(limit + lookAhead);
    this.#composingOf.set(client, own);
    return own;
  }

  #messageSlot(age: number, client: GateClient, releaseBytes: () => void): MessageSlot {
    let released = false;
    let request: GateRequest | undefined;
    let onward: MessageSlot | undefined;
    const releaseRequest = (ended?: EndedRequest) => {
      onward?.releaseRequest(ended);
      const last = request;
      request = undefined;
      if (last) this.#end(last, ended);
    };
    return {
      acquireRequest: async ({ bytes, longestPause, signal }) => {
        request = { age, bytes, longestPause, signal, client };
        const acquired = this.#requests.acquire(request);
        this.#reclaim();
        if (!(await acquired)) return false;
        // Aborted just after its slot was granted.
        if (signal?.aborted) {
          releaseRequest();
          throw abortError(signal);
        }
        if (!this.#joined) return true;
        try {
          if (!onward) {
            onward = await this.#joined.acquire(signal, client);
            onward.releaseBytes();
          }
          if (await onward.acquireRequest({ bytes, longestPause, signal })) return true;
        } catch (error) {
          releaseRequest();
          throw error;
        }
        releaseRequest();
        return false;
      },
      get revoked() {
        return (request?.started?.beforePause || onward?.revoked) ?? false;
      },
      lend: () => {
        onward?.lend();
        if (request?.end) this.#lent.add(request);
        this.#reclaim();
      },
      takeBack: () => {
        if (request) this.#lent.delete(request);
        const kept = request?.end !== undefined && onward?.takeBack() !== false;
        if (!kept) releaseRequest();
        return kept;
      },
      releaseRequest,
      delay: (ms, signal) => waitFor(signal, (go) => this.#clock.after(ms, go)),
      releaseBytes,
      release: () => {
        releaseBytes();
        onward?.release();
        if (!released) this.#present--;
        released = true;
      },
    };
  }

  #start(request: GateRequest): void {
    const settle = this.#upload.reserve(request.bytes);
    const started = this.#slowStart.start();
    request.started = started;
    request.end = (ended) => {
      settle(ended?.bytes ?? 0);
      started.end(ended !== undefined && !ended.refused);
      this.#requests.release();
    };
  }

  #end(request: GateRequest, ended: EndedRequest | undefined): void {
    const { end } = request;
    request.end = undefined;
    this.#lent.delete(request);
    end?.(ended);
  }

  /** A request that waits for its own transport makes room for others, or one slow transport would hold up all of them. */
  #reclaim(): void {
    for (const request of this.#lent) {
      if (this.#requests.isAwaitedBy(({ client }) => client !== request.client)) this.#end(request, undefined);
    }
  }
}

/**
 * Lets so many messages be composed at a time; what waits outside costs no memory. First in, first out for each transport,
 * and the transports in turn: ten thousand messages of one hold up those of another by a single message.
 */
class ComposeSlots {
  #slots: number;
  readonly #waiting = new Map<GateClient, (() => void)[]>();
  #taken = 0;

  /** @param slots messages at a time */
  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Messages at a time; a message that has a slot keeps it when there are to be fewer. */
  set slots(slots: number) {
    this.#slots = slots;
  }

  /** Messages that wait. */
  get queued(): number {
    let queued = 0;
    for (const { length } of this.#waiting.values()) queued += length;
    return queued;
  }

  /**
   * Waits for a slot.
   * @returns gives it back; calling that twice is harmless
   */
  async acquire(client: GateClient, signal: AbortSignal | undefined): Promise<() => void> {
    if (signal?.aborted) throw abortError(signal);
    if (this.#taken < this.#slots) this.#taken++;
    else await waitFor(signal, (go) => this.#queue(client, go));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#taken <= this.#slots ? this.#next() : undefined;
      if (next) next();
      else this.#taken--;
    };
  }

  /** @returns takes it away again */
  #queue(client: GateClient, go: () => void): () => void {
    client.queued++;
    const queue = this.#waiting.get(client) ?? [];
    queue.push(go);
    this.#waiting.set(client, queue);
    return () => {
      client.queued--;
      queue.splice(queue.indexOf(go), 1);
      if (queue.length === 0) this.#waiting.delete(client);
    };
  }

  /** The oldest of the next transport in turn; that transport then moves to the back. */
  #next(): (() => void) | undefined {
    for (const [client, queue] of this.#waiting) {
      this.#waiting.delete(client);
      this.#waiting.set(client, queue);
      return queue[0];
    }
    return undefined;
  }
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

function bytesOf(uploadBudget: number | false): number {
  return uploadBudget === false ? Number.POSITIVE_INFINITY : uploadBudget;
}
