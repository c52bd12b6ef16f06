import type { TokenSource } from '../../auth/token-source.js';
import type { Clock } from '../../common/clock.js';
import type { GraphMailError } from '../../common/errors.js';
import type { GraphCall, GraphClient } from '../../graph/client.js';
import type { HttpAnswer } from '../../graph/http.js';
import type { NetworkFailure } from '../../graph/network-failure.js';
import type { MessagePatience } from '../../options/settings.js';
import type { GraphMessageOptions } from '../../options/types.js';
import type { GateClient } from '../gate/mailbox-gate.js';
import type { RateLimiter } from '../gate/rate-limiter.js';
import type { RequestQueue } from '../gate/request-queue.js';
import type { Deliverable, MessageIds } from './composition.js';
import type { Classify, Outcome } from './outcome.js';

/** How a message is to get through. */
export interface DeliveryWay extends Pick<GraphMessageOptions, 'onAttempt' | 'onNotSent' | 'onWithdraw'> {
  delivery: 'direct' | 'draft';
  onUnknown: 'fail' | 'verify';
  /** Milliseconds. */
  verifyWindow: number;
  /** Bytes of HTTP body. */
  maxRequestSize: number;
  onDraft?: ((id: string, messageId: string) => void | Promise<void>) | undefined;
  /** What the message says for itself; then the time at the gate counts as well. */
  patience?: MessagePatience | undefined;
}

/** A message to deliver. */
export interface Delivery<T extends Deliverable> {
  mailbox: string;
  /** Called once, when there is room for the bytes. */
  compose: () => Promise<T>;
  /** Told of the bytes when they are not needed any more; a connection may still hold them. */
  discard?: ((body: Buffer) => void) | undefined;
  way: DeliveryWay;
}

/** How a message got through. */
export interface Receipt {
  /** What showed that it did, in one line. */
  response: string;
  requestId: string | undefined;
  clientRequestId: string;
  /** Requests that were to send it. */
  attempts: number;
  /** Milliseconds that the last of them took. */
  time: number;
}

/** What delivering needs besides the message. */
export interface DeliveryContext {
  graph: GraphClient;
  tokens: TokenSource;
  /** What all messages of the transport may spend together on retries. */
  budget: { spend(): boolean; refund(): void };
  clock: Clock;
  limits: RetryLimits;
  /** Milliseconds for one call of a function that the caller gave. */
  timeout: number;
  /** In [0, 1). */
  random: () => number;
  /** What bounds the requests of the whole transport, over all mailboxes. */
  connections?: RequestQueue | undefined;
  /** Told when a message really begins to leave. */
  rate?: RateLimiter | undefined;
  /** The messages that are under way in this process. */
  messageIds: Pick<MessageIds, 'register'>;
  /** The transport, for the gates of its mailboxes. */
  client?: GateClient;
  /** Once aborted, no message of the transport begins another wait, except those that are committed. */
  closing?: AbortSignal | undefined;
}

/** Optional signal and callbacks of one delivery. */
export interface DeliveryHooks {
  /** Ends the delivery with `EABORT`. */
  signal?: AbortSignal | undefined;
  attempted?: (report: AttemptReport) => void;
  /** Called when `close()` must let the message finish, and when it need not any more. */
  inFlight?: (yes: boolean) => void;
  /** Told of a draft that is left behind: its id, or `undefined` when it is not known whether there is one. */
  draftLeft?: (draftId: string | undefined) => void;
}

/** What bounds the attempts for one message. */
export interface RetryLimits {
  /** Attempts after the first. */
  maxRetries: number;
  /** Milliseconds of waiting in total. */
  maxWait: number;
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

/** One operation of a delivery or lookup: a request that is made until it has an outcome. */
export interface Operation<T extends HttpAnswer = HttpAnswer> {
  command: Command;
  /** Whether this request is what sends the message. */
  submission: boolean;
  /** Bytes of HTTP body, or the most that they can be. */
  bytes: number;
  request: (call: GraphCall) => Promise<T>;
  classify: Classify;
  /** Told of every request that may send the message. */
  watcher?: SubmissionWatcher | undefined;
  /** The host that is asked, where it is not Graph's. */
  host?: string | undefined;
  /** Retries and waiting time, where they are not those of the whole transport. */
  limits?: RetryLimits | undefined;
}

/** Is told of the requests that may send a message, so that at any time it knows whether one is under way. */
export interface SubmissionWatcher {
  /**
   * Awaited while the request has its slot, before it is made; when it fails, none is.
   * @param attempt from 1
   */
  before(attempt: number): Promise<void>;
  /**
   * Awaited before anything is waited for, when the request was surely refused, or not made after all, and no earlier one is
   * in doubt; when it fails, there is no other. Not when the operation ends with it: then the failure itself says so.
   */
  notSent(attempt: number, error: GraphMailError): Promise<void>;
}

/** An operation that worked. */
export interface OperationResult<T extends HttpAnswer = HttpAnswer> {
  answer: T;
  clientRequestId: string;
  /** Requests made for it. */
  attempts: number;
  /** Milliseconds that the last of them took. */
  time: number;
  /** Whether an earlier request had its effect, and this one only shows it. */
  settled: boolean;
}

/** One request, as the log and the diagnostics channel are told of it when it has ended. */
export interface AttemptReport {
  command: Command;
  /** From 1, anew for each operation. */
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
