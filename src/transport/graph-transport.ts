import { EventEmitter } from 'node:events';
import type { SendMailOptions, Transport } from 'nodemailer';
import type { CertificateInfo, CertificateSource } from '../auth/certificate/certificate-source.js';
import { abortError, signalOf, unlessAborted } from '../common/abort.js';
import { configError, isGraphMailError } from '../common/errors.js';
import { detached, whenCalm } from '../common/event-loop.js';
import { createLog, type Log, type LogOptions, safeLogger } from '../common/log.js';
import { setImmediate } from '../common/timers.js';
import { version } from '../common/version.js';
import { type DeliveryWay, deliver } from '../delivery/deliver.js';
import type { MailboxGate } from '../delivery/gate/mailbox-gate.js';
import type { MailboxGates } from '../delivery/gate/mailbox-gates.js';
import { Turnstile } from '../delivery/gate/request-queue.js';
import { type InboxMessage, readInbox } from '../delivery/lookup/inbox.js';
import { runErrand } from '../delivery/lookup/lookup-request.js';
import { searchTrace, settleByTrace, type TraceAccess, traceName } from '../delivery/lookup/message-trace.js';
import { type SettledMessage, settle, unsettled } from '../delivery/lookup/settle.js';
import { failureOfSend } from '../delivery/request/delivery-errors.js';
import type { Requests } from '../delivery/request/requests.js';
import type { AttemptReport, DeliveryContext } from '../delivery/request/types.js';
import { isHeld } from '../graph/http.js';
import type { TracedMessage } from '../graph/message-trace.js';
import { composeBody } from '../message/body.js';
import { Memory } from '../message/compose/buffer-pool.js';
import { mailboxFor } from '../message/mailbox-for.js';
import { type ComposedMail, type PreparedMessage, prepareMessage } from '../message/prepare.js';
import { mustBeRead } from '../message/read-ahead.js';
import { settleOptions } from '../options/check-options.js';
import { whyApart } from '../options/identity.js';
import {
  checkInboxOptions,
  checkSenders,
  checkSettleOptions,
  checkTraceMessagesOptions,
  type InboxOptions,
  type SettleOptions,
  type TraceMessagesOptions,
} from '../options/lookup.js';
import type { Settings } from '../options/settings.js';
import type { GraphTransportOptions } from '../options/types.js';
import { lookAhead, type OpenContext, openContext } from './create-context.js';
import { type Sending, Sendings } from './in-flight.js';
import { type Mailer, MailerLink, shapeTransport } from './mailer-link.js';
import { logAttempt, SendingLog } from './send-events.js';
import type { GraphSentMessageInfo } from './send-message.js';

type NodemailerSend = Transport<GraphSentMessageInfo>['send'];

/** Called by `verify(callback)`. */
export type VerifyCallback = (error: Error | null, success?: true) => void;

/** Warnings that this process has had. */
const warned = new Set<string>();

/** The methods that are own properties of a transport, bound, so that copies of it go on working. */
const methods = [
  'send',
  'verify',
  'close',
  'isIdle',
  'pendingCount',
  'mailboxFor',
  'settle',
  'traceMessages',
  'readInbox',
] as const;

/**
 * The transport that {@link graphTransport} makes. Its own enumerable properties are bound functions and plain values,
 * and its state is private: frameworks merge, clone and spread transports, and debug output prints them.
 */
export class GraphTransport extends EventEmitter {
  readonly name: 'GraphTransport' = 'GraphTransport';
  readonly version: string = version;
  /** Tells Nodemailer 10 that a message's `signal` is watched here; it is with every other version too. */
  readonly supportsAbortSignal: true = true;
  /** Requests in flight to one mailbox, as the option of that name says: more messages at a time would only wait. */
  readonly mailboxConcurrency: number;
  /** The Mail object that was made last with this transport; set by Nodemailer. */
  declare mailer?: unknown;
  readonly #settings: Settings;
  readonly #context: OpenContext['context'];
  readonly #certificates: CertificateSource | undefined;
  readonly #trace: OpenContext['trace'];
  readonly #log: Log;
  readonly #link: MailerLink;
  readonly #gates: MailboxGates;
  /** What the transport is to those that it shares with others, which hold it weakly. */
  readonly #user = { warn: (message: string) => this.#warn(message) };
  readonly #release: () => void;
  readonly #sendings = new Sendings();
  /** Bounds the messages that are read before they wait: see {@link mustBeRead}. */
  readonly #readers: Turnstile;
  readonly #memory = new Memory();
  #messages = 0;
  /** Counts messages that had to be read ahead, for their order. */
  #arrivals = 0;
  #idling = true;

