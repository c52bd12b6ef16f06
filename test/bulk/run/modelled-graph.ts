import { GraphMailError } from '../../../src/common/errors.js';
import type { SendAttempt } from '../../../src/index.js';

interface Mail {
  to: { address: string };
  messageId: string;
  graph?: {
    onAttempt?: (attempt: SendAttempt) => Promise<void>;
    onNotSent?: (attempt: SendAttempt, error: GraphMailError) => Promise<void>;
  };
}

export type Delivery = 'plain' | 'direct' | 'draft';

/**
 * What becomes of one mail: `lost` and `taken` are both answered with a doubt, and only `taken` went out; `busy` is refused
 * for now, and sent when it is repeated.
 */
export type Fate = 'sent' | 'refused' | 'later' | 'lost' | 'taken' | 'busy';

/**
 * A transporter that counts, by address, how many mails it sent. As `plain` it is like any of Nodemailer's; otherwise it has
 * the interface of this package's transport, with drafts that go out once, and Sent Items that can be asked.
 */
export class ModelledGraph {
  readonly sent = new Map<string, number>();
  /** Mails that were handed over, sent or not. */
  handedOver = 0;
  fate: (address: string) => Fate = () => 'sent';
  /** Called for each mail that is settled; what it throws is the answer. */
  onSettle: (messageId: string) => void | Promise<void> = () => {};
  readonly transporter: object | undefined;
  readonly #delivery: Delivery;
  /** By id; the address is gone when the draft is. */
  readonly #drafts = new Map<string, string>();
  /** By Message-ID. */
  readonly #sentItems = new Set<string>();

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
    if (delivery === 'plain') return;
    this.transporter = {
      mailboxConcurrency: 4,
      mailboxFor: ({ from }: { from: { address: string } }) => from.address.toLowerCase(),
      settle: (mail: { messageId: string; draftId?: string }) => this.#settle(mail),
    };
  }

  /** As if it had been sent before, or not: with `draftId` the draft is there, or gone. */
  remember(address: string, { messageId, draftId }: { messageId: string; draftId?: string }, wasSent: boolean): void {
    if (wasSent) this.#take(address, messageId);
    else if (draftId !== undefined) this.#drafts.set(draftId, address);
  }

  async sendMail({ to, messageId, graph }: Mail): Promise<object> {
    this.handedOver++;
    const { address } = to;
    const draftId = this.#delivery === 'draft' ? `draft ${this.handedOver} of ${messageId}` : undefined;
    if (draftId !== undefined) this.#drafts.set(draftId, address);
    const draft = draftId !== undefined && { draftId };
    const told = (attempt: number) => ({ attempt, mailbox: 'news@contoso.com', messageId, ...draft });
    await graph?.onAttempt?.(told(1));
    const fate = this.fate(address);
    if (fate === 'busy') {
      await graph?.onNotSent?.(told(1), failure('not-sent', { permanent: false, retryAfter: 1 }));
      await graph?.onAttempt?.(told(2));
    }
    if (fate === 'later') throw failure('not-sent', { permanent: false, retryAfter: 1 });
    if (fate === 'refused') throw failure('not-sent', { permanent: true });
    if (fate !== 'lost') {
      if (draftId !== undefined) this.#drafts.delete(draftId);
      this.#take(address, messageId);
    }
    if (fate !== 'sent' && fate !== 'busy') throw failure('unknown', { permanent: false });
    return {};
  }

  async #settle({ messageId, draftId }: { messageId: string; draftId?: string }) {
    await this.onSettle(messageId);
    const address = draftId === undefined ? undefined : this.#drafts.get(draftId);
    if (draftId !== undefined && address !== undefined) {
      this.#drafts.delete(draftId);
      this.#take(address, messageId);
      return { outcome: 'sent', response: '202 Accepted', how: 'draft' };
    }
    if (this.#sentItems.has(messageId)) return { outcome: 'sent', response: 'Found', how: 'sent-items' };
    throw failure('unknown', { permanent: false });
  }

  #take(address: string, messageId: string): void {
    this.sent.set(address, (this.sent.get(address) ?? 0) + 1);
    this.#sentItems.add(messageId);
  }
}

export function failure(
  outcome: 'not-sent' | 'unknown',
  more: { permanent: boolean; retryAfter?: number },
): GraphMailError {
  return new GraphMailError(`Modelled: ${outcome}`, { code: 'EGRAPH', outcome, ...more });
}
