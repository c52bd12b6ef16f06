import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../../common/abort.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { claimsChallenge } from '../../graph/claims-challenge.js';
import type { HttpAnswer } from '../../graph/http.js';
import { NetworkFailure } from '../../graph/network-failure.js';
import type { MailboxGate, MessageSlot } from '../gate/mailbox-gate.js';
import { failureOfOperation } from './delivery-errors.js';
import { missingRole } from './error-hints.js';
import { longPause, WaitLimit } from './max-wait.js';
import type { Outcome } from './outcome.js';
import { pausedBefore, requestError } from './request-errors.js';
import { RequestSlot } from './request-slot.js';
import { decideRetry, nextDelay } from './retry-delay.js';
import type { AttemptReport, DeliveryContext, DeliveryHooks, Operation, OperationResult } from './types.js';

/** What all operations of a message share, and how far they have brought it. */
export interface DeliveryState {
  readonly context: DeliveryContext;
  readonly gate: MailboxGate;
  readonly slot: MessageSlot;
  readonly mailbox: string;
  readonly hooks: DeliveryHooks;
  /** Of all operations that have none of their own. */
  readonly limit: WaitLimit;
  /** Whether `close()` lets the message come to its end. */
  committed: boolean;
  /** When the first request was made that could bring the message into the mailbox, by the monotonic clock. */
  begun: number | undefined;
  submitted: boolean;
  mayBeSent: boolean;
  lastDuration: number;
}

/**
 * What ends a wait that begins now. What was in flight as the transport closed may not wait again, unless it is committed;
 * what was waiting then is ended by its own signal.
 */
export function waitSignal(
  { closing }: Pick<DeliveryContext, 'closing'>,
  { signal }: Pick<DeliveryHooks, 'signal'>,
  committed: boolean,
): AbortSignal | undefined {
  return closing?.aborted && !committed ? closing : signal;
}

/** Makes the request of an operation, each time with a token and through the gate, as often as that is safe and allowed. */
export function performOperation<T extends HttpAnswer>(
  delivery: DeliveryState,
  operation: Operation<T>,
  ready: (() => Promise<Operation<T> | undefined>) | undefined,
): Promise<OperationResult<T> | undefined> {
  return new RetryLoop(delivery, operation, ready).run();
}

/** Milliseconds; a pause beyond a day is a mistake of the service's, and must not outlive it by much. */
const longestGatePause = 86_400_000;

/** Another try after `delay` ms. */
interface Retry {
  delay: number;
  /** Why the request that was announced sent nothing, where that is so. */
  notSent?: (() => GraphMailError) | undefined;
}

/** What a request led to: a result, or another try. */
type Next<T extends HttpAnswer> = OperationResult<T> | Retry;

class RetryLoop<T extends HttpAnswer> {
  readonly #delivery: DeliveryState;
  readonly #operation: Operation<T>;
  readonly #ready: (() => Promise<Operation<T> | undefined>) | undefined;
  readonly #limit: WaitLimit;
  /** Attempts, including those that got no token. */
  #attempts = 0;
  /** Requests that were made. */
  #requests = 0;
  /** Whether one of them has left. */
  #made = false;
  /** Whether one of them may have had its effect. */
  #doubtful = false;
  /** Whether one has left whose outcome is not known yet. */
  #unclassified = false;
  /** Requests that the operation's watcher was told of. */
  #announced = 0;
  /** Whether the last of them may still be under way, for all that the watcher knows. */
  #pending = false;
  /** The token that Graph did not accept, to be replaced before the next request. */
  #rejectedToken: { token: string; claims: string | undefined } | undefined;
  /** Settled when there is a token to try that may have a role which the last one lacked. */
  #renewal: Promise<unknown> | undefined;
  #renewed = false;

  constructor(
    delivery: DeliveryState,
    operation: Operation<T>,
    ready: (() => Promise<Operation<T> | undefined>) | undefined,
  ) {
    this.#delivery = delivery;
    this.#operation = operation;
    this.#ready = ready;
    this.#limit = operation.limits ? new WaitLimit(delivery.context.clock, operation.limits) : delivery.limit;
  }