  /** @internal */
  constructor(options: GraphTransportOptions) {
    super();
    const settings = settleOptions(options, process.env);
    const { mailboxConcurrency, log, mailer } = settings;
    this.mailboxConcurrency = mailboxConcurrency;
    this.#settings = settings;
    this.#log = createLog(log);
    this.#link = new MailerLink(mailer, loggerForMailer(log));
    shapeTransport(this, this.#link, methods);

    const { context, gates, certificates, trace, release } = openContext(settings, this.#sendings.closing, this.#user);
    this.#context = context;
    this.#gates = gates;
    this.#certificates = certificates;
    this.#trace = trace;
    this.#release = release;
    this.#readers = new Turnstile({ limit: () => mailboxConcurrency + lookAhead, clock: context.clock });
    if (settings.ignored.length > 0) {
      this.#warn(`These SMTP options mean nothing to Microsoft Graph and are ignored: ${settings.ignored.join(', ')}.`);
    }
    setImmediate(() => this.#emitIdle());
  }

  /** Nodemailer's way in. Calls back once, detached, whatever the callback itself then does. */
  send(mail: Parameters<NodemailerSend>[0], callback: Parameters<NodemailerSend>[1]): void {
    this.#deliver(mail as unknown as ComposedMail).then(
      // What the caller does now, as a rule another message, can wait for those that are ready.
      (info) => whenCalm().then(() => setImmediate(() => callback(null, info))),
      (error: unknown) => detached(() => callback(error as Error, undefined as never)),
    );
  }

  /**
   * Gets a token, and sends nothing. That proves certificate, client id and tenant; it does not prove the right to send
   * from a mailbox, which Graph tells only when a message is sent.
   */
  verify(): Promise<true>;
  verify(callback: VerifyCallback): void;
  verify(callback?: VerifyCallback): Promise<true> | undefined {
    const result = this.#verify();
    if (!callback) return result;
    result.then(
      () => setImmediate(() => callback(null, true)),
      (error: unknown) => detached(() => callback(error as Error)),
    );
    return undefined;
  }

  /**
   * Whether another message would be sent without queueing much, as with Nodemailer's pool: as many may wait as requests
   * are allowed in flight.
   */
  isIdle(): boolean {
    const { maxConnections, mailboxConcurrency } = this.#settings;
    if (this.#sendings.closed) return false;
    if (maxConnections !== undefined) return this.#messages - (this.#context.connections?.inside ?? 0) < maxConnections;
    return this.#readers.waiting + this.#context.client.queued < mailboxConcurrency;
  }

  /** Messages that have not been called back for: waiting, being composed, or in flight. */
  pendingCount(): number {
    return this.#messages;
  }

  /**
   * Takes no more messages. What is in flight ends as it will; what waits fails with `ECONNECTION`, not sent. With `force`,
   * what is in flight is aborted too, and fails with `EABORT` and an unknown outcome. The process can exit once the last
   * request has ended. May be called again.
   */
  close(options?: { force?: boolean }): void {
    this.#sendings.close();
    this.#sendings.abort(options?.force ?? false);
    if (this.#sendings.none) this.#release();
  }

  /**
   * The mailbox that would send a message, in the spelling that `info.mailbox` has. Nothing is composed or sent.
   * @param data what would be passed to `sendMail`; a transporter's own defaults are not known here
   * @throws GraphMailError as `sendMail` would, where the mailbox is concerned; and for a raw message that is a stream or a
   * file, whose own From is not known yet
   */
  mailboxFor(data: SendMailOptions): string {
    return mailboxFor(data, this.#settings);
  }

  /**
   * What became of a message that an earlier process was sending, with what `onAttempt` was told. A draft is sent when it is
   * still there; when it is gone, or there was none, the message is looked for in Sent Items. Needs Mail.ReadBasic.All or
   * Mail.Read, and for drafts Mail.ReadWrite. With `by: 'trace'` it is looked for in message trace instead.
   * @throws GraphMailError with the outcome `'unknown'` whenever that is not settled, for whatever reason (and nothing should
   * be sent again); with `'not-sent'` when Graph refused the draft and it still lies in Drafts
   */
  async settle(options: SettleOptions): Promise<SettledMessage> {
    const settled = await this.#settle(options).catch((error: unknown) => {
      const failure = isGraphMailError(error) ? error : failureOfSend(error, true);
      throw unsettled(failure, options?.messageId, options?.draftId);
    });
    if (settled.outcome === 'sent') return settled;
    throw settled.error;
  }

  /**
   * What Exchange's message trace says of the recipients of many messages, with few requests: it is read by period and sender,
   * 5,000 entries at a time, by the application of the option `trace`. What is missing in the result may have been sent all the
   * same. Sends nothing, and keeps nothing of other messages.
   * @throws GraphMailError `ECONFIG` for wrong options, and without the option `trace`
   */
  async traceMessages(options: TraceMessagesOptions): Promise<TracedMessage[]> {
    const { mailbox, from, messageIds, since, until, signal } = checkTraceMessagesOptions(options);
    const senders = checkSenders('traceMessages', mailbox, from);
    const to = until?.getTime() ?? Number.POSITIVE_INFINITY;
    return searchTrace(this.#traceAccess(signal), { senders, messageIds, from: since.getTime(), to });
  }

  /**
   * What has come into a mailbox's Inbox, the oldest first: reports of non-delivery, for instance. Needs Mail.Read.
   * @throws GraphMailError `ECONFIG` for wrong options; the iteration, when Graph does not give the messages
   */
  readInbox(options: InboxOptions): AsyncIterable<InboxMessage> {
    const { mailbox, since, signal } = checkInboxOptions(options);
    return readInbox((errand) => this.#errand(mailbox, signal, `the Inbox of ${mailbox}`, errand), since);
  }

  /** What health checks may know of the certificate; `undefined` without one, and for a PFX until it was first read. */
  get certificate(): CertificateInfo | undefined {
    return #link in this ? this.#certificates?.info : undefined;
  }

  /** To the log where there is one, else once as a warning of the process: some frameworks make many transports. */
  #warn(message: string): void {
    if (this.#settings.log.logger) this.#log.warn({ tnx: 'transport' }, message);
    else if (!warned.has(message)) {
      warned.add(message);
      process.emitWarning(message, 'GraphTransportWarning');
    }
  }

  async #verify(): Promise<true> {
    const sending = this.#sendings.begin(undefined);
    try {
      await unlessAborted(this.#context.tokens.verify(), sending.ending.signal);
      return true;
    } catch (error) {
      throw failureOfSend(error, false);
    } finally {
      this.#end(sending);
    }
  }

  async #settle(options: SettleOptions): ReturnType<typeof settle> {
    const { mailbox, signal, by, from, ...given } = checkSettleOptions(options);
    if (by === 'trace') {
      const { messageId, draftId, sentAfter, window = 0 } = given;
      const senders = checkSenders('settle', mailbox, from);
      return settleByTrace(this.#traceAccess(signal), { messageId, draftId, sentAfter, senders, window });
    }
    const { window = this.#settings.verifyWindow, ...message } = given;
    return this.#errand(mailbox, signal, `message ${message.messageId}`, (requests) =>
      settle(requests, { ...message, window }),
    );
  }

  /** @throws GraphMailError `ECONFIG` */
  #traceAccess(signal: AbortSignal | undefined): TraceAccess {
    if (!this.#trace) throw configError("Message trace cannot be asked without the option 'trace'.", whyApart);
    const { context, limits } = this.#trace();
    const gate = () => limits.gate;
    return {
      run: (errand) => this.#run(context, gate, traceName, signal, 'message trace', errand),
      quota: limits.quota,
      clock: context.clock,
    };
  }

  /** Makes requests to a mailbox that carry no message. */
  async #errand<T>(
    mailbox: string,
    signal: AbortSignal | undefined,
    subject: string,
    errand: (requests: Requests) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#run(this.#context, () => this.#gates.of(mailbox), mailbox, signal, subject, errand);
    } finally {
      this.#gates.release(mailbox);
    }
  }

  async #run<T>(
    context: DeliveryContext,
    gate: () => MailboxGate,
    mailbox: string,
    signal: AbortSignal | undefined,
    subject: string,
    errand: (requests: Requests) => Promise<T>,
  ): Promise<T> {
    const sending = this.#sendings.begin(signalOf(signal));
    try {
      const hooks = {
        signal: sending.ending.signal,
        attempted: (report: AttemptReport) => logAttempt(this.#log, report, undefined, subject),
        inFlight: (yes: boolean) => {
          sending.inFlight = yes;
        },
      };
      return await runErrand(context, gate(), mailbox, hooks, errand);
    } finally {
      this.#end(sending);
    }
  }

  async #deliver(mail: ComposedMail): Promise<GraphSentMessageInfo> {
    const sending = this.#begin(() => mail?.data?.signal);
    this.#messages++;
    const { signal } = sending.ending;
    let reading = false;
    let prepared = false;
    try {
      if (mustBeRead(mail, this.#settings)) {
        const entering = this.#readers.enter({ age: this.#arrivals++, signal });
        this.#watchIdle();
        await entering;
        reading = true;
      }
      const preparing = prepareMessage(mail, this.#settings, signal);
      const plan = preparing instanceof Promise ? await preparing : preparing;
      if (reading && !plan.bytes) {
        reading = false;
        this.#readers.leave();
        this.#watchIdle();
      }
      this.#adopt(mail);
      prepared = true;
      return await this.#sendPrepared(mail, plan, sending);
    } catch (error) {
      throw prepared ? error : failureOfSend(error, false);
    } finally {
      // Bytes that were read ahead are kept until their message is done, so others wait that long to be read.
      if (reading) this.#readers.leave();
      this.#messages--;
      this.#end(sending);
    }
  }

  async #sendPrepared(mail: ComposedMail, plan: PreparedMessage, sending: Sending): Promise<GraphSentMessageInfo> {
    const { mailbox } = plan;
    const { signal } = sending.ending;
    if (signal.aborted) throw failureOfSend(abortError(signal), false);
    const log = new SendingLog(this.#log, mailbox, plan.envelope.to.length);
    let release: (() => Promise<void>) | undefined;
    const compose = async () => {
      // A place that has become free is for a message that is composed already; this one would keep the thread busy first.
      await whenCalm();
      const body = await composeBody(mail, plan, this.#settings, signal, this.#memory);
      release = body.release;
      log.composed(body);
      return body;
    };
    const discard = (bytes: Buffer) => {
      if (!isHeld(bytes)) this.#memory.giveBack(bytes);
    };
    let step: 'before' | 'delivering' | 'sent' = 'before';
    try {
      const gate = this.#gates.of(mailbox);
      const way: DeliveryWay = { ...this.#settings, ...plan.choices };
      step = 'delivering';
      const delivery = deliver(
        this.#context,
        gate,
        { mailbox, compose, discard, way },
        {
          signal,
          attempted: (report) => log.attempted(report),
          inFlight: (yes) => {
            sending.inFlight = yes;
          },
          draftLeft: (draftId) => log.draftLeft(draftId),
        },
      );
      this.#watchIdle();
      const { message, receipt } = await delivery;
      step = 'sent';
      log.ended(undefined);
      return {
        envelope: { from: plan.envelope.from || message.from, to: message.recipients },
        messageId: message.messageId,
        accepted: [...message.recipients],
        rejected: [],
        pending: [],
        response: receipt.response,
        messageSize: message.size,
        messageTime: receipt.time,
        mailbox,
        requestId: receipt.requestId,
        clientRequestId: receipt.clientRequestId,
        attempts: receipt.attempts,
      };
    } catch (error) {
      // What ends the delivery has been judged there.
      const judged = step === 'delivering' && isGraphMailError(error);
      const failure = judged ? error : failureOfSend(error, step !== 'before');
      log.ended(failure);
      throw failure;
    } finally {
      // What became of the message does not hang on its temporary files.
      await release?.().catch((error: Error) => log.failedToTidyUp(error));
      this.#gates.release(mailbox);
    }
  }

  /**
   * The Mail object of a copy without `on` is not known before its first message. What protects is refused by then
   * where it can be seen; what Nodemailer and its plugins have done already cannot be undone.
   */
  #adopt(mail: ComposedMail & { mailer?: Mailer }): void {
    const { mailer } = this.#settings;
    if (!mail.mailer || !this.#link.adopt(mail.mailer)) return;
    const late = (['dkim', 'attachDataUrls', 'disableFileAccess', 'disableUrlAccess'] as const).filter(
      (name) => mailer[name],
    );
    if (late.length === 0) return;
    this.#warn(
      `${late.join(' and ')} cannot wholly take effect on the first message of this copy of the transport. Use createGraphTransporter() to avoid that.`,
    );
  }

  /** @throws GraphMailError */
  #begin(signal: () => unknown): Sending {
    try {
      return this.#sendings.begin(signalOf(signal()));
    } catch (error) {
      throw failureOfSend(error, false);
    }
  }

  #end(sending: Sending): void {
    this.#sendings.end(sending);
    if (this.#sendings.none) this.#memory.clear();
    if (!this.#sendings.closed) this.#watchIdle();
    else if (this.#sendings.none) this.#release();
  }

  /** Tells when the transport becomes idle; called whenever what waits may have changed. */
  #watchIdle(): void {
    const idle = this.isIdle();
    if (idle && !this.#idling) setImmediate(() => this.#emitIdle());
    this.#idling = idle;
  }

  #emitIdle(): void {
    if (this.#sendings.closed) return;
    this.#link.emit('idle');
    this.emit('idle');
  }
}

/**
 * Makes a Nodemailer transport that sends through Microsoft Graph: `nodemailer.createTransport(graphTransport(options))`.
 * @throws GraphMailError `ECONFIG` for an option that is missing, unknown or contradictory, or a certificate that cannot be used
 */
export function graphTransport(options: GraphTransportOptions = {}): GraphTransport {
  return new GraphTransport(options);
}

function loggerForMailer({ logger, component }: LogOptions): Record<string, unknown> {
  if (!logger) return {};
  return { logger: logger === true ? true : safeLogger(logger), ...(component !== undefined && { component }) };
}
