import type { Timers } from '../http/timers.js';
import type { Address } from '../mail/address-list.js';
import { type Folders, Item } from './item.js';
import type { Mailbox } from './mailbox.js';
import { type Bounce, nonDeliveryReport } from './non-delivery-report.js';
import { StoredMessage } from './stored-message.js';
import type { Submission } from './submission.js';

export interface TransportOptions {
  /** Milliseconds until a submission that went out moves from Drafts to Sent Items; 0 is at once. */
  sentItemsDelay: number;
  /** The mailboxes of the tenant that get what is sent to an address. */
  deliverTo: (address: string) => readonly Mailbox[];
  /** Joins the queue of a mailbox: milliseconds until its message goes out. Default: at once. */
  queue?: (mailbox: Mailbox) => number;
  /** The recipients that cannot be reached. Default: none. */
  bouncesOf?: (recipients: readonly Address[]) => readonly Bounce[];
  timers: Timers;
  now: () => number;
}

/** A submission that is being delivered. */
interface PendingDelivery {
  submission: Submission;
  /** What lies in the sender's Drafts until it has gone out. */
  sent: Item;
  /** Whether the submission is still kept. */
  kept: () => boolean;
  /** Notes an item that was made by the delivery. */
  made: (item: Item) => void;
  /** It went out, or to Sent Items, later than it was taken. */
  wentOut: () => void;
}

/** Brings what was submitted to the folders of its recipients and of its sender. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #folders: Folders;

  constructor(folders: Folders, options: TransportOptions) {
    this.#folders = folders;
    this.#options = options;
  }

  /** At once if it may, else when it is its turn; until it lies in Sent Items, it lies in Drafts. */
  take(delivery: PendingDelivery): void {
    const { queue, sentItemsDelay, now } = this.#options;
    const { submission, sent } = delivery;
    const { receivedAt } = submission;
    const wait = queue?.(submission.mailbox) ?? 0;
    if (wait <= 0 && sentItemsDelay <= 0) {
      this.#finish(delivery, receivedAt);
      this.#deliver(delivery, receivedAt);
      return;
    }
    this.#folders.move(sent, 'drafts', receivedAt);
    this.#after(wait, () => {
      if (!delivery.kept()) return;
      this.#deliver(delivery, wait > 0 ? now() : receivedAt);
      this.#after(sentItemsDelay, () => {
        // What was deleted meanwhile does not get into Sent Items.
        if (!this.#folders.has(sent) || sent.folder !== 'drafts') return;
        this.#finish(delivery, now());
        delivery.wentOut();
      });
      if (wait > 0) delivery.wentOut();
    });
  }

  #finish({ submission, sent }: PendingDelivery, at: number): void {
    if (submission.saveToSentItems) this.#folders.move(sent, 'sentItems', at);
    else this.#folders.remove(sent);
  }

  #deliver({ submission, made }: PendingDelivery, at: number): void {
    const { deliverTo, bouncesOf } = this.#options;
    const { mailbox, message } = submission;
    const { recipients } = message.envelope;
    submission.wentOut = true;
    const bounces = bouncesOf?.(recipients) ?? [];
    const bounced = new Set(bounces.map(({ recipient }) => recipient));
    const reached = new Set<Mailbox>();
    for (const recipient of recipients) {
      if (bounced.has(recipient)) continue;
      for (const to of deliverTo(recipient.address)) reached.add(to);
    }
    const receive = (to: Mailbox, what: StoredMessage, of: Submission | undefined): void => {
      const item = new Item({ mailbox: to, folder: 'inbox' }, what, of, at);
      this.#folders.put(item);
      made(item);
    };
    for (const to of reached) receive(to, message, submission);
    if (bounces.length === 0) return;
    submission.bounced = bounces.map(({ recipient }) => recipient.address);
    receive(mailbox, new StoredMessage(nonDeliveryReport(submission, bounces, at), mailbox), undefined);
  }

  #after(ms: number, run: () => void): void {
    if (ms > 0) this.#options.timers.after(ms, run);
    else run();
  }
}
