import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../abort.js';
import type { TokenSource } from '../auth/token-source.js';
import type { Clock } from '../clock.js';
import { GraphMailError, isGraphMailError } from '../errors.js';
import { claimsChallenge } from '../graph/claims.js';
import type { GraphClient } from '../graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { sendFailure } from './failure.js';
import type { MailboxGate, Passage } from './mailbox-gate.js';
import { judge, type Outcome } from './outcome.js';
import type { RateLimiter } from './rate-limiter.js';
import { nextDelay, type RetryLimits } from './retry.js';
import type { RetryBudget } from './retry-budget.js';
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
  /** Told when a request really leaves. */
  rate?: RateLimiter | undefined;
}

/** One request, told to whoever watches when it has ended. */
export interface AttemptReport {
  /** From 1. */
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds. */
  duration: number;
  clientRequestId: string;
  result: HttpAnswer | NetworkFailure;
  outcome: Outcome['kind'];
}

/** What one delivery may be given besides. */
export interface DeliveryHooks {
  /** Ends the delivery with `EABORT`. */
  signal?: AbortSignal | undefined;
  attempted?: (report: AttemptReport) => void;
  /** Told when a request begins, and when it has ended. */
  inFlight?: (yes: boolean) => void;
}

/** Milliseconds; a pause beyond a day is somebody's mistake, and must not outlive it by much. */
const longestPause = 86_400_000;

/** How a message got through. */
export interface Receipt {
  answer: HttpAnswer;
  clientRequestId: string;
  attempts: number;
  /** Milliseconds that the last request took. */
  time: number;
}

/**
 * Sends one message to `mailbox`: composes it once the gate lets it in, then tries until Graph takes it, refuses it for
 * good, leaves its fate open, or patience ends.
 * @param compose gives the request body; called once
 * @throws GraphMailError
 */
export async function deliver<T extends { body: Buffer }>(
  context: DeliveryContext,
  gate: MailboxGate,
  mailbox: string,
  compose: () => Promise<T>,
  hooks: DeliveryHooks = {},
): Promise<{ message: T; receipt: Receipt }> {
  const passage = await gate.admit(hooks.signal);
  try {
    if (gate.pausedFor > context.limits.maxWait) throw longPause(gate, mailbox);
    let composed: Promise<T> | undefined;
    const message = () => {
      composed ??= compose();
      return composed;
    };
    // Where the whole transport is bounded, a message is composed when it has its place there, and not before.
    if (!context.connections) await message();
    const receipt = await attemptAll(context, gate, passage, mailbox, message, hooks);
    return { message: await message(), receipt };
  } finally {
    passage.leave();
  }
}

