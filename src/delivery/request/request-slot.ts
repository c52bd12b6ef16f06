import type { Arrival, Passage } from '../gate/passage.js';
import type { DeliveryContext } from './context.js';
import type { Step } from './operation.js';

/** Who wants a place. */
export interface PlaceWanted {
  step: Step;
  /** Milliseconds; a longer pause is not waited for. */
  longestWait: number;
  signal: AbortSignal | undefined;
}

/** Counts arrivals at the transport's own turnstile. */
let age = 0;

/** Room for one request, at its mailbox and in the transport as a whole. `leave` must follow, once. */
export class Place {
  readonly #context: DeliveryContext;
  readonly #passage: Passage;
  readonly #submission: boolean;
  #begun = false;

  private constructor(context: DeliveryContext, passage: Passage, submission: boolean) {
    this.#context = context;
    this.#passage = passage;
    this.#submission = submission;
  }

  /** Waits for room; gives `undefined` when that would take too long. */
  static async take(
    context: DeliveryContext,
    passage: Passage,
    { step: { bytes, submission }, longestWait, signal }: PlaceWanted,
  ): Promise<Place | undefined> {
    const { connections } = context;
    for (;;) {
      if (!(await passage.depart({ bytes, longestWait, signal }))) return undefined;
      const place = new Place(context, passage, submission);
      if (!connections) return place;
      const waiter = { age: age++, submission, signal };
      if (!connections.opensFor(waiter)) passage.lend();
      try {
        await connections.enter(waiter);
      } catch (error) {
        passage.arrive();
        throw error;
      }
      try {
        if (passage.takeBack() ? !passage.recalled : await passage.depart({ bytes, longestWait: 0, signal }))
          return place;
      } catch (error) {
        place.leave(undefined);
        throw error;
      }
      // The mailbox was paused while this one waited for the transport.
      place.leave(undefined);
    }
  }

  /** The request is made now. */
  begin(): void {
    this.#begun = true;
    if (this.#submission) this.#context.rate?.begin();
  }

  /** The request has ended; without `arrival` nothing of it ever left. */
  leave(arrival: Arrival | undefined): void {
    if (this.#submission && !this.#begun) this.#context.rate?.cancel();
    this.#context.connections?.leave();
    this.#passage.arrive(arrival);
  }
}