  async run(): Promise<OperationResult<T> | undefined> {
    try {
      for (;;) {
        const next = (await this.#prepareToken()) ?? (await this.#requestInSlot());
        if (!next || !('delay' in next)) return next;
        if (next.notSent) await this.#tellNotSent(next.notSent);
        if (next.delay > 0) await this.#delivery.slot.delay(next.delay, this.#waitSignal);
      }
    } catch (error) {
      const doubtful = this.#doubtful || this.#unclassified;
      if (doubtful && this.#operation.submission) this.#delivery.mayBeSent = true;
      throw failureOfOperation(error, this.#operation, { attempts: this.#attempts, doubtful });
    }
  }

  get #waitSignal(): AbortSignal | undefined {
    const { context, hooks, committed } = this.#delivery;
    return waitSignal(context, hooks, committed);
  }

  /** A token, before the request waits in a queue; a failure to get one counts as an attempt. */
  async #prepareToken(): Promise<Retry | undefined> {
    const { context, hooks } = this.#delivery;
    const { tokens, budget, random } = context;
    try {
      const [renewal, rejected] = [this.#renewal, this.#rejectedToken];
      if (renewal) await unlessAborted(renewal, hooks.signal);
      this.#renewal = undefined;
      // The ordinary case, without a turn of the event loop.
      if (!rejected && tokens.ready !== undefined) return undefined;
      const wanted = rejected ? tokens.replace(rejected.token, rejected.claims) : tokens.get();
      await unlessAborted(wanted, hooks.signal);
      this.#rejectedToken = undefined;
      return undefined;
    } catch (error) {
      if (!isGraphMailError(error) || error.code === 'EABORT') throw error;
      const state = { attempts: ++this.#attempts, waited: this.#limit.waited };
      const delay = error.permanent ? undefined : nextDelay(this.#limit.limits, state, error.retryAfter, random());
      if (delay === undefined || !budget.spend()) throw error;
      this.#limit.count(delay, false);
      return { delay };
    }
  }

  /** One request, as soon as there is a slot for it. */
  async #requestInSlot(): Promise<Next<T> | undefined> {
    const { context, gate, slot: message, mailbox } = this.#delivery;
    const { command } = this.#operation;
    const slot = await this.#limit.atGate(
      (signal) => RequestSlot.acquire(context, message, this.#operation, this.#limit.longestPause, signal),
      this.#waitSignal,
      { pausedFor: () => gate.pausedFor, mailbox, command },
    );
    if (!slot) throw longPause(gate.pausedFor, mailbox, command, this.#doubtful);
    try {
      const operation = this.#ready ? await this.#ready() : this.#operation;
      return operation && (await this.#request(operation, slot));
    } finally {
      // Only now that a pause is in effect: releasing starts the next request.
      slot.release();
    }
  }

  /** One request, and what it leads to. */
  async #request(operation: Operation<T>, slot: RequestSlot): Promise<Next<T>> {
    const { context, gate, slot: message, mailbox, hooks } = this.#delivery;
    const { tokens, budget, clock, random } = context;
    const { command, bytes, submission, watcher, host = context.graph.host } = operation;
    // Fetched a moment ago, unless the wait outlived it; then it is prepared once more.
    const token =
      tokens.ready ??
      (await unlessAborted(tokens.get(), hooks.signal).catch((error: unknown) => {
        if (isGraphMailError(error) && error.command === 'TOKEN') return undefined;
        throw error;
      }));
    if (token === undefined || message.revoked) return { delay: 0 };
    if (watcher) {
      await watcher.before(++this.#announced);
      this.#pending = true;
      const notSent = () => pausedBefore(gate.pausedFor, mailbox, command);
      if (message.revoked) return { delay: 0, notSent };
    }
    const attempts = ++this.#attempts;
    this.#requests++;
    slot.begin();
    const { result, clientRequestId, startedAt, duration } = await this.#make(operation, token);
    const left = !(result instanceof NetworkFailure) || result.written;
    this.#unclassified = left;
    slot.ended = left ? { bytes, refused: false } : undefined;
    const earlier = { doubtful: this.#doubtful, made: this.#made };
    const outcome = this.#afterRenewal(operation.classify(result, clock.now(), earlier), result, operation, token);
    const settled = this.#doubtful;
    if (outcome.kind === 'unknown') this.#doubtful = true;
    this.#unclassified = false;
    this.#made ||= left;
    this.#delivery.submitted ||= left && submission;
    this.#delivery.mayBeSent ||= submission && (outcome.kind === 'unknown' || outcome.kind === 'sent');
    const report = { command, attempt: attempts, startedAt, duration, bytes, host, clientRequestId, result };
    const retryAfter = outcome.kind === 'not-sent' && outcome.retry === 'later' ? outcome.retryAfter : undefined;
    const failure = (permanent: boolean, retryIn: number | undefined) =>
      requestError(result, {
        command,
        submission,
        outcome: this.#doubtful ? 'unknown' : 'not-sent',
        permanent: permanent && !this.#doubtful,
        attempts,
        clientRequestId,
        retryAfter: retryIn,
        host,
        mailbox,
      });
    this.#report({ ...report, outcome: outcome.kind, retryAfter });

    const { limits, waited } = this.#limit;
    const next = decideRetry(outcome, { attempts, waited, renewed: this.#renewed }, limits, random());
    if (next.action === 'continue') {
      budget.refund();
      return { answer: result as T, clientRequestId, attempts: this.#requests, time: duration, settled };
    }
    if (next.pause !== undefined) gate.pause(Math.min(next.pause, longestGatePause));
    if (slot.ended) slot.ended.refused = next.pause !== undefined;
    if (next.action === 'retry' && (next.after !== 'delay' || budget.spend())) {
      const { after, delay, pause } = next;
      this.#limit.count(delay, after === 'pause');
      if (after === 'new-token') {
        this.#renewed = true;
        if (!this.#renewal) this.#rejectedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      }
      const notSent = () => {
        const why = failure(after === 'new-token', after === 'pause' ? pause || delay : undefined);
        return new GraphMailError(why.message, { ...why, cause: why.cause, permanent: false });
      };
      // After a pause the gate itself delays the next request.
      return { delay: after === 'delay' ? delay : 0, notSent };
    }
    if (outcome.kind === 'not-sent' && outcome.retry === 'new-token') tokens.distrust(token);
    throw next.action === 'fail' ? failure(next.permanent, next.retryAfter) : failure(false, undefined);
  }

  async #make(operation: Operation<T>, token: string) {
    const { context, hooks } = this.#delivery;
    const { clock } = context;
    const clientRequestId = randomUUID();
    const startedAt = clock.now();
    const started = clock.elapsed();
    if (operation.submission || operation.command === 'createDraft') this.#delivery.begun ??= clock.elapsed();
    hooks.inFlight?.(true);
    const result = await operation.request({ token, clientRequestId, signal: hooks.signal }).catch((error: unknown) => {
      if (error instanceof NetworkFailure) return error;
      // This was not foreseen, so it is not known how far the request came.
      this.#doubtful = true;
      throw error;
    });
    if (!this.#delivery.committed) hooks.inFlight?.(false);
    const duration = Math.round(clock.elapsed() - started);
    if (operation.submission) this.#delivery.lastDuration = duration;
    return { result, clientRequestId, startedAt, duration };
  }

  /**
   * A refusal for a missing role is permanent, unless a newer token may have the role. Only what surely was not sent
   * comes here.
   */
  #afterRenewal(outcome: Outcome, result: T | NetworkFailure, { command }: Operation<T>, token: string): Outcome {
    if (outcome.kind !== 'not-sent' || outcome.retry === 'later') return outcome;
    const role = missingRole(result, command, token);
    if (role === undefined) return outcome;
    this.#renewal = this.#renewed ? undefined : this.#delivery.context.tokens.renewFor(role, token);
    return this.#renewal
      ? { kind: 'not-sent', retry: 'new-token', throttled: false }
      : { kind: 'not-sent', retry: 'never' };
  }

  /** What becomes of the message does not depend on the function that is told of its requests. */
  #report(report: AttemptReport): void {
    try {
      this.#delivery.hooks.attempted?.(report);
    } catch {
      // As above.
    }
  }

  /** Of a request that was announced. While an earlier one is in doubt, it says nothing of the message. */
  async #tellNotSent(error: () => GraphMailError): Promise<void> {
    const { watcher } = this.#operation;
    if (!watcher || !this.#pending || this.#doubtful) return;
    await watcher.notSent(this.#announced, error());
    this.#pending = false;
  }
}
