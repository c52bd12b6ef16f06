import type { Timers } from '../wire/timers.js';
import { Folders } from './folders.js';
import { type Item, newItem } from './item.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import type { Submission } from './submission.js';

export interface StoreOptions {
  /** Submissions to keep, and drafts; the oldest go first, and with a submission its items. */
  keep: number;
  /** Milliseconds until a submission moves from Drafts to Sent Items; 0 is at once. */
  sentItemsDelay: number;
  /** The mailbox of a recipient inside the tenant. */
  recipient: (address: string) => Mailbox | undefined;
  timers: Timers;
  now: () => number;
}

/** What was submitted, and what lies in the folders of the tenant's mailboxes because of it. */
export class MailStore {
  readonly #options: StoreOptions;
  readonly #submissions = new Map<string, Submission>();
  readonly #folders = new Folders();
  readonly #itemsOf = new WeakMap<Submission, Item[]>();
  readonly #drafts = new Set<Item>();
  readonly #watchers = new Set<() => void>();
  #submitted = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  createDraft(mailbox: Mailbox, message: StoredMessage, at: number): Item {
    const draft = newItem({ mailbox, folder: 'drafts' }, message, undefined, at);
    this.#folders.put(draft);
    this.#drafts.add(draft);
    const [oldest] = this.#drafts;
    if (oldest && this.#drafts.size > this.#options.keep) this.remove(oldest);
    return draft;
  }

  /** Whether the item is there and was not sent yet. */
  isDraft(item: Item): boolean {
    return this.#drafts.has(item);
  }

  /** Takes a message for delivery; the `draft` that it was, if any, becomes the copy in Sent Items. */
  submit(submission: Submission, draft?: Item): void {
    const { mailbox, message, receivedAt } = submission;
    this.#submitted += 1;
    this.#submissions.set(submission.id, submission);
    const sent = draft ?? newItem({ mailbox, folder: 'drafts' }, message, submission, receivedAt);
    const items = [sent];
    this.#itemsOf.set(submission, items);
    this.#send(sent, submission);
    for (const { address } of message.envelope.recipients) {
      const to = this.#options.recipient(address);
      if (!to) continue;
      const received = newItem({ mailbox: to, folder: 'inbox' }, message, submission, receivedAt);
      this.#folders.put(received);
      items.push(received);
    }
    if (this.#submissions.size > this.#options.keep) this.#dropOldest();
    this.#changed();
  }

  #send(item: Item, submission: Submission): void {
    const { sentItemsDelay, timers, now } = this.#options;
    const { receivedAt, saveToSentItems } = submission;
    const finish = (at: number): void => {
      if (saveToSentItems) this.#folders.move(item, 'sentItems', at);
      else this.#folders.remove(item);
    };
    this.#drafts.delete(item);
    item.submission = submission;
    if (sentItemsDelay <= 0) {
      finish(receivedAt);
      return;
    }
    this.#folders.move(item, 'drafts', receivedAt);
    timers.after(sentItemsDelay, () => {
      if (this.#folders.has(item)) finish(now());
    });
  }

  #dropOldest(): void {
    const [oldest] = this.#submissions.values();
    if (!oldest) return;
    this.#submissions.delete(oldest.id);
    for (const item of this.#itemsOf.get(oldest) ?? []) this.#folders.remove(item);
  }

  /** An item by either of its ids. */
  item(mailbox: Mailbox, id: string): Item | undefined {
    return this.#folders.find(mailbox, id);
  }

  /** What lies in one folder or in all of a mailbox, oldest first. */
  items(mailbox: Mailbox, folder?: Item['folder']): Item[] {
    return this.#folders.list(mailbox, folder);
  }

  remove(item: Item): void {
    this.#drafts.delete(item);
    this.#folders.remove(item);
  }

  /** All that came since the start or `clear`, also what is no longer kept. */
  get submitted(): number {
    return this.#submitted;
  }

  get size(): number {
    return this.#submissions.size;
  }

  find(id: string): Submission | undefined {
    return this.#submissions.get(id);
  }

  /** Submissions, oldest first. */
  list(): Submission[] {
    return [...this.#submissions.values()];
  }

  /** Calls back after every submission and `clear`; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  clear(): void {
    this.#submitted = 0;
    this.#submissions.clear();
    this.#folders.clear();
    this.#drafts.clear();
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
