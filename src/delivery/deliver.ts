import { randomUUID } from 'node:crypto';
import type { TokenSource } from '../auth/token-source.js';
import type { Clock } from '../clock.js';
import { GraphMailError, isGraphMailError } from '../errors.js';
import { claimsChallenge } from '../graph/claims.js';
import type { GraphClient } from '../graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { sendFailure } from './failure.js';
import type { MailboxGate, Passage } from './mailbox-gate.js';
import { judge } from './outcome.js';
import { nextDelay, type RetryLimits } from './retry.js';
import type { RetryBudget } from './retry-budget.js';

/** What delivering needs besides the message. */
export interface DeliveryContext {
  graph: GraphClient;
  tokens: TokenSource;
  budget: RetryBudget;
  clock: Clock;
  limits: RetryLimits;
  /** In [0, 1). */
  random: () => number;
}

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
): Promise<{ message: T; receipt: Receipt }> {
  const passage = await gate.admit();
  try {
    if (gate.pausedFor > context.limits.maxWait) throw longPause(gate, mailbox);
    const message = await compose();
    return { message, receipt: await attemptAll(context, gate, passage, mailbox, message.body) };
  } finally {
    passage.leave();
  }
}

async function attemptAll(
  context: DeliveryContext,
  gate: MailboxGate,
  passage: Passage,
  mailbox: string,
  body: Buffer,
): Promise<Receipt> {
  const { clock, limits, random } = context;
  let attempts = 0;
  let waited = 0;
  let refusedToken: { token: string; claims: string | undefined } | undefined;
  let renewed = false;

  const patience = (retryAfter: number | undefined) => nextDelay(limits, { attempts, waited }, retryAfter, random());

  /** One attempt; gives the receipt, or how long to rest before the next. */
  const attempt = async (): Promise<Receipt | { rest: number | undefined }> => {
    attempts++;
    const tried = await tryOnce(context, mailbox, body, refusedToken);
    if (isGraphMailError(tried)) {
      const delay = tried.permanent ? undefined : patience(tried.retryAfter);
      if (delay === undefined || !context.budget.spend()) throw ownError(tried, attempts);
      return { rest: delay };
    }
    refusedToken = undefined;

    const { result, token, clientRequestId, time } = tried;
    const outcome = judge(result, clock.now());
    if (outcome.kind === 'sent') {
      context.budget.refund();
      return { answer: result as HttpAnswer, clientRequestId, attempts, time };
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
      if (renewed) throw failure(true);
      renewed = true;
      refusedToken = { token, claims: claimsChallenge(result as HttpAnswer) };
      return { rest: undefined };
    }
    const delay = patience(outcome.retryAfter);
    const paused = outcome.retryAfter ?? (outcome.throttled ? delay : undefined);
    if (outcome.throttled && paused !== undefined) gate.pause(clock.now() + paused);
    if (delay === undefined) throw failure(false, outcome.retryAfter);
    if (outcome.throttled) {
      waited += delay;
      return { rest: undefined };
    }
    if (!context.budget.spend()) throw failure(false);
    return { rest: delay };
  };

  for (;;) {
    if (!(await passage.depart(limits.maxWait))) throw longPause(gate, mailbox);
    let step: Awaited<ReturnType<typeof attempt>>;
    try {
      step = await attempt();
    } finally {
      // Only now, when a pause that the answer asked for stands: the next one departs here.
      passage.arrive();
    }
    if (!('rest' in step)) return step;
    if (step.rest === undefined) continue;
    waited += step.rest;
    await passage.rest(step.rest);
  }
}

interface Attempt {
  result: HttpAnswer | NetworkFailure;
  token: string;
  clientRequestId: string;
  time: number;
}

/** One request with a token; a failure to get the token comes back as the error it is. */
async function tryOnce(
  { tokens, graph, clock }: DeliveryContext,
  mailbox: string,
  body: Buffer,
  refused: { token: string; claims: string | undefined } | undefined,
): Promise<Attempt | GraphMailError> {
  let token: string;
  try {
    token = refused ? await tokens.replace(refused.token, refused.claims) : await tokens.get();
  } catch (error) {
    if (isGraphMailError(error)) return error;
    throw error;
  }
  const clientRequestId = randomUUID();
  const started = clock.now();
  const result = await graph.sendMail(mailbox, body, token, clientRequestId).catch((error: unknown) => {
    if (error instanceof NetworkFailure) return error;
    throw error;
  });
  return { result, token, clientRequestId, time: clock.now() - started };
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
