import { isGuid } from '../../common/canonical-address.js';
import type { TracedMessage } from '../../index.js';
import { BulkInputError } from '../common/errors.js';
import type { GraphTransporter } from '../common/graph-transporter.js';
import type { AttemptRecord, SentRecord } from '../journal/records.js';

/** Clocks differ, and Exchange may take a mail some time after Graph did. */
const before = 10 * 60_000;
const after = 60 * 60_000;
/** The 90 days that message trace goes back, less some minutes in which a request may wait. */
const oldest = 90 * 86_400_000 - 15 * 60_000;

export type TracingTransporter = Required<Pick<GraphTransporter, 'traceMessages'>>;

/** @throws BulkInputError for a transporter that cannot search message trace */
export function tracingTransporterOf(graphTransporter: GraphTransporter | undefined): TracingTransporter {
  if (graphTransporter?.traceMessages !== undefined) return graphTransporter as TracingTransporter;
  throw new BulkInputError("Message trace needs a transporter over Microsoft Graph, with the option 'trace'");
}

/** Message trace cannot be searched for the mails of a mailbox, which says nothing of another. */
export class UnsearchableError extends Error {
  override readonly name = 'UnsearchableError';
}

/** What the journal gets of a mail that message trace has: it was sent, whatever attempt of its row it is. */
export function provenSent(
  { row, key, mailbox, messageId }: Pick<AttemptRecord, 'row' | 'key' | 'mailbox' | 'messageId'>,
  at: string,
): SentRecord {
  return { type: 'sent', row, key, at, mailbox, messageId, attempts: 1, recipients: 1, settled: 'trace' };
}

/** When a mail was first attempted, and last; milliseconds since the epoch. */
interface Attempted {
  first: number;
  last: number;
}

/** The mails of one mailbox that message trace is searched for. */
export class MailsToTrace {
  readonly mailbox: string;
  readonly #mails = new Map<string, Attempted>();

  constructor(mailbox: string) {
    this.mailbox = mailbox;
  }

  /** Of its attempts the first and the last, in ISO 8601. */
  add(messageId: string, first: string, last = first): void {
    const known = this.#mails.get(messageId) ?? { first: Number.POSITIVE_INFINITY, last: 0 };
    this.#mails.set(messageId, {
      first: Math.min(known.first, Date.parse(first)),
      last: Math.max(known.last, Date.parse(last)),
    });
  }

  /**
   * Those that message trace has, by whichever of its senders knows them. What Exchange took at another time than they were
   * attempted is left out: another run of the same list makes the same Message-IDs.
   * @param from addresses in From that mails of this mailbox had
   * @param now milliseconds since the epoch
   * @throws UnsearchableError
   * @throws GraphMailError as `traceMessages()` does
   */
  async search(
    graphTransporter: TracingTransporter,
    from: readonly string[],
    { now, signal }: { now: number; signal?: AbortSignal | undefined },
  ): Promise<TracedMessage[]> {
    const [since, until] = this.#period(from, now).map((ms) => new Date(ms)) as [Date, Date];
    const missing = new Set(this.#mails.keys());
    const found: TracedMessage[] = [];
    for (const sender of this.#senders(from)) {
      if (missing.size === 0) break;
      const messages = await graphTransporter.traceMessages({
        mailbox: sender,
        messageIds: missing,
        since,
        until,
        signal,
      });
      for (const { messageId, recipients } of messages) {
        const own = recipients.filter(({ receivedAt }) => this.#isOf(messageId, Date.parse(receivedAt)));
        if (own.length === 0) continue;
        found.push({ messageId, recipients: own });
        missing.delete(messageId);
      }
    }
    return found;
  }

  #isOf(messageId: string, received: number): boolean {
    const attempted = this.#mails.get(messageId);
    return attempted !== undefined && received >= attempted.first - before && received <= attempted.last + after;
  }

  /** @throws UnsearchableError */
  #period(from: readonly string[], now: number): [since: number, until: number] {
    if (isGuid(this.mailbox) && from.length === 0) {
      throw new UnsearchableError('only its object id is known, and message trace knows senders by their addresses');
    }
    const attempted = [...this.#mails.values()];
    const since = attempted.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY) - before;
    const until = attempted.reduce((most, { last }) => Math.max(most, last), 0) + after;
    if (since > now) throw new UnsearchableError('by the clock of this machine they are still to be sent');
    if (until < now - oldest) {
      throw new UnsearchableError('they are older than the 90 days that message trace goes back');
    }
    return [since, until];
  }

  /** Message trace knows senders by their addresses: a mailbox that is named by its object id is refused where no From is known. */
  #senders(from: readonly string[]): Set<string> {
    const addresses = from.map((one) => one.toLowerCase());
    const mailbox = this.mailbox.toLowerCase();
    return new Set(isGuid(mailbox) && addresses.length > 0 ? addresses : [mailbox, ...addresses]);
  }
}
