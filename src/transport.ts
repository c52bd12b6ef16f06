import { EventEmitter } from 'node:events';
import type { Agent } from 'node:https';
import type { Transport } from 'nodemailer';
import { abortError, onAbort, signalOf, unlessAborted } from './abort.js';
import { type CertificateInfo, CertificateSource } from './auth/certificate-source.js';
import { tokenRequest } from './auth/token-request.js';
import { TokenSource } from './auth/token-source.js';
import { systemClock } from './clock.js';
import type { DeliveryContext } from './delivery/context.js';
import { type DeliveryWay, deliver } from './delivery/deliver.js';
import { MailboxGate } from './delivery/mailbox-gate.js';
import { MessageIds } from './delivery/message-ids.js';
import { RateLimiter } from './delivery/rate-limiter.js';
import { RetryBudget } from './delivery/retry-budget.js';
import { Turnstile } from './delivery/turnstile.js';
import { GraphMailError, isGraphMailError } from './errors.js';
import { whenCalm } from './event-loop.js';
import { checkAgent, createAgent } from './graph/agent.js';
import { GraphClient } from './graph/client.js';
import { type Cloud, resolveCloud } from './graph/clouds.js';
import { isHeld } from './graph/http.js';
import { settleProxies } from './graph/proxy-choice.js';
import { createLog, type Log, type LogOptions, safeLogger } from './log.js';
import { type Mailer, MailerLink } from './mailer-link.js';
import { composeBody } from './message/body.js';
import { Memory } from './message/memory.js';
import { type ComposedMail, type PreparedMessage, prepareMessage } from './message/prepare.js';
import { mustBeRead } from './message/read-ahead.js';
import type { GraphTransportOptions } from './option-types.js';
import { settleOptions } from './options.js';
import { SendingLog } from './sending-log.js';
import type { Settings } from './settings.js';
import { shapeTransport } from './transport-shape.js';
import { version } from './version.js';

/** What `sendMail` gives for a message that Graph accepted. */
export interface GraphSentMessageInfo {
  /** Sender and recipients, as with SMTP. Graph has no envelope: bounces go to the mailbox, whatever `from` says here. */
  envelope: { from: string | false; to: string[] };
  /** Message-ID, as it stands in the bytes that were sent. */
  messageId: string;
  /** All recipients: Graph takes a message whole. Who cannot be delivered to gets known by a bounce in the mailbox. */
  accepted: string[];
  /** Always empty. */
  rejected: string[];
  /** Always empty. */
  pending: string[];
  /** What showed that it was accepted, in one line: as a rule Graph's answer. */
  response: string;
  /** Bytes of MIME, and of the attachments that were uploaded by themselves. */
  messageSize: number;
  /** Milliseconds that the accepted request took. */
  messageTime: number;
  /** The mailbox that sent it. */
  mailbox: string;
  /** Graph's `request-id`, which leads to the Graph activity logs. */
  requestId: string | undefined;
  /** The `client-request-id` sent with the accepted request. */
  clientRequestId: string;
  /** Requests made to have it sent; those that prepared a draft are not counted. */
  attempts: number;
}

type NodemailerSend = Transport<GraphSentMessageInfo>['send'];

/** Called by `verify(callback)`. */
export type VerifyCallback = (error: Error | null, success?: true) => void;

/** Product token of every request: stable, so that an administrator can allow it by name. */
const userAgent = `nodemailer-graph-transport/${version}`;

/** Messages that may be composed beyond those in flight, so that composing one does not hold up the wire. */
const lookAhead = 2;

/** Warnings that this process has had. */
const warned = new Set<string>();

/** A send or `verify()` under way. */
interface Sending {
  ending: AbortController;
  inFlight: boolean;
  release: () => void;
}

/** The methods that are own properties of a transport, bound, so that copies of it go on working. */
const methods = ['send', 'verify', 'close', 'isIdle', 'pendingCount'] as const;

/**
 * The transport that {@link graphTransport} makes. Its own enumerable properties are bound functions and plain values,
 * and its state is private: frameworks merge, clone and spread transports, and debug output prints them.
 */
