import { EventEmitter } from 'node:events';
import type { Agent } from 'node:https';
import type { Transport } from 'nodemailer';
import { onAbort } from './abort.js';
import { type CertificateInfo, CertificateSource } from './auth/certificate-source.js';
import { tokenRequest } from './auth/token-request.js';
import { TokenSource } from './auth/token-source.js';
import { systemClock } from './clock.js';
import { type DeliveryContext, deliver } from './delivery/deliver.js';
import { MailboxGate } from './delivery/mailbox-gate.js';
import { RateLimiter } from './delivery/rate-limiter.js';
import { RetryBudget } from './delivery/retry-budget.js';
import { Turnstile } from './delivery/turnstile.js';
import { GraphMailError, isGraphMailError } from './errors.js';
import { checkAgent, createAgent } from './graph/agent.js';
import { GraphClient } from './graph/client.js';
import { type Cloud, resolveCloud } from './graph/clouds.js';
import { settleProxies } from './graph/proxy-choice.js';
import { createLog, type Log, type LogOptions, safeLogger } from './log.js';
import { type Mailer, MailerLink } from './mailer-link.js';
import { type ComposedMail, composeBody, type PreparedMessage, prepareMessage } from './message/prepare.js';
import { type GraphTransportOptions, type Settings, settleOptions } from './options.js';
import { SendingLog } from './sending-log.js';
import { version } from './version.js';

/** What `sendMail` gives for a message that Graph accepted. */
export interface GraphSentMessageInfo {
  /** Sender and recipients; Graph has no envelope, so these are the addresses in the header. */
  envelope: { from: string | false; to: string[] };
  /** Message-ID, as it stands in the bytes that were sent. */
  messageId: string;
  /** All recipients: Graph takes a message whole. Who cannot be delivered to gets known by a bounce in the mailbox. */
  accepted: string[];
  /** Always empty. */
  rejected: string[];
  /** Always empty. */
  pending: string[];
  /** Graph's answer in one line. */
  response: string;
  /** Bytes of MIME. */
  messageSize: number;
  /** Milliseconds that the accepted request took. */
  messageTime: number;
  /** The mailbox that sent it. */
  mailbox: string;
  /** Graph's `request-id`, which leads to the Graph activity logs. */
  requestId: string | undefined;
  /** The `client-request-id` sent with the accepted request. */
  clientRequestId: string;
  /** Requests made. */
  attempts: number;
}

type NodemailerSend = Transport<GraphSentMessageInfo>['send'];

/** Called by `verify(callback)`. */
export type VerifyCallback = (error: Error | null, success?: true) => void;

/** Product token of every request: stable, so that an administrator can allow it by name. */
const userAgent = `nodemailer-graph-transport/${version}`;

