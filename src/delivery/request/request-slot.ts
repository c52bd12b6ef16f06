import type { EndedRequest, MessageSlot } from '../gate/mailbox-gate.js';
import type { DeliveryContext, Operation } from './types.js';

/** Counts requests in the transport's own queue. */
let age = 0;

/** Room for one request, at its mailbox and in the transport as a whole. `release` must follow, once. */
export class RequestSlot {
  /** Set when the request has left and ended. */
  ended: EndedRequest | undefined;
  readonly #context: DeliveryContext;
  readonly #message: MessageSlot;
  readonly #submission: boolean;
  #begun = false;

  private constructor(context: DeliveryContext, message: MessageSlot, submission: boolean) {
    this.#context = context;
    this.#message = message;
    this.#submission = submission;
  }

  /** Waits for room; gives `undefined` when the mailbox is paused for longer than `longestPause`. */
  static async acquire(
    context: DeliveryContext,
    message: MessageSlot,
    { bytes, submission }: Pick<Operation, 'bytes' | 'submission'>,
    longestPause: number,
    signal: AbortSignal | undefined,
  ): Promise<RequestSlot | undefined> {
    const { connections } = context;
    for (;;) {
      if (!(await message.acquireRequest({ bytes, longestPause, signal }))) return undefined;
      const slot = new RequestSlot(context, message, submission);
      if (!connections) return slot;
      const queued = { age: age++, submission, signal };
      if (!connections.hasRoomFor(queued)) message.lend();
      try {
        await connections.acquire(queued);
      } catch (error) {
        message.releaseRequest();
        throw error;
      }
      try {
        const kept = message.takeBack();
        if (kept ? !message.revoked : await message.acquireRequest({ bytes, longestPause: 0, signal })) return slot;
      } catch (error) {
        slot.release();
        throw error;
      }
      // The mailbox was paused while this one waited for the transport.
      slot.release();
    }
  }

  /** The request is made now. */
  begin(): void {
    this.#begun = true;
    if (this.#submission) this.#context.rate?.begin();
  }

  release(): void {
    if (this.#submission && !this.#begun) this.#context.rate?.cancel();
    this.#context.connections?.release();
    this.#message.releaseRequest(this.ended);
  }
}
