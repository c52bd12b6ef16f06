import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../../common/abort.js';
import type { Clock } from '../../common/clock.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { claimsChallenge } from '../../graph/claims.js';
import type { GraphClient } from '../../graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../../graph/http.js';
import type { Arrival, MailboxGate, Passage } from '../gate/mailbox-gate.js';
import { failureOfStep, longPause, pausedBefore, sendFailure, waitedTooLong } from './delivery-errors.js';
import { missingRole } from './error-hints.js';
import { Patience } from './max-wait.js';
import type { Outcome } from './outcome.js';
import { nextDelay, nextMove, repeatDelay } from './retry-delay.js';
import type { AttemptReport, DeliveryContext, DeliveryHooks, Step, StepResult } from './types.js';

/** Milliseconds; a pause beyond a day is somebody's mistake, and must not outlive it by much. */
const longestPause = 86_400_000;

/** Where a step stands. */
interface Run {
  patience: Patience;
  /** One that got no token counts too. */
  attempts: number;
  /** Requests that were made. */
  requests: number;
  /** Whether one of them has left. */
  made: boolean;
  /** Whether a request for it may have had its effect. */
  doubtful: boolean;
  /** Whether a request has left of which nothing is known yet. */
  unjudged: boolean;
  /** Requests that the step's watcher was told of. */
  announced: number;
  /** Whether the last of them may still be under way, for all that the watcher knows. */
  pending: boolean;
  refusedToken: { token: string; claims: string | undefined } | undefined;
  /** Settled when there is a token to try that may have a role which the last one lacked. */
  renewal: Promise<unknown> | undefined;
  renewed: boolean;
}

/** Another try after `rest` ms. */
interface Again {
  rest: number;
  /** Why the request that was announced sent nothing, where that is so. */
  notSent?: (() => GraphMailError) | undefined;
}

/** What a request led to: a result, or another try. */
type Next<T extends HttpAnswer> = StepResult<T> | Again;

/** A request that has ended, as far as the gate is concerned. */
interface Passing {
  arrival: Arrival | undefined;
}

/**
 * The requests of one message: each with a token and through the gate, and made again as often as that is safe and
 * patience lasts.
 */
export class Requests {
  readonly mailbox: string;
  readonly #context: DeliveryContext;
  readonly #gate: MailboxGate;
  readonly #passage: Passage;
  readonly #hooks: DeliveryHooks;
  /** Of all steps that have none of their own. */
  readonly #patience: Patience;
  #committed = false;
  /** By the clock that nobody sets. */
  #begun: number | undefined;
  #submitted = false;
  #mayBeSent = false;
  #lastDuration = 0;

  constructor(
    context: DeliveryContext,
    gate: MailboxGate,
    passage: Passage,
    mailbox: string,
    hooks: DeliveryHooks,
    patience = new Patience(context.clock, context.limits),
  ) {
    this.mailbox = mailbox;
    this.#context = context;
    this.#gate = gate;
    this.#passage = passage;
    this.#hooks = hooks;
    this.#patience = patience;
  }

  get graph(): GraphClient {
    return this.#context.graph;
  }

  get clock(): Clock {
    return this.#context.clock;
  }

  /** Whether the message's caller has called it off. */
  get aborted(): boolean {
    return this.#hooks.signal?.aborted ?? false;
  }