/** Messages that may be composed beyond those in flight, so that composing one does not hold up the wire. */
const lookAhead = 2;

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
  /** One for each message that is being sent, to end it with. */
  readonly #sending = new Set<AbortController>();
  #pending = 0;
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
    this.#hideState();

    const { credential } = identity;
    const warn = (message: string) => this.#warn(message);
    const certificates = credential.kind === 'certificate' ? new CertificateSource(credential, clock, warn) : undefined;
    const cloud = resolveCloud(settings.cloud);
    const agent = settings.agent === undefined ? ownAgent(settings, cloud) : checkAgent(settings.agent);
    const tokens = tokenRequest(identity, { certificates, cloud, agent, userAgent, timeout, clock });
    const rate = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, rateDelta, clock);
    const bounded = maxConnections !== undefined || rate !== undefined;
    this.#certificates = certificates;
    this.#agent = agent;
    this.#context = {
      graph: new GraphClient(cloud.graphHost, agent, userAgent, timeout),
      tokens: new TokenSource(tokens, clock),
      budget: new RetryBudget(),
      clock,
      limits: settings,
      random: Math.random,
      rate,
      connections: bounded
        ? new Turnstile({
            limit: maxConnections ?? Number.POSITIVE_INFINITY,
            wait: () => rate?.wait ?? 0,
            entered: () => rate?.reserve(),
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
      (info) => setImmediate(() => callback(null, info)),
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
    return !this.#closed && this.#queued < (this.#settings.maxConnections ?? this.#settings.mailboxConcurrency);
  }

  /** Messages that have not been called back for: waiting, being composed, or in flight. */
  pendingCount(): number {
    return this.#pending;
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
    if (options?.force) for (const sending of this.#sending) sending.abort(closedError());
    if (this.#pending === 0) this.#dispose();
  }

  /** What health checks may know of the certificate; `undefined` without one, and for a PFX until it was first read. */
  get certificate(): CertificateInfo | undefined {
    return #link in this ? this.#certificates?.info : undefined;
  }

  override on(event: string | symbol, listener: (...args: unknown[]) => void): this {
    // Whatever inherits from a transport has no private state, and so no Mail object of its own.
    return #link in this && this.#link.listen(event, listener) ? this : super.on(event, listener);
  }

  #hideState(): void {
    for (const key of Reflect.ownKeys(this)) {
      const property = Object.getOwnPropertyDescriptor(this, key);
      const shown = key === 'name' || key === 'version' || key === 'supportsAbortSignal';
      if (property && !shown) Object.defineProperty(this, key, { ...property, enumerable: false });
    }
    for (const name of methods) {
      Object.defineProperty(this, name, {
        value: this[name].bind(this),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    Object.defineProperty(this, 'mailer', {
      get: () => this.#link.last,
      set: (mailer: Mailer | undefined) => this.#link.set(mailer),
      enumerable: false,
      configurable: true,
    });
  }

  /** To the log where there is one, else as a warning of the process, which tells it once. */
  #warn(message: string): void {
    if (this.#settings.log.logger) this.#log.warn({ tnx: 'transport' }, message);
    else process.emitWarning(message, 'GraphTransportWarning');
  }

  get #queued(): number {
    let queued = 0;
    for (const gate of this.#gates.values()) queued += gate.queued;
    return queued;
  }

  async #verify(): Promise<true> {
    if (this.#closed) throw closedError();
    this.#pending++;
    try {
      await this.#context.tokens.verify();
      return true;
    } finally {
      this.#done();
    }
  }

  async #deliver(mail: ComposedMail): Promise<GraphSentMessageInfo> {
    if (this.#closed) throw closedError();
    this.#pending++;
    try {
      const prepared = prepareMessage(mail, this.#settings);
      this.#adopt(mail);
      return await this.#sendPrepared(mail, prepared instanceof Promise ? await prepared : prepared);
    } finally {
      this.#done();
    }
  }

  async #sendPrepared(mail: ComposedMail, plan: PreparedMessage): Promise<GraphSentMessageInfo> {
    // Reading a raw message may have taken longer than the transport was open.
    if (this.#closed) throw closedError();
    const { mailbox } = plan;
    const gate = this.#gate(mailbox);
    const sending = new SendingLog(this.#log, this.#context.graph.host, mailbox, plan.envelope.to.length);
    const compose = async () => {
      const body = await composeBody(mail.message, plan, this.#settings);
      sending.composed(body);
      return body;
    };
    const ending = new AbortController();
    const { signal } = ending;
    const release = onAbort(plan.signal, () => ending.abort(plan.signal?.reason));
    if (plan.signal?.aborted) ending.abort(plan.signal.reason);
    this.#sending.add(ending);
    try {
      const delivery = deliver(this.#context, gate, mailbox, compose, {
        signal,
        attempted: (report) => sending.attempted(report),
      });
      this.#idling = this.isIdle();
      const { message, receipt } = await delivery;
      sending.ended(undefined);
      const requestId = receipt.answer.headers['request-id'];
      return {
        envelope: { from: plan.envelope.from || message.from, to: message.recipients },
        messageId: message.messageId,
        accepted: [...message.recipients],
        rejected: [],
        pending: [],
        response: requestId ? `202 Accepted ${requestId}` : '202 Accepted',
        messageSize: message.size,
        messageTime: receipt.time,
        mailbox,
        requestId,
        clientRequestId: receipt.clientRequestId,
        attempts: receipt.attempts,
      };
    } catch (error) {
      const failure = asGraphMailError(error);
      sending.ended(failure);
      throw failure;
    } finally {
      release();
      this.#sending.delete(ending);
      if (gate.unused) this.#gates.delete(mailbox);
    }
  }

  /**
   * A copy of this transport has no `mailer` to set, so the first that is known of its Mail object is a message. What
   * protects holds for that message already; what changes it comes too late.
   */
  #adopt(mail: ComposedMail & { mailer?: Mailer }): void {
    const { mailer } = this.#settings;
    if (!mail.mailer || !this.#link.adopt(mail.mailer)) return;
    const late = (['dkim', 'attachDataUrls'] as const).filter((name) => mailer[name]);
    if (late.length === 0) return;
    this.#warn(
      `${late.join(' and ')} cannot take effect on the first message of a copy of the transport: something spread or cloned it. Use createGraphTransporter() to avoid that.`,
    );
  }

  #gate(mailbox: string): MailboxGate {
    let gate = this.#gates.get(mailbox);
    if (!gate) {
      // Those that still remembered a pause when their last message left.
      for (const [name, other] of this.#gates) if (other.unused) this.#gates.delete(name);
      gate = new MailboxGate(this.#settings.mailboxConcurrency, lookAhead, this.#context.clock);
      this.#gates.set(mailbox, gate);
    }
    return gate;
  }

  #done(): void {
    this.#pending--;
    if (this.#closed) {
      if (this.#pending === 0) this.#dispose();
    } else if (!this.#idling && this.isIdle()) {
      this.#idling = true;
      setImmediate(() => this.#emitIdle());
    }
  }

  #emitIdle(): void {
    if (this.#closed) return;
    this.#link.emit('idle');
    this.emit('idle');
  }

  /** The user's own agent is not ours to close. */
  #dispose(): void {
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
