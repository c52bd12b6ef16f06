import { createHash } from 'node:crypto';
import type { FaultSubject } from '../../faults/rule-matching.js';
import type { Call } from '../../http/call.js';
import type { Mailbox } from '../../model/mailbox.js';
import type { StoredMessage } from '../../model/stored-message.js';

/** What a request to a mailbox is about; worked out when a rule asks. */
export class RequestSubject implements FaultSubject {
  readonly #call: Call;
  readonly #mailbox: Mailbox;
  readonly #messages: readonly StoredMessage[];
  readonly #body: Buffer | undefined;

  constructor(
    { call, mailbox, body }: { call: Call; mailbox: Mailbox; body?: Buffer },
    messages: readonly StoredMessage[],
  ) {
    this.#call = call;
    this.#mailbox = mailbox;
    this.#messages = messages;
    this.#body = body;
  }

  get mailbox(): string[] {
    return [this.#mailbox.id.toLowerCase(), ...this.#mailbox.addresses];
  }

  get recipients(): string[] {
    return this.#messages.flatMap(({ envelope }) => envelope.recipients.map(({ address }) => address.toLowerCase()));
  }

  get subjects(): string[] {
    return this.#messages.map(({ subject }) => subject);
  }

  /** The Message-ID; where the sandbox made one up at every attempt, the digest of what was sent. */
  get message(): string {
    const [message] = this.#messages;
    if (!message) return '';
    // A draft has its Message-ID for good, and no body when it is sent.
    if (!this.#body?.length) return message.messageId;
    const json = this.#call.headers['content-type']?.toLowerCase().startsWith('application/json');
    if (message.envelope.messageId !== undefined && !json) return message.messageId;
    return createHash('sha256').update(this.#body).digest('base64');
  }
}
