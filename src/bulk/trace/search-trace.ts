import type { TracedMessage } from '../../index.js';
import { isGuid } from '../../option-checks.js';
import { BulkInputError } from '../errors.js';
import type { GraphFace } from '../run/graph-face.js';

/** Clocks differ, and Exchange may take a mail some time after Graph did. */
const before = 10 * 60_000;
const after = 60 * 60_000;

export type TracingFace = Required<Pick<GraphFace, 'traceMessages'>>;

/** @throws BulkInputError for a transporter that cannot search message trace */
export function tracingFace(face: GraphFace | undefined): TracingFace {
  if (face?.traceMessages !== undefined) return face as TracingFace;
  throw new BulkInputError("Message trace needs a transporter over Microsoft Graph, with the option 'trace'");
}

/** The mails of one mailbox that message trace is searched for. */
export class MailsToTrace {
  readonly mailbox: string;
  readonly #messageIds = new Set<string>();
  #first = Number.POSITIVE_INFINITY;
  #last = 0;

  constructor(mailbox: string) {
    this.mailbox = mailbox;
  }

  /** Of its attempts the first and the last, in ISO 8601. */
  add(messageId: string, first: string, last = first): void {
    this.#messageIds.add(messageId);
    this.#first = Math.min(this.#first, Date.parse(first));
    this.#last = Math.max(this.#last, Date.parse(last));
  }

  /**
   * Those that message trace has, by whichever of its senders knows them.
   * @param from addresses in From that mails of this mailbox had
   * @throws GraphMailError as `traceMessages()` does
   */
  async search(face: TracingFace, from: readonly string[], signal?: AbortSignal): Promise<TracedMessage[]> {
    const since = new Date(this.#first - before);
    const until = new Date(this.#last + after);
    const missing = new Set(this.#messageIds);
    const found: TracedMessage[] = [];
    for (const sender of this.#senders(from)) {
      if (missing.size === 0) break;
      const messages = await face.traceMessages({ mailbox: sender, messageIds: missing, since, until, signal });
      found.push(...messages);
      for (const { messageId } of messages) missing.delete(messageId);
    }
    return found;
  }

  /** Message trace knows senders by their addresses: a mailbox that is named by its object id is refused where no From is known. */
  #senders(from: readonly string[]): Set<string> {
    const addresses = from.map((one) => one.toLowerCase());
    const mailbox = this.mailbox.toLowerCase();
    return new Set(isGuid(mailbox) && addresses.length > 0 ? addresses : [mailbox, ...addresses]);
  }
}
