import { channel } from 'node:diagnostics_channel';
import { canonicalAddress, isGuid } from '../common/canonical-address.js';
import { systemClock } from '../common/clock.js';
import type { GraphMailError } from '../common/errors.js';
import { type Log, shortened } from '../common/log.js';
import { manyRecipients } from '../common/recipient-limits.js';
import type { AttemptReport } from '../delivery/request/types.js';
import { NetworkFailure } from '../graph/network-failure.js';
import type { RequestBody } from '../message/body.js';

/** Tells log and diagnostics channel what becomes of one message. Never a secret, never content. */
export class SendEvents {
  readonly #log: Log;
  readonly #trace: SendTrace;
  readonly #begun = systemClock.elapsed();
  #attempts = 0;

  constructor(log: Log, mailbox: string, recipients: number) {
    this.#log = log;
    this.#trace = { mailbox, messageId: undefined, recipients, startedAt: systemClock.now() };
    diagnostics.start(this.#trace);
  }

  composed({ messageId, recipients, from, size, heavy }: RequestBody): void {
    const { mailbox } = this.#trace;
    this.#trace.messageId = messageId;
    this.#trace.recipients = recipients.length;
    if (this.#log.silent) return;
    const data = { tnx: 'send', messageId };
    this.#log.info(data, 'Sending message %s from %s to <%s>', messageId, mailbox, shortened(recipients));
    this.#log.debug({ ...data, size }, 'Composed %d bytes, attachments to upload: %d', size, heavy.length);
    const many = manyRecipients(recipients.length);
    if (many !== undefined) this.#log.warn(data, '%s', many);
    if (!isGuid(mailbox) && canonicalAddress(from) !== mailbox) {
      this.#log.warn(data, 'From is %s while the mailbox is %s: Exchange may refuse or replace it', from, mailbox);
    }
  }

  attempted(report: AttemptReport): void {
    const { command, attempt, bytes, host, result, outcome, clientRequestId, startedAt, duration, retryAfter } = report;
    if (command === 'sendMail' || command === 'sendDraft') this.#attempts = attempt;
    const failed = result instanceof NetworkFailure;
    diagnostics.attempt({
      send: this.#trace,
      command,
      attempt,
      startedAt,
      duration,
      host,
      requestSize: bytes,
      clientRequestId,
      requestId: failed ? undefined : result.headers['request-id'],
      status: failed ? undefined : result.status,
      outcome,
      retryAfter,
    });
    logAttempt(this.#log, report, this.#trace.messageId);
  }

  /** A draft stays behind, or may: it should not be sent by hand from Drafts. */
  draftLeft(draftId: string | undefined): void {
    const { messageId, mailbox } = this.#trace;
    const data = { tnx: 'send', messageId, draftId };
    this.#log.warn(
      data,
      'A draft of message %s %s left in Drafts of %s',
      messageId,
      draftId ? 'is' : 'may be',
      mailbox,
    );
  }

  failedToTidyUp(error: Error): void {
    const { messageId } = this.#trace;
    this.#log.warn(
      { tnx: 'send', messageId, err: error },
      'Temporary files of message %s stay: %s',
      messageId,
      error.message,
    );
  }

  ended(error: GraphMailError | undefined): void {
    const { messageId, mailbox } = this.#trace;
    const duration = Math.round(systemClock.elapsed() - this.#begun);
    const outcome = error?.outcome ?? 'sent';
    diagnostics.end({ send: this.#trace, outcome, attempts: this.#attempts, duration, error });
    if (error) {
      const { code, requestId } = error;
      const data = { tnx: 'send', err: error, messageId, code, outcome, requestId };
      this.#log.error(
        data,
        'Message %s from %s: %s (%s)',
        messageId ?? '(not composed)',
        mailbox,
        error.message,
        outcome,
      );
    } else this.#log.info({ tnx: 'send', messageId }, 'Message %s accepted', messageId);
  }
}

/** Tells the log of one request. */
export function logAttempt(log: Log, report: AttemptReport, messageId: string | undefined, subject = messageId): void {
  if (log.silent) return;
  const { command, attempt, result, outcome, clientRequestId, duration } = report;
  const failed = result instanceof NetworkFailure;
  const status = failed ? undefined : result.status;
  const requestId = failed ? undefined : result.headers['request-id'];
  const data = { tnx: 'attempt', messageId, command, attempt, status, clientRequestId, requestId, duration };
  const level = outcome === 'sent' || outcome === 'done' ? 'debug' : 'warn';
  const seen = failed ? (result.code ?? result.reason) : status;
  log[level](data, '%s, attempt %d for %s: %s, %s after %d ms', command, attempt, subject, seen, outcome, duration);
}

/** One send. All its events carry the same object, so a tracer can keep its span by it. */
export interface SendTrace {
  mailbox: string;
  /** Known once the message was composed. */
  messageId: string | undefined;
  /** Their number, not their addresses. */
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
const diagnostics = {
  start: (event: SendTrace) => start.publish(event),
  attempt: (event: AttemptEvent) => attempt.publish(event),
  end: (event: EndEvent) => end.publish(event),
};