async function attemptAll(
  context: DeliveryContext,
  gate: MailboxGate,
  passage: Passage,
  mailbox: string,
  message: () => Promise<{ body: Buffer }>,
  { signal, attempted, inFlight }: DeliveryHooks,
): Promise<Receipt> {
  const { clock, limits, random } = context;
  let attempts = 0;
  let waited = 0;
  let refusedToken: { token: string; claims: string | undefined } | undefined;
  let renewed = false;

  const patience = (retryAfter: number | undefined) => nextDelay(limits, { attempts, waited }, retryAfter, random());

  /** A token before anything waits in line with it; a failure to get one counts as an attempt. */
  const prepareToken = async (): Promise<{ rest: number } | undefined> => {
    const { tokens } = context;
    try {
      const wanted = refusedToken ? tokens.replace(refusedToken.token, refusedToken.claims) : tokens.get();
      await unlessAborted(wanted, signal);
      refusedToken = undefined;
      return undefined;
    } catch (error) {
      if (!isGraphMailError(error) || error.code === 'EABORT') throw error;
      attempts++;
      const delay = error.permanent ? undefined : patience(error.retryAfter);
      if (delay === undefined || !context.budget.spend()) throw error;
      return { rest: delay };
    }
  };

  /** One request; gives the receipt, or how long to rest before the next. */
  const attempt = async (): Promise<Receipt | { rest: number | undefined }> => {
    const { body } = await message();
    // Fetched a moment ago, unless the wait outlived it; then it is prepared once more.
    const token = await unlessAborted(context.tokens.get(), signal).catch((error: unknown) => {
      if (isGraphMailError(error) && error.command === 'TOKEN') return undefined;
      throw error;
    });
    if (token === undefined || gate.pausedFor > 0) return { rest: undefined };
    attempts++;
    inFlight?.(true);
    const { result, clientRequestId, startedAt, duration } = await tryOnce(context, mailbox, body, token, signal);
    inFlight?.(false);
    const outcome = judge(result, clock.now());
    attempted?.({ attempt: attempts, startedAt, duration, clientRequestId, result, outcome: outcome.kind });
    if (outcome.kind === 'sent') {
      context.budget.refund();
      return { answer: result as HttpAnswer, clientRequestId, attempts, time: duration };
    }
    const failure = (permanent: boolean, retryAfter?: number) =>
      sendFailure(result, {
        outcome: outcome.kind === 'unknown' ? 'unknown' : 'not-sent',
        permanent,
        attempts,
        clientRequestId,
        retryAfter,
        host: context.graph.host,
        mailbox,
      });
    if (outcome.kind === 'unknown') throw failure(false);
    if (outcome.retry === 'never') throw failure(true);
    if (outcome.retry === 'new-token') {
      if (renewed) {
        context.tokens.distrust(token);
        throw failure(true);
      }
      renewed = true;
      refusedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      return { rest: undefined };
    }
    const delay = patience(outcome.retryAfter);
    const paused = outcome.retryAfter ?? (outcome.throttled ? delay : undefined);
    if (outcome.throttled && paused !== undefined) gate.pause(clock.now() + Math.min(paused, longestPause));
    if (delay === undefined) throw failure(false, outcome.retryAfter);
    if (outcome.throttled) {
      waited += delay;
      return { rest: undefined };
    }
    if (!context.budget.spend()) throw failure(false);
    return { rest: delay };
  };

  try {
    for (;;) {
      let step: Awaited<ReturnType<typeof attempt>> | undefined = await prepareToken();
      if (!step) {
        await enter(context, gate, passage, mailbox, signal);
        try {
          step = await attempt();
        } finally {
          // Only now, when a pause that the answer asked for stands: the next one departs here.
          context.connections?.leave();
          passage.arrive();
        }
      }
      if (!('rest' in step)) return step;
      if (step.rest === undefined) continue;
      waited += step.rest;
      await passage.rest(step.rest);
    }
  } catch (error) {
    // A token's failure, or what ended a wait, knows nothing of this message's attempts.
    if (attempts === 0 || !isGraphMailError(error) || error.attempts !== undefined) throw error;
    throw ownError(error, attempts);
  }
}

/** Counts arrivals at the transport's own turnstile. */
let age = 0;

/** Waits until both the mailbox and the transport as a whole let a request through. */
async function enter(
  { limits, connections }: DeliveryContext,
  gate: MailboxGate,
  passage: Passage,
  mailbox: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    if (!(await passage.depart(limits.maxWait))) throw longPause(gate, mailbox);
    if (!connections) return;
    try {
      await connections.enter({ age: age++, signal });
    } catch (error) {
      passage.arrive();
      throw error;
    }
    if (gate.pausedFor === 0) return;
    // The mailbox was paused while this one waited for the transport.
    connections.leave();
    passage.arrive();
  }
}

interface Attempt {
  result: HttpAnswer | NetworkFailure;
  clientRequestId: string;
  startedAt: number;
  duration: number;
}

async function tryOnce(
  { graph, clock, rate }: DeliveryContext,
  mailbox: string,
  body: Buffer,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const clientRequestId = randomUUID();
  const startedAt = clock.now();
  rate?.begin();
  const result = await graph.sendMail(mailbox, body, token, clientRequestId, signal).catch((error: unknown) => {
    if (error instanceof NetworkFailure) return error;
    throw error;
  });
  return { result, clientRequestId, startedAt, duration: clock.now() - startedAt };
}

/** All messages that waited for one token request get its error; each gets one of its own, with its own count. */
function ownError(error: GraphMailError, attempts: number): GraphMailError {
  return new GraphMailError(error.message, { ...error, cause: error.cause, attempts });
}

/** A pause longer than anybody would wait fails what comes now, instead of keeping it for that long. */
function longPause(gate: MailboxGate, mailbox: string): GraphMailError {
  const pause = gate.pausedFor;
  return new GraphMailError(
    `Graph wants no requests for ${mailbox} for another ${Math.ceil(pause / 1000)} s, which is longer than maxWait; the message was not sent.`,
    {
      code: 'EGRAPH',
      command: 'sendMail',
      retryAfter: pause,
      hint: 'Send later, or give the option maxWait a longer time.',
    },
  );
}