  /** Milliseconds since the first request that could bring the message into the mailbox. */
  get age(): number {
    return this.clock.elapsed() - (this.#begun ?? this.clock.elapsed());
  }

  /** Whether a request that was to send the message has left. */
  get submitted(): boolean {
    return this.#submitted;
  }

  /** Whether a request has sent the message, or may have: no error that comes now can say that it was not sent. */
  get mayBeSent(): boolean {
    return this.#mayBeSent;
  }

  /** Something besides an answer shows that the message may have been sent. */
  doubt(): void {
    this.#mayBeSent = true;
  }

  /** Milliseconds that a function of the caller's may take. */
  get timeout(): number {
    return this.#context.timeout;
  }

  /** Waits for what cannot be ended itself no longer than the message's caller wants it sent. */
  unlessAborted<T>(work: Promise<T>): Promise<T> {
    return unlessAborted(work, this.#hooks.signal);
  }

  /** Tells that a draft is left, or may be. */
  tellLeftDraft(draftId: string | undefined): void {
    this.#hooks.draftLeft?.(draftId);
  }

  /** Milliseconds that the last request took that was to send the message. */
  get lastDuration(): number {
    return this.#lastDuration;
  }

  /** From now on `close()` lets this message come to its end: it is in the middle of something. */
  commit(): void {
    this.#committed = true;
    this.#passage.commit();
    this.#hooks.inFlight?.(true);
  }

  /** The message's bytes are not needed any more, so that others may be composed. */
  unload(): void {
    this.#passage.unload();
  }

  /** Waits between two steps. */
  rest(ms: number): Promise<void> {
    return this.#passage.rest(ms);
  }

  /**
   * Waits before something is done again that may have been done.
   * @param attempts how often it was tried
   * @returns whether it may be; `false` at once when patience is at its end
   */
  async restBeforeRepeating(attempts: number): Promise<boolean> {
    const { budget, random } = this.#context;
    const { limits, waited } = this.#patience;
    const delay = repeatDelay(limits, { attempts, waited }, random());
    if (delay === undefined || !budget.spend()) return false;
    this.#patience.spend(delay, false);
    await this.#passage.rest(delay);
    return true;
  }

  /**
   * Makes the request of a step until it has worked.
   * @param ready awaited in the request's place, just before it is made: the step as it is to be made, or `undefined` when
   * it is not to be made after all
   * @throws GraphMailError with the outcome of the step: *unknown* where it may have had its effect
   */
  perform<T extends HttpAnswer>(step: Step<T>): Promise<StepResult<T>>;
  perform<T extends HttpAnswer>(
    step: Step<T>,
    ready: () => Promise<Step<T> | undefined>,
  ): Promise<StepResult<T> | undefined>;
  async perform<T extends HttpAnswer>(
    step: Step<T>,
    ready?: () => Promise<Step<T> | undefined>,
  ): Promise<StepResult<T> | undefined> {
    const run: Run = {
      patience: step.limits ? new Patience(this.clock, step.limits) : this.#patience,
      attempts: 0,
      requests: 0,
      made: false,
      doubtful: false,
      unjudged: false,
      announced: 0,
      pending: false,
      refusedToken: undefined,
      renewal: undefined,
      renewed: false,
    };
    try {
      for (;;) {
        const next = (await this.#prepareToken(run)) ?? (await this.#inPlace(step, run, ready));
        if (!next || !('rest' in next)) return next;
        if (next.notSent) await this.#tellNotSent(step, run, next.notSent);
        if (next.rest > 0) await this.#passage.rest(next.rest);
      }
    } catch (error) {
      const doubtful = run.doubtful || run.unjudged;
      if (doubtful && step.submission) this.#mayBeSent = true;
      throw failureOfStep(error, step, { attempts: run.attempts, doubtful });
    }
  }

  /** Of a request that was announced. While an earlier one is in doubt, it says nothing of the message. */
  async #tellNotSent({ watcher }: Step, run: Run, error: () => GraphMailError): Promise<void> {
    if (!watcher || !run.pending || run.doubtful) return;
    await watcher.notSent(run.announced, error());
    run.pending = false;
  }

  /** A token before anything waits in line with it; a failure to get one counts as an attempt. */
  async #prepareToken(run: Run): Promise<Again | undefined> {
    const { tokens, budget, random } = this.#context;
    try {
      const { refusedToken, renewal } = run;
      if (renewal) await unlessAborted(renewal, this.#hooks.signal);
      run.renewal = undefined;
      // The ordinary case, without a turn of the event loop.
      if (!refusedToken && tokens.ready !== undefined) return undefined;
      const wanted = refusedToken ? tokens.replace(refusedToken.token, refusedToken.claims) : tokens.get();
      await unlessAborted(wanted, this.#hooks.signal);
      run.refusedToken = undefined;
      return undefined;
    } catch (error) {
      if (!isGraphMailError(error) || error.code === 'EABORT') throw error;
      run.attempts++;
      const { limits, waited } = run.patience;
      const state = { attempts: run.attempts, waited };
      const rest = error.permanent ? undefined : nextDelay(limits, state, error.retryAfter, random());
      if (rest === undefined || !budget.spend()) throw error;
      run.patience.spend(rest, false);
      return { rest };
    }
  }

  async #inPlace<T extends HttpAnswer>(
    step: Step<T>,
    run: Run,
    ready: (() => Promise<Step<T> | undefined>) | undefined,
  ): Promise<Next<T> | undefined> {
    const { patience } = run;
    const place = await patience.atGate(
      (signal) =>
        Place.take(this.#context, this.#passage, {
          step,
          longestWait: patience.longestPause,
          signal,
        }),
      this.#hooks.signal,
      () => waitedTooLong(patience.limits.maxWait, this.#gate.pausedFor, this.mailbox, step.command),
    );
    if (!place) throw longPause(this.#gate.pausedFor, this.mailbox, step.command, run.doubtful);
    const passing: Passing = { arrival: undefined };
    try {
      const wanted = ready ? await ready() : step;
      return wanted && (await this.#attempt(wanted, run, place, passing));
    } finally {
      // Only now, when a pause that the answer asked for stands: the next one departs here.
      place.leave(passing.arrival);
    }
  }

  /** One request, and what it leads to. */
  async #attempt<T extends HttpAnswer>(step: Step<T>, run: Run, place: Place, passing: Passing): Promise<Next<T>> {
    const { tokens, budget, clock, random } = this.#context;
    // Fetched a moment ago, unless the wait outlived it; then it is prepared once more.
    const token =
      tokens.ready ??
      (await unlessAborted(tokens.get(), this.#hooks.signal).catch((error: unknown) => {
        if (isGraphMailError(error) && error.command === 'TOKEN') return undefined;
        throw error;
      }));
    if (token === undefined || this.#passage.recalled) return { rest: 0 };
    if (step.watcher) {
      await step.watcher.before(++run.announced);
      run.pending = true;
      const notSent = () => pausedBefore(this.#gate.pausedFor, this.mailbox, step.command);
      if (this.#passage.recalled) return { rest: 0, notSent };
    }
    const attempts = ++run.attempts;
    run.requests++;
    place.begin();
    const { result, clientRequestId, startedAt, duration } = await this.#make(step, token, run);
    const left = !(result instanceof NetworkFailure) || result.written;
    run.unjudged = left;
    passing.arrival = left ? { bytes: step.bytes, refused: false } : undefined;
    const judged = step.judge(result, clock.now(), { doubtful: run.doubtful, made: run.made });
    const outcome = this.#afterRenewal(judged, result, step, token, run);
    const settled = run.doubtful;
    if (outcome.kind === 'unknown') run.doubtful = true;
    run.unjudged = false;
    run.made ||= left;
    this.#submitted ||= left && step.submission;
    this.#mayBeSent ||= step.submission && (outcome.kind === 'unknown' || outcome.kind === 'sent');
    const { command, bytes, submission, host = this.graph.host } = step;
    const report = { command, attempt: attempts, startedAt, duration, bytes, host, clientRequestId, result };
    const retryAfter = outcome.kind === 'not-sent' && outcome.retry === 'later' ? outcome.retryAfter : undefined;
    const failure = (permanent: boolean, retryIn: number | undefined) =>
      sendFailure(result, {
        command,
        submission,
        outcome: run.doubtful ? 'unknown' : 'not-sent',
        permanent: permanent && !run.doubtful,
        attempts,
        clientRequestId,
        retryAfter: retryIn,
        host,
        mailbox: this.mailbox,
      });
    this.#report({ ...report, outcome: outcome.kind, retryAfter });

    const { limits, waited } = run.patience;
    const next = nextMove(outcome, { attempts, waited, renewed: run.renewed }, limits, random());
    if (next.move === 'go-on') {
      budget.refund();
      return { answer: result as T, clientRequestId, attempts: run.requests, time: duration, settled };
    }
    if (next.pause !== undefined) this.#gate.pause(Math.min(next.pause, longestPause));
    if (passing.arrival) passing.arrival.refused = next.pause !== undefined;
    if (next.move === 'again' && (next.after !== 'rest' || budget.spend())) {
      run.patience.spend(next.delay, next.after === 'pause');
      if (next.after === 'new-token') {
        run.renewed = true;
        if (!run.renewal) run.refusedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      }
      const { after, delay, pause } = next;
      const notSent = () => {
        const why = failure(after === 'new-token', after === 'pause' ? pause || delay : undefined);
        return new GraphMailError(why.message, { ...why, cause: why.cause, permanent: false });
      };
      // The gate holds what a pause holds.
      return { rest: after === 'rest' ? delay : 0, notSent };
    }
    if (outcome.kind === 'not-sent' && outcome.retry === 'new-token') tokens.distrust(token);
    throw next.move === 'fail' ? failure(next.permanent, next.retryAfter) : failure(false, undefined);
  }

  /**
   * A refusal for want of a role is one for good, unless a token from after a grant may be had. Only what surely was not
   * sent comes here.
   */
  #afterRenewal<T extends HttpAnswer>(
    outcome: Outcome,
    result: T | NetworkFailure,
    step: Step<T>,
    token: string,
    run: Run,
  ): Outcome {
    if (outcome.kind !== 'not-sent' || outcome.retry === 'later') return outcome;
    const role = missingRole(result, step.command, token);
    if (role === undefined) return outcome;
    run.renewal = run.renewed ? undefined : this.#context.tokens.renewFor(role, token);
    return run.renewal
      ? { kind: 'not-sent', retry: 'new-token', throttled: false }
      : { kind: 'not-sent', retry: 'never' };
  }

  /** What becomes of the message does not hang on who watches. */
  #report(report: AttemptReport): void {
    try {
      this.#hooks.attempted?.(report);
    } catch {
      // As above.
    }
  }

  async #make<T extends HttpAnswer>(step: Step<T>, token: string, run: Run) {
    const { clock } = this.#context;
    const { signal, inFlight } = this.#hooks;
    const clientRequestId = randomUUID();
    const startedAt = clock.now();
    const started = clock.elapsed();
    if (step.submission || step.command === 'createDraft') this.#begun ??= clock.elapsed();
    inFlight?.(true);
    const result = await step.request({ token, clientRequestId, signal }).catch((error: unknown) => {
      if (error instanceof NetworkFailure) return error;
      // Nobody foresaw this, so nobody knows how far the request came.
      run.doubtful = true;
      throw error;
    });
    if (!this.#committed) inFlight?.(false);
    const duration = Math.round(clock.elapsed() - started);
    if (step.submission) this.#lastDuration = duration;
    return { result, clientRequestId, startedAt, duration };
  }
}

/** Who wants a place. */
interface PlaceWanted {
  step: Step;
  /** Milliseconds; a longer pause is not waited for. */
  longestWait: number;
  signal: AbortSignal | undefined;
}

/** Counts arrivals at the transport's own turnstile. */
let age = 0;

/** Room for one request, at its mailbox and in the transport as a whole. `leave` must follow, once. */
class Place {
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
