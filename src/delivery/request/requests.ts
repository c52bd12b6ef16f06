import { unlessAborted } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import type { GraphClient } from '../../graph/client.js';
import type { HttpAnswer } from '../../graph/http.js';
import type { MailboxGate, MessageSlot } from '../gate/mailbox-gate.js';
import { WaitLimit } from './max-wait.js';
import { repeatDelay } from './retry-delay.js';
import { type DeliveryState, performOperation, waitSignal } from './retry-loop.js';
import type { DeliveryContext, DeliveryHooks, Operation, OperationResult } from './types.js';

/** The requests of one message or lookup, and how far they have brought it. */
export class Requests {
  readonly #state: DeliveryState;

  constructor(
    context: DeliveryContext,
    gate: MailboxGate,
    slot: MessageSlot,
    mailbox: string,
    hooks: DeliveryHooks,
    limit = new WaitLimit(context.clock, context.limits),
  ) {
    this.#state = {
      context,
      gate,
      slot,
      mailbox,
      hooks,
      limit,
      committed: false,
      begun: undefined,
      submitted: false,
      mayBeSent: false,
      lastDuration: 0,
    };
  }

  /**
   * Makes the request of an operation until it has worked.
   * @param ready awaited while the request has its slot, just before it is made: the operation as it is to be made, or
   * `undefined` when it is not to be made after all
   * @throws GraphMailError with the outcome of the operation: *unknown* where it may have had its effect
   */
  perform<T extends HttpAnswer>(operation: Operation<T>): Promise<OperationResult<T>>;
  perform<T extends HttpAnswer>(
    operation: Operation<T>,
    ready: () => Promise<Operation<T> | undefined>,
  ): Promise<OperationResult<T> | undefined>;
  perform<T extends HttpAnswer>(
    operation: Operation<T>,
    ready?: () => Promise<Operation<T> | undefined>,
  ): Promise<OperationResult<T> | undefined> {
    return performOperation(this.#state, operation, ready);
  }

  get mailbox(): string {
    return this.#state.mailbox;
  }

  get graph(): GraphClient {
    return this.#state.context.graph;
  }

  get clock(): Clock {
    return this.#state.context.clock;
  }

  /** Milliseconds that a function of the caller's may take. */
  get timeout(): number {
    return this.#state.context.timeout;
  }

  /** Whether the message's caller has called it off. */
  get aborted(): boolean {
    return this.#state.hooks.signal?.aborted ?? false;
  }

  /** Milliseconds since the first request that could bring the message into the mailbox. */
  get age(): number {
    return this.clock.elapsed() - (this.#state.begun ?? this.clock.elapsed());
  }

  /** Whether a request that was to send the message has left. */
  get submitted(): boolean {
    return this.#state.submitted;
  }

  /** Whether a request has sent the message, or may have: no error that comes now can say that it was not sent. */
  get mayBeSent(): boolean {
    return this.#state.mayBeSent;
  }

  /** Something besides an answer shows that the message may have been sent. */
  noteMayBeSent(): void {
    this.#state.mayBeSent = true;
  }

  /** Milliseconds that the last request took that was to send the message. */
  get lastDuration(): number {
    return this.#state.lastDuration;
  }

  /** From now on `close()` lets this message come to its end: it is in the middle of something. */
  commit(): void {
    this.#state.committed = true;
    this.#state.hooks.inFlight?.(true);
  }

  /** The message's bytes are not needed any more, so that others may be composed. */
  releaseBytes(): void {
    this.#state.slot.releaseBytes();
  }

  /** Waits between two operations. */
  async delay(ms: number): Promise<void> {
    const { context, hooks, slot, committed } = this.#state;
    await slot.delay(ms, waitSignal(context, hooks, committed));
  }

  /**
   * Waits before something is done again that may have been done.
   * @param attempts how often it was tried
   * @returns whether it may be; `false` at once when it was tried, or waited, as long as it may be
   */
  async delayBeforeRepeating(attempts: number): Promise<boolean> {
    const { context, limit } = this.#state;
    const delay = repeatDelay(limit.limits, { attempts, waited: limit.waited }, context.random());
    if (delay === undefined || !context.budget.spend()) return false;
    limit.count(delay, false);
    await this.delay(delay);
    return true;
  }

  /** Waits for what cannot be ended itself no longer than the message's caller wants it sent. */
  unlessAborted<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.#state.hooks.signal);
  }

  /** Tells that a draft is left, or may be. */
  tellLeftDraft(draftId: string | undefined): void {
    this.#state.hooks.draftLeft?.(draftId);
  }
}
