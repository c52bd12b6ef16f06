import type { TokenSource } from '../../auth/token-source.js';
import type { Clock } from '../../common/clock.js';
import type { GraphMailError } from '../../common/errors.js';
import type { GraphCall, GraphClient } from '../../graph/client.js';
import type { HttpAnswer, NetworkFailure } from '../../graph/http.js';
import type { GateClient } from '../gate/mailbox-gate.js';
import type { RateLimiter } from '../gate/rate-limiter.js';
import type { Turnstile } from '../gate/request-queue.js';
import type { MessageIds } from './composition.js';
import type { Judge, Outcome } from './outcome.js';
import type { RetryBudget, RetryLimits } from './retry-delay.js';

/** What delivering needs besides the message. */
export interface DeliveryContext {
  graph: GraphClient;
  tokens: TokenSource;
  budget: RetryBudget;
  clock: Clock;
  limits: RetryLimits;
  /** Milliseconds for one call of a function that the caller gave. */
  timeout: number;
  /** In [0, 1). */
  random: () => number;
  /** What bounds the requests of the whole transport, over all mailboxes. */
  connections?: Turnstile | undefined;
  /** Told when a message really begins to leave. */
  rate?: RateLimiter | undefined;
  /** The messages that are under way in this process. */
  messageIds: Pick<MessageIds, 'enter'>;
  /** The transport, for the gates of its mailboxes. */
  client?: GateClient;
}

/** What one delivery may be given besides. */
export interface DeliveryHooks {
  /** Ends the delivery with `EABORT`. */
  signal?: AbortSignal | undefined;
  attempted?: (report: AttemptReport) => void;
  /** Told when `close()` must leave the message be, and when it need not any more. */
  inFlight?: (yes: boolean) => void;
  /** Told of a draft that is left behind: its id, or `undefined` when nobody knows whether there is one. */
  draftLeft?: (draftId: string | undefined) => void;
}

/** What a request is for, by Graph's name for it where it has one. */
export type Command =
  | 'sendMail'
  | 'createDraft'
  | 'sendDraft'
  | 'deleteDraft'
  | 'findMessages'
  | 'getMessage'
  | 'listInbox'
  | 'getMime'
  | 'listMessageTraces'
  | 'addAttachment'
  | 'createUploadSession'
  | 'uploadChunk'
  | 'uploadStatus';

/** One step of getting a message through: a request that is made until it has an outcome. */
export interface Step<T extends HttpAnswer = HttpAnswer> {
  command: Command;
  /** Whether this request is what sends the message. */
  submission: boolean;
  /** Bytes of HTTP body, or the most that they can be. */
  bytes: number;
  request: (call: GraphCall) => Promise<T>;
  judge: Judge;
  /** Who is told of every request that may send the message. */
  watcher?: SubmissionWatcher | undefined;
  /** The host that is asked, where it is not Graph's. */
  host?: string | undefined;
  /** Patience, where it is not that of the whole transport. */
  limits?: RetryLimits | undefined;
}

/** Is told of the requests that may send a message, so that at any time it knows whether one is under way. */
export interface SubmissionWatcher {
  /**
   * Awaited in the request's place, before it is made; when it fails, none is.
   * @param attempt from 1
   */
  before(attempt: number): Promise<void>;
  /**
   * Awaited before anything is waited for, when the request was surely refused, or not made after all, and no earlier one is
   * in doubt; when it fails, there is no other. Not when the step ends with it: then whoever made the step knows.
   */
  notSent(attempt: number, error: GraphMailError): Promise<void>;
}

/** A step that worked. */
export interface StepResult<T extends HttpAnswer = HttpAnswer> {
  answer: T;
  clientRequestId: string;
  /** Requests made for it. */
  attempts: number;
  /** Milliseconds that the last of them took. */
  time: number;
  /** Whether an earlier request had its effect, and this one only shows it. */
  settled: boolean;
}

/** One request, told to whoever watches when it has ended. */
export interface AttemptReport {
  command: Command;
  /** From 1, anew for each step. */
  attempt: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds. */
  duration: number;
  /** Of its body. */
  bytes: number;
  host: string;
  clientRequestId: string;
  result: HttpAnswer | NetworkFailure;
  outcome: Outcome['kind'];
  /** Milliseconds that the answer asked to wait. */
  retryAfter: number | undefined;
}
