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
    refuseLongPause(context, gate, mailbox);
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
  const wait = (delay: number) => {
    waited += delay;
    return passage.rest(delay);
  };

  for (;;) {
    await passage.depart();
    let attempt: Attempt | GraphMailError;
    try {
      // Another message's Retry-After may have come while this one waited for its place.
      refuseLongPause(context, gate, mailbox);
      attempts++;
      attempt = await tryOnce(context, mailbox, body, refusedToken);
    } finally {
      passage.arrive();
    }

    if (isGraphMailError(attempt)) {
      const delay = attempt.permanent ? undefined : patience(attempt.retryAfter);
      if (delay === undefined || !context.budget.spend()) throw ownError(attempt, attempts);
      await wait(delay);
      continue;
    }
    refusedToken = undefined;

    const { result, token, clientRequestId, time } = attempt;
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
      continue;
    }
    const delay = patience(outcome.retryAfter);
    const paused = outcome.retryAfter ?? (outcome.throttled ? delay : undefined);
    if (outcome.throttled && paused !== undefined) gate.pause(clock.now() + paused);
    if (delay === undefined) throw failure(false, outcome.retryAfter);
    if (outcome.throttled) waited += delay;
    else if (context.budget.spend()) await wait(delay);
    else throw failure(false);
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
function refuseLongPause({ limits }: DeliveryContext, gate: MailboxGate, mailbox: string): void {
  const pause = gate.pausedFor;
  if (pause <= limits.maxWait) return;
  throw new GraphMailError(
    `Graph wants no requests for ${mailbox} for another ${Math.ceil(pause / 1000)} s, which is longer than maxWait; the message was not sent.`,
    {
      code: 'EGRAPH',
      command: 'sendMail',
      retryAfter: pause,
      hint: 'Send later, or give the option maxWait a longer time.',
    },
  );
}
