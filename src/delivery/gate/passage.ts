/** A request that wants to go. */
export interface Departure {
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