export class GraphTransport extends EventEmitter {
  readonly name: 'GraphTransport' = 'GraphTransport';
  readonly version: string = version;
  /** Tells Nodemailer 10 that a message's `signal` is watched here; it is with every other version too. */
  readonly supportsAbortSignal: true = true;
  /** The Mail object that was made last with this transport; set by Nodemailer. */
  declare mailer?: unknown;
  readonly #settings: Settings;
  readonly #context: DeliveryContext;
  readonly #certificates: CertificateSource | undefined;
  readonly #log: Log;
  readonly #link: MailerLink;
  readonly #gates = new Map<string, MailboxGate>();
  readonly #agent: Agent;
  /** Aborted when everything has ended after `close()`. */
  readonly #closing = new AbortController();
  /** All that has not been called back for. */
  readonly #sending = new Set<Sending>();
  /** Bounds the messages that are read before they wait: see {@link mustBeRead}. */
  readonly #readers: Turnstile;
  readonly #memory = new Memory();
  #messages = 0;
  /** Counts messages that had to be read ahead, for their order. */
  #arrivals = 0;
  #idling = true;
  #closed = false;

  /** @internal */
  constructor(options: GraphTransportOptions) {
    super();
    const settings = settleOptions(options, process.env);
    const { identity, timeout, maxConnections, rateLimit, rateDelta, log, mailer } = settings;
    const clock = systemClock;
    this.#settings = settings;
    this.#log = createLog(log);
    this.#link = new MailerLink(mailer, loggerForMailer(log));
    shapeTransport(this, this.#link, methods);

    const { credential } = identity;
    const warn = (message: string) => this.#warn(message);
    const certificates = credential.kind === 'certificate' ? new CertificateSource(credential, clock, warn) : undefined;
    const cloud = resolveCloud(settings.cloud);
    const agent = settings.agent === undefined ? ownAgent(settings, cloud) : checkAgent(settings.agent);
    const tokens = tokenRequest(
      identity,
      { certificates, cloud, agent, userAgent, timeout, clock },
      this.#closing.signal,
    );
    const rate = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, rateDelta, clock);
    const bounded = maxConnections !== undefined || rate !== undefined;
    this.#readers = new Turnstile({ limit: () => settings.mailboxConcurrency + lookAhead, clock });
    this.#certificates = certificates;
    this.#agent = agent;
    this.#context = {
      graph: new GraphClient(cloud.graphHost, agent, userAgent, timeout),
      tokens: new TokenSource(tokens, clock),
      budget: new RetryBudget(),
      clock,
      limits: settings,
      random: Math.random,
      messageIds: new MessageIds(clock),
      rate,
      connections: bounded
        ? new Turnstile({
            limit: () => maxConnections ?? Number.POSITIVE_INFINITY,
            // Nodemailer's rate is one of messages, whatever else it takes to send them.
            wait: ({ submission }) => (submission ? (rate?.wait ?? 0) : 0),
            free: ({ submission }) => !submission,
            entered: ({ submission }) => submission && rate?.reserve(),
            clock,
          })
        : undefined,
    };
    if (settings.ignored.length > 0) {
      warn(`These SMTP options mean nothing to Microsoft Graph and are ignored: ${settings.ignored.join(', ')}.`);
    }
    setImmediate(() => this.#emitIdle());
  }

