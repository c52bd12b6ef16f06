import { abortError } from '../../common/abort.js';
import { waitFor } from './waiting.js';

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
export class Admission {
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
