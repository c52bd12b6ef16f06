import { EventEmitter } from 'node:events';
import type { SendMailOptions, Transport } from 'nodemailer';
import type { CertificateInfo, CertificateSource } from '../auth/certificate/certificate-source.js';
import { signalOf, unlessAborted } from '../common/abort.js';
import { configError, isGraphMailError } from '../common/errors.js';
import { detached, whenIdle } from '../common/event-loop.js';
import { createLog, type Log } from '../common/log.js';
import { setImmediate } from '../common/timers.js';
import { version } from '../common/version.js';
import type { MailboxGate } from '../delivery/gate/mailbox-gate.js';
import type { MailboxGates } from '../delivery/gate/mailbox-gates.js';
import { type InboxMessage, readInbox } from '../delivery/lookup/inbox.js';
import { runLookup } from '../delivery/lookup/lookup-request.js';
import { searchTrace, settleByTrace, type TraceAccess, traceName } from '../delivery/lookup/message-trace.js';
import { type SettledMessage, settle, unsettled } from '../delivery/lookup/settle.js';
import { failureOfSend } from '../delivery/request/delivery-errors.js';
import type { Requests } from '../delivery/request/requests.js';
import type { AttemptReport, DeliveryContext } from '../delivery/request/types.js';
import type { TracedMessage } from '../graph/message-trace.js';
import type { ComposedMail } from '../message/common/types.js';
import { mailboxFor } from '../message/prepare.js';
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
} from '../options/lookup-options.js';
import type { Settings } from '../options/settings.js';
import type { GraphTransportOptions } from '../options/types.js';
import { type OpenContext, openContext } from './create-context.js';
import { InFlightSends } from './in-flight.js';
import { MailerLink, shapeTransport } from './mailer-link.js';
import { logAttempt } from './send-events.js';
import { type GraphSentMessageInfo, MessageSender } from './send-message.js';

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
  /** Stands for this transport in the shared sign-ins, which hold it weakly. */
  readonly #user = { warn: (message: string) => this.#warn(message) };
  readonly #release: () => void;
  readonly #sends = new InFlightSends(() => this.#sendEnded());
  readonly #sender: MessageSender;
  #idling = true;

  /** @internal */
  constructor(options: GraphTransportOptions) {
    super();
    const settings = settleOptions(options, process.env);
    const { mailboxConcurrency, log, mailer } = settings;
    this.mailboxConcurrency = mailboxConcurrency;
    this.#settings = settings;
    this.#log = createLog(log);
    this.#link = new MailerLink(mailer, log);
    shapeTransport(this, this.#link, methods);

    const { context, gates, certificates, trace, release } = openContext(settings, this.#sends.closing, this.#user);
    this.#context = context;
    this.#gates = gates;
    this.#certificates = certificates;
    this.#trace = trace;
    this.#release = release;
    this.#sender = new MessageSender(settings, { context, gates }, this.#sends, this.#log, {
      prepared: (mail) => this.#link.adoptLate(mail.mailer, (message) => this.#warn(message)),
      queueChanged: () => this.#watchIdle(),
    });
    if (settings.ignored.length > 0) {
      this.#warn(`These SMTP options mean nothing to Microsoft Graph and are ignored: ${settings.ignored.join(', ')}.`);
    }
    setImmediate(() => this.#emitIdle());
  }

  /** Nodemailer's way in. Calls back once, detached, whatever the callback itself then does. */
  send(mail: Parameters<NodemailerSend>[0], callback: Parameters<NodemailerSend>[1]): void {
    this.#sender.send(mail as unknown as ComposedMail).then(
      // The callback usually sends another message: those that are ready go first.
      (info) => whenIdle().then(() => setImmediate(() => callback(null, info))),
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
    if (this.#sends.closed) return false;
    if (maxConnections === undefined) return this.#sender.waiting < mailboxConcurrency;
    return this.#sender.pending - (this.#context.connections?.inUse ?? 0) < maxConnections;
  }

  /** Messages whose callback has not been called yet: waiting, being composed, or in flight. */
  pendingCount(): number {
    return this.#sender.pending;
  }

  /**
   * Takes no more messages. What is in flight ends as it will; what waits fails with `ECONNECTION`, not sent. With `force`,
   * what is in flight is aborted too, and fails with `EABORT` and an unknown outcome. The process can exit once the last
   * request has ended. May be called again.
   */
  close(options?: { force?: boolean }): void {
    this.#sends.close(options?.force ?? false);
    if (this.#sends.none) this.#release();
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
    return readInbox((lookup) => this.#lookUp(mailbox, signal, `the Inbox of ${mailbox}`, lookup), since);
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
    const send = this.#sends.begin(undefined);
    try {
      await unlessAborted(this.#context.tokens.verify(), send.ending.signal);
      return true;
    } catch (error) {
      throw failureOfSend(error, false);
    } finally {
      this.#sends.end(send);
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
    return this.#lookUp(mailbox, signal, `message ${message.messageId}`, (requests) =>
      settle(requests, { ...message, window }),
    );
  }

  /** @throws GraphMailError `ECONFIG` */
  #traceAccess(signal: AbortSignal | undefined): TraceAccess {
    if (!this.#trace) throw configError("Message trace cannot be asked without the option 'trace'.", whyApart);
    const { context, limits } = this.#trace();
    const gate = () => limits.gate;
    return {
      run: (lookup) => this.#run(context, gate, traceName, signal, 'message trace', lookup),
      quota: limits.quota,
      clock: context.clock,
    };
  }

  /** Makes requests to a mailbox that carry no message. */
  async #lookUp<T>(
    mailbox: string,
    signal: AbortSignal | undefined,
    subject: string,
    lookup: (requests: Requests) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#run(this.#context, () => this.#gates.of(mailbox), mailbox, signal, subject, lookup);
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
    lookup: (requests: Requests) => Promise<T>,
  ): Promise<T> {
    const send = this.#sends.begin(signalOf(signal));
    try {
      const hooks = {
        signal: send.ending.signal,
        attempted: (report: AttemptReport) => logAttempt(this.#log, report, undefined, subject),
        inFlight: (yes: boolean) => {
          send.inFlight = yes;
        },
      };
      return await runLookup(context, gate(), mailbox, hooks, lookup);
    } finally {
      this.#sends.end(send);
    }
  }

  #sendEnded(): void {
    if (this.#sends.none) this.#sender.releaseBuffers();
    if (!this.#sends.closed) this.#watchIdle();
    else if (this.#sends.none) this.#release();
  }

  /** Tells when the transport becomes idle; called whenever what waits may have changed. */
  #watchIdle(): void {
    const idle = this.isIdle();
    if (idle && !this.#idling) setImmediate(() => this.#emitIdle());
    this.#idling = idle;
  }

  #emitIdle(): void {
    if (this.#sends.closed) return;
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
