import { abortError, signalOf } from '../common/abort.js';
import { isGraphMailError } from '../common/errors.js';
import { whenIdle } from '../common/event-loop.js';
import type { Log } from '../common/log.js';
import { deliver } from '../delivery/deliver.js';
import { RequestQueue } from '../delivery/gate/request-queue.js';
import { failureOfSend } from '../delivery/request/delivery-errors.js';
import type { DeliveryWay } from '../delivery/request/types.js';
import { isHeld } from '../graph/http.js';
import { composeBody } from '../message/body.js';
import { BufferPool } from '../message/common/buffer-pool.js';
import type { ComposedMail, PreparedMessage } from '../message/common/types.js';
import { mustBeRead, prepareMessage } from '../message/prepare.js';
import type { Settings } from '../options/settings.js';
import { lookAhead, type OpenContext } from './create-context.js';
import type { InFlightSend, InFlightSends } from './in-flight.js';
import type { Mailer } from './mailer-link.js';
import { SendEvents } from './send-events.js';

/** What `sendMail` gives for a message that Graph accepted. */
export interface GraphSentMessageInfo {
  /** Sender and recipients, as with SMTP. Graph has no envelope: bounces go to the mailbox, whatever `from` says here. */
  envelope: { from: string | false; to: string[] };
  /** Message-ID, as it stands in the bytes that were sent. */
  messageId: string;
  /** All recipients: Graph takes a message whole. A bounce in the mailbox tells of those that cannot be delivered to. */
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
  /** Graph's `request-id`, which leads to the Graph activity logs. (fact send-7) */
  requestId: string | undefined;
  /** The `client-request-id` sent with the accepted request. (fact send-8) */
  clientRequestId: string;
  /** Requests made to have it sent; those that prepared a draft are not counted. */
  attempts: number;
}

/** What the transport is told while its messages are sent. */
interface SenderHooks {
  /** A message was prepared: options not yet applied to its Mail object can be applied now. */
  prepared(mail: { mailer?: Mailer }): void;
  /** What waits may have changed. */
  queueChanged(): void;
}

/** Sends the messages of one transport: each is prepared, composed when there is room for it, and delivered. */
export class MessageSender {
  readonly #settings: Settings;
  readonly #open: Pick<OpenContext, 'context' | 'gates'>;
  readonly #sends: InFlightSends;
  readonly #log: Log;
  readonly #hooks: SenderHooks;
  /** Bounds the messages that are read before they wait: see {@link mustBeRead}. */
  readonly #readers: RequestQueue;
  readonly #buffers = new BufferPool();
  #pending = 0;
  /** Counts messages that had to be read ahead, for their order. */
  #readAhead = 0;

  constructor(
    settings: Settings,
    open: Pick<OpenContext, 'context' | 'gates'>,
    sends: InFlightSends,
    log: Log,
    hooks: SenderHooks,
  ) {
    this.#settings = settings;
    this.#open = open;
    this.#sends = sends;
    this.#log = log;
    this.#hooks = hooks;
    const { clock } = open.context;
    this.#readers = new RequestQueue({ limit: () => settings.mailboxConcurrency + lookAhead, clock });
  }

  /** Messages that have not come to their end. */
  get pending(): number {
    return this.#pending;
  }

  /** Messages that wait to be read or to be composed. */
  get waiting(): number {
    return this.#readers.waiting + this.#open.context.client.queued;
  }

  /** Gives back the memory that bodies were composed in, once nothing is under way. */
  releaseBuffers(): void {
    this.#buffers.clear();
  }

  /** @throws GraphMailError */
  async send(mail: ComposedMail & { mailer?: Mailer }): Promise<GraphSentMessageInfo> {
    const send = this.#begin(() => mail?.data?.signal);
    this.#pending++;
    const { signal } = send.ending;
    let reading = false;
    let prepared = false;
    try {
      if (mustBeRead(mail, this.#settings)) {
        const acquiring = this.#readers.acquire({ age: this.#readAhead++, signal });
        this.#hooks.queueChanged();
        await acquiring;
        reading = true;
      }
      const preparing = prepareMessage(mail, this.#settings, signal);
      const plan = preparing instanceof Promise ? await preparing : preparing;
      if (reading && !plan.bytes) {
        reading = false;
        this.#readers.release();
        this.#hooks.queueChanged();
      }
      this.#hooks.prepared(mail);
      prepared = true;
      return await this.#sendPrepared(mail, plan, send);
    } catch (error) {
      throw prepared ? error : failureOfSend(error, false);
    } finally {
      // Bytes that were read ahead are kept until their message is done, so others wait that long to be read.
      if (reading) this.#readers.release();
      this.#pending--;
      this.#sends.end(send);
    }
  }

  /** @throws GraphMailError */
  #begin(signal: () => unknown): InFlightSend {
    try {
      return this.#sends.begin(signalOf(signal()));
    } catch (error) {
      throw failureOfSend(error, false);
    }
  }

  async #sendPrepared(mail: ComposedMail, plan: PreparedMessage, send: InFlightSend): Promise<GraphSentMessageInfo> {
    const { context, gates } = this.#open;
    const { mailbox } = plan;
    const { signal } = send.ending;
    if (signal.aborted) throw failureOfSend(abortError(signal), false);
    const events = new SendEvents(this.#log, mailbox, plan.envelope.to.length);
    let release: (() => Promise<void>) | undefined;
    const compose = async () => {
      // A slot that has become free is for a message that is composed already; this one would keep the thread busy first.
      await whenIdle();
      const body = await composeBody(mail, plan, this.#settings, signal, this.#buffers);
      release = body.release;
      events.composed(body);
      return body;
    };
    const discard = (bytes: Buffer) => {
      if (!isHeld(bytes)) this.#buffers.giveBack(bytes);
    };
    let stage: 'before' | 'delivering' | 'sent' = 'before';
    try {
      const gate = gates.of(mailbox);
      const way: DeliveryWay = { ...this.#settings, ...plan.choices };
      stage = 'delivering';
      const delivery = deliver(
        context,
        gate,
        { mailbox, compose, discard, way },
        {
          signal,
          attempted: (report) => events.attempted(report),
          inFlight: (yes) => {
            send.inFlight = yes;
          },
          draftLeft: (draftId) => events.draftLeft(draftId),
        },
      );
      this.#hooks.queueChanged();
      const { message, receipt } = await delivery;
      stage = 'sent';
      events.ended(undefined);
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
      // The outcome of what ends the delivery was settled there.
      const settled = stage === 'delivering' && isGraphMailError(error);
      const failure = settled ? error : failureOfSend(error, stage !== 'before');
      events.ended(failure);
      throw failure;
    } finally {
      // What became of the message does not depend on its temporary files.
      await release?.().catch((error: Error) => events.failedToTidyUp(error));
      gates.release(mailbox);
    }
  }
}
