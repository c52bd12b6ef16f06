import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../abort.js';
import type { TokenSource } from '../auth/token-source.js';
import type { Clock } from '../clock.js';
import { GraphMailError, isGraphMailError, maybeSent } from '../errors.js';
import { claimsChallenge } from '../graph/claims.js';
import type { GraphClient } from '../graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { sendFailure, unknownWhether } from './failure.js';
import type { MailboxGate } from './mailbox-gate.js';
import type { Arrival, Passage } from './passage.js';
import type { RateLimiter } from './rate-limiter.js';
import { nextDelay, type RetryLimits, repeatDelay } from './retry.js';
import type { RetryBudget } from './retry-budget.js';
import type { AttemptReport, Step, StepResult } from './step.js';
import type { Turnstile } from './turnstile.js';

/** What delivering needs besides the message. */
export interface DeliveryContext {
  graph: GraphClient;
  tokens: TokenSource;
  budget: RetryBudget;
  clock: Clock;
  limits: RetryLimits;
  /** In [0, 1). */
  random: () => number;
  /** What bounds the requests of the whole transport, over all mailboxes. */
  connections?: Turnstile | undefined;
  /** Told when a message really begins to leave. */
  rate?: RateLimiter | undefined;
}

/** What one delivery may be given besides. */
export interface DeliveryHooks {
  /** Ends the delivery with `EABORT`. */
  signal?: AbortSignal | undefined;
  attempted?: (report: AttemptReport) => void;
  /** Told when `close()` must leave the message be, and when it need not any more. */
  inFlight?: (yes: boolean) => void;
}

/** Milliseconds; a pause beyond a day is somebody's mistake, and must not outlive it by much. */
const longestPause = 86_400_000;

/** Counts arrivals at the transport's own turnstile. */
let age = 0;

/** Where a step stands. */
interface Run {
  attempts: number;
  /** Whether a request for it may have had its effect. */
  doubtful: boolean;
  refusedToken: { token: string; claims: string | undefined } | undefined;
  renewed: boolean;
}

/** A place at the gate: whether a request was made in it, and what came of that as far as the gate is concerned. */
interface Place {
  used: boolean;
  arrival: Arrival | undefined;
}

