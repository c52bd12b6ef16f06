import type { EndedRequest, GateClient, MailboxGate, MessageSlot } from '../../src/delivery/gate/mailbox-gate.js';
import { settled } from './virtual-clock.js';

/** A request that was made, and that the service took. */
export const accepted: EndedRequest = { bytes: 0, refused: false };

/** A request that the service answered with a pause. */
export const refused: EndedRequest = { bytes: 0, refused: true };

type WaitSignal = AbortSignal | undefined | (() => AbortSignal | undefined);

/** A message at a gate, which notes how far it and its request have come. */
export class GateRequest {
  slot: MessageSlot | undefined;
  state: 'outside' | 'inside' | 'waiting' | 'away' | 'turned away' | 'resting' | 'rested' | 'failed' = 'outside';
  error: unknown;

  readonly #signal: WaitSignal;

  /** @param signal ends its waits; as a function, it is asked for each wait anew */
  constructor(gate: MailboxGate, signal?: WaitSignal, client?: GateClient) {
    this.#signal = signal;
    gate.acquire(this.#waitSignal, client).then((slot) => {
      this.slot = slot;
      this.state = 'inside';
    }, this.#fail);
  }

  acquire(bytes = 0, longestPause = Number.POSITIVE_INFINITY): void {
    this.state = 'waiting';
    this.slot?.acquireRequest({ bytes, longestPause, signal: this.#waitSignal }).then((acquired) => {
      this.state = acquired ? 'away' : 'turned away';
    }, this.#fail);
  }

  /** Lets go of the request, and waits for what follows from it. */
  async release(ended: EndedRequest | undefined = accepted): Promise<void> {
    this.slot?.releaseRequest(ended);
    await settled();
  }

  delay(ms: number): void {
    this.state = 'resting';
    this.slot?.delay(ms, this.#waitSignal).then(() => {
      this.state = 'rested';
    }, this.#fail);
  }

  get #waitSignal(): AbortSignal | undefined {
    return typeof this.#signal === 'function' ? this.#signal() : this.#signal;
  }

  readonly #fail = (error: unknown) => {
    this.state = 'failed';
    this.error = error;
  };
}

/** So many messages that come to the gate one after another, and want a request as soon as they have a slot. */
export async function through(
  gate: MailboxGate,
  count: number,
  bytes = 0,
  client?: GateClient,
  signal?: WaitSignal,
): Promise<GateRequest[]> {
  const requests = Array.from({ length: count }, () => new GateRequest(gate, signal, client));
  await settled();
  for (const request of requests) if (request.state === 'inside') request.acquire(bytes);
  await settled();
  return requests;
}

export const states = (requests: GateRequest[]): string => requests.map(({ state }) => state).join(', ');
