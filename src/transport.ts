import { EventEmitter } from 'node:events';
import type { Transport } from 'nodemailer';
import { readSigningCertificate } from './auth/certificate.js';
import { msalTokenRequest } from './auth/msal.js';
import { TokenSource } from './auth/token-source.js';
import { systemClock } from './clock.js';
import { type DeliveryContext, deliver } from './delivery/deliver.js';
import { MailboxGate } from './delivery/mailbox-gate.js';
import { RetryBudget } from './delivery/retry-budget.js';
import { GraphMailError, isGraphMailError } from './errors.js';
import { createAgent } from './graph/agent.js';
import { GraphClient } from './graph/client.js';
import { resolveCloud } from './graph/clouds.js';
import { type ComposedMail, composeBody, prepareMessage } from './message/prepare.js';
import { type GraphTransportOptions, type Settings, settleOptions } from './options.js';
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

/**
 * The transport that {@link graphTransport} makes. Its own enumerable properties are bound functions and plain strings,
 * and its state is private: frameworks merge, clone and spread transports, and debug output prints them.
 */
export class GraphTransport extends EventEmitter {
  readonly name: 'GraphTransport' = 'GraphTransport';
  readonly version: string = version;
  readonly #settings: Settings;
  readonly #context: DeliveryContext;
  readonly #gates = new Map<string, MailboxGate>();
  readonly #dispose: () => void;
  #pending = 0;
  #idling = true;
  #closed = false;

  /** @internal */
  constructor(options: GraphTransportOptions) {
    super();
    for (const key of Reflect.ownKeys(this)) {
      const property = Object.getOwnPropertyDescriptor(this, key);
      if (property && key !== 'name' && key !== 'version')
        Object.defineProperty(this, key, { ...property, enumerable: false });
    }
    Object.defineProperty(this, 'mailer', { value: undefined, writable: true, enumerable: false, configurable: true });
    this.send = this.send.bind(this);
    this.verify = this.verify.bind(this);
    this.close = this.close.bind(this);
    this.isIdle = this.isIdle.bind(this);

    const settings = settleOptions(options, process.env);
    const { identity, timeout } = settings;
    const { credential } = identity;
    const certificate = credential.kind === 'certificate' ? readSigningCertificate(credential) : undefined;
    const cloud = resolveCloud(settings.cloud);
    const agent = createAgent(cloud.ca);
    const clock = systemClock;
    this.#settings = settings;
    this.#context = {
      graph: new GraphClient(cloud.graphHost, agent, userAgent, timeout),
      tokens: new TokenSource(
        msalTokenRequest({ identity, certificate, cloud, agent, userAgent, timeout, clock }),
        clock,
      ),
      budget: new RetryBudget(),
      clock,
      limits: settings,
      random: Math.random,
    };
    this.#dispose = () => agent.destroy();
    setImmediate(() => this.emit('idle'));
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
  }

  /** Whether another message would be sent without queueing much: as many may wait as requests are allowed in flight. */
  isIdle(): boolean {
    return !this.#closed && this.#queued < this.#settings.mailboxConcurrency;
  }

  /**
   * Takes no more messages. What is in flight ends as it will; what waits fails with `ECONNECTION`, not sent. The
   * process can exit once the last request has ended. May be called again.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const gate of this.#gates.values()) gate.close(closedError);
    if (this.#pending === 0) this.#dispose();
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
      await this.#context.tokens.get();
      return true;
    } finally {
      this.#done();
    }
  }

  async #deliver(mail: ComposedMail): Promise<GraphSentMessageInfo> {
    if (this.#closed) throw closedError();
    const plan = prepareMessage(mail, this.#settings);
    const { mailbox } = plan;
    const gate = this.#gate(mailbox);
    this.#pending++;
    try {
      const delivery = deliver(this.#context, gate, mailbox, () => composeBody(mail.message, plan, this.#settings));
      this.#idling = this.isIdle();
      const { message, receipt } = await delivery;
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
    } finally {
      if (gate.unused) this.#gates.delete(mailbox);
      this.#done();
    }
  }

  #gate(mailbox: string): MailboxGate {
    let gate = this.#gates.get(mailbox);
    if (!gate) {
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
      setImmediate(() => this.emit('idle'));
    }
  }
}

/**
 * Makes a Nodemailer transport that sends through Microsoft Graph: `nodemailer.createTransport(graphTransport(options))`.
 * @throws GraphMailError `ECONFIG` for an option that is missing, unknown or contradictory, or a certificate that cannot be used
 */
export function graphTransport(options: GraphTransportOptions = {}): GraphTransport {
  return new GraphTransport(options);
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
