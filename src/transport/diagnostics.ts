import { channel } from 'node:diagnostics_channel';
import type { GraphMailError } from '../common/errors.js';

/** Of one send; the same object is on all its events, so that a tracer can keep a span by it. */
export interface SendTrace {
  mailbox: string;
  /** Known once the message was composed. */
  messageId: string | undefined;
  /** How many, not who. */
  recipients: number;
  /** Milliseconds since the epoch, when the transport got the message. */
  startedAt: number;
}

/** One request that was answered or failed. */
export interface AttemptEvent {
  send: SendTrace;
  /** What was asked of Graph: `sendMail`; with drafts `createDraft`, `sendDraft` and so on. */
  command: string;
  /** From 1, for each command anew. */
  attempt: number;
  /** Milliseconds since the epoch, when the request was made. */
  startedAt: number;
  /** Milliseconds that it took. */
  duration: number;
  host: string;
  /** Bytes of its body. */
  requestSize: number;
  clientRequestId: string;
  requestId: string | undefined;
  /** HTTP status, or `undefined` when there was no answer. */
  status: number | undefined;
  /** `done`: a request that only prepares the sending has worked. */
  outcome: 'sent' | 'done' | 'not-sent' | 'unknown';
  /** Milliseconds that the answer asked to wait (`Retry-After`); `undefined` where it is no throttling, or says no time. */
  retryAfter: number | undefined;
}

/** How a send ended: `error` is missing when Graph took the message. */
export interface EndEvent {
  send: SendTrace;
  outcome: 'sent' | 'not-sent' | 'unknown';
  attempts: number;
  /** Milliseconds from start to end, waiting included. */
  duration: number;
  error: GraphMailError | undefined;
}

const name = 'nodemailer-graph-transport';
const start = channel(`${name}:send:start`);
const attempt = channel(`${name}:send:attempt`);
const end = channel(`${name}:send:end`);

/**
 * What tracing libraries subscribe to with `node:diagnostics_channel`: `nodemailer-graph-transport:send:start`
 * ({@link SendTrace}), `…:send:attempt` ({@link AttemptEvent}) and `…:send:end` ({@link EndEvent}). No secret, address of a
 * recipient or content is ever in them.
 */
export const diagnostics = {
  start: (event: SendTrace) => start.publish(event),
  attempt: (event: AttemptEvent) => attempt.publish(event),
  end: (event: EndEvent) => end.publish(event),
};
