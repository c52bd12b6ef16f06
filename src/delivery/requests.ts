import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../abort.js';
import type { Clock } from '../clock.js';
import { isGraphMailError } from '../errors.js';
import { claimsChallenge } from '../graph/claims.js';
import type { GraphClient } from '../graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import type { DeliveryContext, DeliveryHooks } from './context.js';
import { failureOfStep, longPause, sendFailure } from './failure.js';
import type { MailboxGate } from './mailbox-gate.js';
import { nextMove } from './next-move.js';
import type { Arrival, Passage } from './passage.js';
import { Place } from './place.js';
import { nextDelay, type RetryLimits, repeatDelay } from './retry.js';
import type { Step, StepResult } from './step.js';

/** Milliseconds; a pause beyond a day is somebody's mistake, and must not outlive it by much. */
const longestPause = 86_400_000;

/** Where a step stands. */
interface Run {
  limits: RetryLimits;
  /** One that got no token counts too. */
  attempts: number;
  /** Requests that were made. */
  requests: number;
  /** Whether one of them has left. */
  made: boolean;
  /** Milliseconds waited. */
  waited: number;
  /** Whether a request for it may have had its effect. */
  doubtful: boolean;
  /** Whether what the step wants done before was done. */
  announced: boolean;
  refusedToken: { token: string; claims: string | undefined } | undefined;
  renewed: boolean;
}

/** What a request led to: a result, or another try after `rest` ms. */
type Next<T extends HttpAnswer> = StepResult<T> | { rest: number };

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
  /** Milliseconds, of all steps that have no patience of their own. */
  #waited = 0;
  #committed = false;
  /** By the clock that nobody sets. */
  #begun: number | undefined;
  #submitted = false;
  #lastDuration = 0;

  constructor(context: DeliveryContext, gate: MailboxGate, passage: Passage, mailbox: string, hooks: DeliveryHooks) {
    this.mailbox = mailbox;
    this.#context = context;
    this.#gate = gate;
    this.#passage = passage;
    this.#hooks = hooks;
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
    const { limits, budget, random } = this.#context;
    const delay = repeatDelay(limits, { attempts, waited: this.#waited }, random());
    if (delay === undefined || !budget.spend()) return false;
    this.#waited += delay;
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
      limits: step.limits ?? this.#context.limits,
      attempts: 0,
      requests: 0,
      made: false,
      waited: step.limits ? 0 : this.#waited,
      doubtful: false,
      announced: false,
      refusedToken: undefined,
      renewed: false,
    };
    try {
      for (;;) {
        const next = (await this.#prepareToken(run)) ?? (await this.#inPlace(step, run, ready));
        if (!next || !('rest' in next)) return next;
        if (next.rest > 0) await this.#passage.rest(next.rest);
      }
    } catch (error) {
      throw failureOfStep(error, step, run);
    } finally {
      if (!step.limits) this.#waited = run.waited;
    }
  }

  /** A token before anything waits in line with it; a failure to get one counts as an attempt. */
  async #prepareToken(run: Run): Promise<{ rest: number } | undefined> {
    const { tokens, budget, random } = this.#context;
    try {
      const { refusedToken } = run;
      // The ordinary case, without a turn of the event loop.
      if (!refusedToken && tokens.ready !== undefined) return undefined;
      const wanted = refusedToken ? tokens.replace(refusedToken.token, refusedToken.claims) : tokens.get();
      await unlessAborted(wanted, this.#hooks.signal);
      run.refusedToken = undefined;
      return undefined;
    } catch (error) {
      if (!isGraphMailError(error) || error.code === 'EABORT') throw error;
      run.attempts++;
      const rest = error.permanent ? undefined : nextDelay(run.limits, run, error.retryAfter, random());
      if (rest === undefined || !budget.spend()) throw error;
      run.waited += rest;
      return { rest };
    }
  }

  async #inPlace<T extends HttpAnswer>(
    step: Step<T>,
    run: Run,
    ready: (() => Promise<Step<T> | undefined>) | undefined,
  ): Promise<Next<T> | undefined> {
    const place = await Place.take(this.#context, this.#passage, {
      step,
      longestWait: run.limits.maxWait,
      signal: this.#hooks.signal,
    });
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
    if (step.before && !run.announced && !this.#passage.recalled) {
      await step.before();
      run.announced = true;
    }
    // Fetched a moment ago, unless the wait outlived it; then it is prepared once more.
    const token =
      tokens.ready ??
      (await unlessAborted(tokens.get(), this.#hooks.signal).catch((error: unknown) => {
        if (isGraphMailError(error) && error.command === 'TOKEN') return undefined;
        throw error;
      }));
    if (token === undefined || this.#passage.recalled) return { rest: 0 };
    const attempts = ++run.attempts;
    run.requests++;
    place.begin();
    const { result, clientRequestId, startedAt, duration } = await this.#make(step, token, run);
    const left = !(result instanceof NetworkFailure) || result.written;
    passing.arrival = left ? { bytes: step.bytes, refused: false } : undefined;
    const outcome = step.judge(result, clock.now(), { doubtful: run.doubtful, made: run.made });
    run.made ||= left;
    this.#submitted ||= left && step.submission;
    const { command, bytes, submission, host = this.graph.host } = step;
    const report = { command, attempt: attempts, startedAt, duration, bytes, host, clientRequestId, result };
    const retryAfter = outcome.kind === 'not-sent' && outcome.retry === 'later' ? outcome.retryAfter : undefined;
    this.#hooks.attempted?.({ ...report, outcome: outcome.kind, retryAfter });
    const settled = run.doubtful;
    if (outcome.kind === 'unknown') run.doubtful = true;

    const next = nextMove(outcome, run, run.limits, random());
    if (next.move === 'go-on') {
      budget.refund();
      return { answer: result as T, clientRequestId, attempts: run.requests, time: duration, settled };
    }
    if (next.pause !== undefined) this.#gate.pause(clock.now() + Math.min(next.pause, longestPause));
    if (passing.arrival) passing.arrival.refused = next.pause !== undefined;
    if (next.move === 'again' && (next.after !== 'rest' || budget.spend())) {
      run.waited += next.delay;
      if (next.after === 'new-token') {
        run.renewed = true;
        run.refusedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      }
      // The gate holds what a pause holds.
      return { rest: next.after === 'rest' ? next.delay : 0 };
    }
    if (outcome.kind === 'not-sent' && outcome.retry === 'new-token') tokens.distrust(token);
    throw sendFailure(result, {
      command,
      submission,
      outcome: run.doubtful ? 'unknown' : 'not-sent',
      permanent: next.move === 'fail' && next.permanent && !run.doubtful,
      attempts,
      clientRequestId,
      retryAfter: next.move === 'fail' ? next.retryAfter : undefined,
      host,
      mailbox: this.mailbox,
    });
  }

  async #make<T extends HttpAnswer>(step: Step<T>, token: string, run: Run) {
    const { clock } = this.#context;
    const { signal, inFlight } = this.#hooks;
    const clientRequestId = randomUUID();
    const startedAt = clock.now();
    if (step.submission || step.command === 'createDraft') this.#begun ??= clock.elapsed();
    inFlight?.(true);
    const result = await step.request({ token, clientRequestId, signal }).catch((error: unknown) => {
      if (error instanceof NetworkFailure) return error;
      // Nobody foresaw this, so nobody knows how far the request came.
      run.doubtful = true;
      throw error;
    });
    if (!this.#committed) inFlight?.(false);
    const duration = clock.now() - startedAt;
    if (step.submission) this.#lastDuration = duration;
    return { result, clientRequestId, startedAt, duration };
  }
}