  /** Nodemailer's way in. Calls back once, detached, whatever the callback itself then does. */
  send(mail: Parameters<NodemailerSend>[0], callback: Parameters<NodemailerSend>[1]): void {
    this.#deliver(mail as unknown as ComposedMail).then(
      // What the caller does now, as a rule another message, can wait for those that are ready.
      (info) => whenCalm().then(() => setImmediate(() => callback(null, info))),
      (error: unknown) => setImmediate(() => callback(asGraphMailError(error), undefined as never)),
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
      (error: unknown) => setImmediate(() => callback(error as Error)),
    );
    return undefined;
  }

  /**
   * Whether another message would be sent without queueing much, as with Nodemailer's pool: as many may wait as requests
   * are allowed in flight.
   */
  isIdle(): boolean {
    const { maxConnections, mailboxConcurrency } = this.#settings;
    if (this.#closed) return false;
    if (maxConnections !== undefined) return this.#messages - (this.#context.connections?.inside ?? 0) < maxConnections;
    return this.#queued < mailboxConcurrency;
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
    if (!this.#closed) {
      this.#closed = true;
      for (const gate of this.#gates.values()) gate.close(closedError);
      this.#context.connections?.close(closedError);
    }
    for (const { ending, inFlight } of this.#sending) if (options?.force || !inFlight) ending.abort(closedError());
    if (this.#sending.size === 0) this.#dispose();
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

  get #queued(): number {
    let queued = this.#readers.waiting;
    for (const gate of this.#gates.values()) queued += gate.queued;
    return queued;
  }

  async #verify(): Promise<true> {
    const sending = this.#begin(undefined);
    try {
      await unlessAborted(this.#context.tokens.verify(), sending.ending.signal);
      return true;
    } finally {
      this.#end(sending);
    }
  }

  async #deliver(mail: ComposedMail): Promise<GraphSentMessageInfo> {
    const sending = this.#begin(signalOf(mail?.data?.signal));
    this.#messages++;
    const { signal } = sending.ending;
    let reading = false;
    try {
      if (mustBeRead(mail, this.#settings)) {
        const entering = this.#readers.enter({ age: this.#arrivals++, signal });
        this.#watchIdle();
        await entering;
        reading = true;
      }
      const prepared = prepareMessage(mail, this.#settings, signal);
      const plan = prepared instanceof Promise ? await prepared : prepared;
      if (reading && !plan.bytes) {
        reading = false;
        this.#readers.leave();
        this.#watchIdle();
      }
      this.#adopt(mail);
      return await this.#sendPrepared(mail, plan, sending);
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
    if (signal.aborted) throw abortError(signal);
    const gate = this.#gate(mailbox);
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
    try {
      const way: DeliveryWay = { ...this.#settings, ...plan.choices };
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
      const failure = asGraphMailError(error);
      log.ended(failure);
      throw failure;
    } finally {
      // What became of the message does not hang on its temporary files.
      await release?.().catch((error: Error) => log.failedToTidyUp(error));
      if (gate.unused) this.#gates.delete(mailbox);
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

  /** Counts a send or `verify()` in, so that `close()` can end it. */
  #begin(signal: AbortSignal | undefined): Sending {
    if (this.#closed) throw closedError();
    const ending = new AbortController();
    const release = onAbort(signal, () => ending.abort(signal?.reason));
    // The steps of a send listen one after the other; while somebody does, the next costs next to nothing.
    onAbort(ending.signal, () => {});
    if (signal?.aborted) ending.abort(signal.reason);
    const sending: Sending = { ending, inFlight: false, release };
    this.#sending.add(sending);
    return sending;
  }

  #end(sending: Sending): void {
    sending.release();
    this.#sending.delete(sending);
    if (this.#sending.size === 0) this.#memory.clear();
    if (!this.#closed) this.#watchIdle();
    else if (this.#sending.size === 0) this.#dispose();
  }

  /** Tells when the transport becomes idle; called whenever what waits may have changed. */
  #watchIdle(): void {
    const idle = this.isIdle();
    if (idle && !this.#idling) setImmediate(() => this.#emitIdle());
    this.#idling = idle;
  }

  #gate(mailbox: string): MailboxGate {
    let gate = this.#gates.get(mailbox);
    if (!gate) {
      // Those that still remembered a pause when their last message left.
      for (const [name, other] of this.#gates) if (other.unused) this.#gates.delete(name);
      gate = new MailboxGate({
        limit: this.#settings.mailboxConcurrency,
        lookAhead,
        uploadBudget: this.#settings.uploadBudget,
        clock: this.#context.clock,
      });
      this.#gates.set(mailbox, gate);
    }
    return gate;
  }

  #emitIdle(): void {
    if (this.#closed) return;
    this.#link.emit('idle');
    this.emit('idle');
  }

  /** The user's own agent is not ours to close. */
  #dispose(): void {
    this.#closing.abort(closedError());
    if (this.#settings.agent === undefined) this.#agent.destroy();
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

function ownAgent({ proxy, timeout }: Settings, { ca, authorityHost, graphHost }: Cloud): Agent {
  const choose = settleProxies(proxy, process.env, [authorityHost, graphHost]);
  return createAgent(ca, choose && { choose, userAgent, timeout });
}

function closedError(): GraphMailError {
  return new GraphMailError('The transport is closed.', { code: 'ECONNECTION', command: 'API' });
}

function asGraphMailError(error: unknown): GraphMailError {
  if (isGraphMailError(error)) return error;
  // Nothing foreseen throws anything else, so nothing is known of the message either.
  return new GraphMailError(`Sending failed: ${error instanceof Error ? error.message : String(error)}`, {
    code: 'EGRAPH',
    outcome: 'unknown',
    cause: error,
  });
}