/** What a request led to: a result, or another try after `rest` ms (at once where that is `undefined`). */
type Next<T extends HttpAnswer> = StepResult<T> | { rest: number | undefined };

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
  #waited = 0;
  #committed = false;
  #firstSubmission: number | undefined;
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

  /** Whether whoever wants the message sent has not called that off. */
  get aborted(): boolean {
    return this.#hooks.signal?.aborted ?? false;
  }

  /** When a request that was to send the message was first made, in milliseconds since the epoch. */
  get firstSubmission(): number | undefined {
    return this.#firstSubmission;
  }

  /** Milliseconds that the last request took that was to send the message. */
  get lastDuration(): number {
    return this.#lastDuration;
  }

  /**
   * Waits before something is done again that may have been done.
   * @param attempts how often it was tried
   * @returns whether it may be; `false` at once when patience is at its end
   */
  async restBeforeRepeating(attempts: number): Promise<boolean> {
    const delay = this.#beforeRepeating(attempts);
    if (delay === undefined) return false;
    this.#waited += delay;
    await this.#passage.rest(delay);
    return true;
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
   * Makes the request of a step until it has worked.
   * @param ready awaited in the request's place, before it is made; with `false` it is not made, which gives `undefined`
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
    const run: Run = { attempts: 0, doubtful: false, refusedToken: undefined, renewed: false };
    try {
      for (;;) {
        let next: Next<T> | undefined = await this.#prepareToken(step, run);
        if (!next) {
          await this.#enter(step, run);
          const place: Place = { used: false, arrival: undefined };
          try {
            const wanted = ready ? await ready() : step;
            if (!wanted) return undefined;
            next = await this.#attempt(wanted, run, place);
          } finally {
            if (!place.used) this.#cancelStart(step);
            // Only now, when a pause that the answer asked for stands: the next one departs here.
            this.#context.connections?.leave();
            this.#passage.arrive(place.arrival);
          }
        }
        if (!('rest' in next)) return next;
        if (next.rest === undefined) continue;
        this.#waited += next.rest;
        await this.#passage.rest(next.rest);
      }
    } catch (error) {
      throw asFailureOf(error, run);
    }
  }

  /** A token before anything waits in line with it; a failure to get one counts as an attempt. */
  async #prepareToken(step: Step, run: Run): Promise<{ rest: number } | undefined> {
    const { tokens, budget } = this.#context;
    try {
      const { refusedToken } = run;
      const wanted = refusedToken ? tokens.replace(refusedToken.token, refusedToken.claims) : tokens.get();
      await unlessAborted(wanted, this.#hooks.signal);
      run.refusedToken = undefined;
      return undefined;
    } catch (error) {
      if (!isGraphMailError(error) || error.code === 'EABORT') throw error;
      run.attempts++;
      const delay = error.permanent ? undefined : this.#patience(step, run, error.retryAfter);
      if (delay === undefined || !budget.spend()) throw error;
      return { rest: delay };
    }
  }

  /** Waits until both the mailbox and the transport as a whole let a request through. */
  async #enter(step: Step, run: Run): Promise<void> {
    const { bytes, submission, limits } = step;
    const { connections } = this.#context;
    const { maxWait } = limits ?? this.#context.limits;
    for (;;) {
      if (!(await this.#passage.depart({ bytes, longestWait: maxWait })))
        throw longPause(this.#gate, this.mailbox, run.doubtful);
      if (!connections) return;
      try {
        await connections.enter({
          age: age++,
          submission,
          signal: this.#hooks.signal,
          committed: this.#committed,
        });
      } catch (error) {
        this.#passage.arrive();
        throw error;
      }
      if (this.#gate.pausedFor === 0) return;
      // The mailbox was paused while this one waited for the transport.
      this.#cancelStart(step);
      connections.leave();
      this.#passage.arrive();
    }
  }

  /** A start that was taken and comes to nothing. */
  #cancelStart({ submission }: Step): void {
    if (submission) this.#context.rate?.cancel();
  }

  /** One request. */
  async #attempt<T extends HttpAnswer>(step: Step<T>, run: Run, place: Place): Promise<Next<T>> {
    const { tokens, budget, clock, rate } = this.#context;
    const { signal, attempted, inFlight } = this.#hooks;
    // Fetched a moment ago, unless the wait outlived it; then it is prepared once more.
    const token = await unlessAborted(tokens.get(), signal).catch((error: unknown) => {
      if (isGraphMailError(error) && error.command === 'TOKEN') return undefined;
      throw error;
    });
    if (token === undefined || this.#gate.pausedFor > 0) return { rest: undefined };
    place.used = true;
    const attempt = ++run.attempts;
    const clientRequestId = randomUUID();
    const startedAt = clock.now();
    if (step.submission) {
      this.#firstSubmission ??= startedAt;
      rate?.begin();
    }
    inFlight?.(true);
    const result = await step.request({ token, clientRequestId, signal }).catch((error: unknown) => {
      if (error instanceof NetworkFailure) return error;
      throw error;
    });
    if (!this.#committed) inFlight?.(false);
    const left = !(result instanceof NetworkFailure) || result.written;
    place.arrival = left ? { bytes: step.bytes, refused: false } : undefined;
    const duration = clock.now() - startedAt;
    if (step.submission) this.#lastDuration = duration;
    const outcome = step.judge(result, clock.now(), run.doubtful);
    attempted?.({
      command: step.command,
      attempt,
      startedAt,
      duration,
      bytes: step.bytes,
      clientRequestId,
      result,
      outcome: outcome.kind,
    });
    if (outcome.kind === 'sent' || outcome.kind === 'done') {
      budget.refund();
      return { answer: result as T, clientRequestId, attempts: attempt, time: duration, settled: run.doubtful };
    }
    if (outcome.kind === 'unknown') run.doubtful = true;
    const failure = (permanent: boolean, retryAfter?: number) =>
      sendFailure(result, {
        command: step.command,
        submission: step.submission,
        outcome: run.doubtful ? 'unknown' : 'not-sent',
        permanent: permanent && !run.doubtful,
        attempts: attempt,
        clientRequestId,
        retryAfter,
        host: this.graph.host,
        mailbox: this.mailbox,
      });
    if (outcome.kind === 'unknown') {
      const delay = outcome.repeat ? this.#beforeRepeating(attempt, step.limits) : undefined;
      if (delay === undefined) throw failure(false);
      return { rest: delay };
    }
    if (outcome.retry === 'never') throw failure(true);
    if (outcome.retry === 'new-token') {
      if (run.renewed) {
        tokens.distrust(token);
        throw failure(true);
      }
      run.renewed = true;
      run.refusedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      return { rest: undefined };
    }
    const delay = this.#patience(step, run, outcome.retryAfter);
    const paused = outcome.retryAfter ?? (outcome.throttled ? delay : undefined);
    if (outcome.throttled && paused !== undefined) this.#gate.pause(clock.now() + Math.min(paused, longestPause));
    if (place.arrival) place.arrival.refused = outcome.throttled;
    if (delay === undefined) throw failure(false, outcome.retryAfter);
    if (outcome.throttled) {
      this.#waited += delay;
      return { rest: undefined };
    }
    if (!budget.spend()) throw failure(false);
    return { rest: delay };
  }

  #beforeRepeating(attempts: number, own?: RetryLimits): number | undefined {
    const { limits, budget, random } = this.#context;
    const delay = repeatDelay(own ?? limits, { attempts, waited: this.#waited }, random());
    return delay !== undefined && budget.spend() ? delay : undefined;
  }

  #state({ attempts }: Run) {
    return { attempts, waited: this.#waited };
  }

  #patience(step: Step, run: Run, retryAfter: number | undefined): number | undefined {
    const { limits, random } = this.#context;
    return nextDelay(step.limits ?? limits, this.#state(run), retryAfter, random());
  }
}

/**
 * All messages that waited for one token request get its error; each gets one of its own, with its own count. And what
 * ended a wait knows nothing of an earlier request that may have had its effect.
 */
function asFailureOf(error: unknown, { attempts, doubtful }: Run): unknown {
  if (doubtful) return asUnknown(error, attempts);
  if (attempts === 0 || !isGraphMailError(error) || error.attempts !== undefined) return error;
  return new GraphMailError(error.message, { ...error, cause: error.cause, attempts });
}

function asUnknown(error: unknown, attempts: number): GraphMailError {
  if (isGraphMailError(error) && error.outcome === 'unknown') return error;
  const { code, ...fields } = isGraphMailError(error) ? error : { code: 'EGRAPH' as const };
  return new GraphMailError(unknownWhether((error as Error).message), {
    attempts,
    ...fields,
    code,
    cause: isGraphMailError(error) ? error.cause : error,
    outcome: 'unknown',
    permanent: false,
    hint: maybeSent,
  });
}

/** A pause longer than anybody would wait fails what comes now, instead of keeping it for that long. */
export function longPause(gate: MailboxGate, mailbox: string, doubtful = false): GraphMailError {
  const pause = gate.pausedFor;
  const text = `Graph wants no requests for ${mailbox} for another ${Math.ceil(pause / 1000)} s, which is longer than maxWait`;
  return new GraphMailError(doubtful ? text : `${text}; the message was not sent.`, {
    code: 'EGRAPH',
    command: 'sendMail',
    retryAfter: pause,
    hint: 'Send later, or give the option maxWait a longer time.',
  });
}
