import { Folders } from './folders.js';
import { type Item, newItem } from './item.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import type { Submission } from './submission.js';
import { Transport, type TransportOptions } from './transport.js';

export interface StoreOptions extends TransportOptions {
  /** Submissions to keep, and drafts; the oldest go first, and with a submission its items. */
  keep: number;
}

/** Gets the submission that came; undefined when something else has changed. */
export type StoreWatcher = (submission?: Submission) => void;

/** What was submitted, and what lies in the folders of the tenant's mailboxes because of it. */
export class MailStore {
  readonly #keep: number;
  readonly #submissions = new Map<string, Submission>();
  readonly #folders = new Folders();
  readonly #transport: Transport;
  readonly #itemsOf = new WeakMap<Submission, Item[]>();
  readonly #drafts = new Set<Item>();
  readonly #watchers = new Set<StoreWatcher>();
  #submitted = 0;

  constructor(options: StoreOptions) {
    this.#keep = options.keep;
    this.#transport = new Transport(this.#folders, options);
  }

  createDraft(mailbox: Mailbox, message: StoredMessage, at: number): Item {
    const draft = newItem({ mailbox, folder: 'drafts' }, message, undefined, at);
    this.#folders.put(draft);
    this.#drafts.add(draft);
    const [oldest] = this.#drafts;
    if (oldest && this.#drafts.size > this.#keep) this.remove(oldest);
    this.#changed();
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
    this.#drafts.delete(sent);
    sent.submission = submission;
    this.#transport.take({
      submission,
      sent,
      kept: () => this.#submissions.get(submission.id) === submission,
      made: (item) => items.push(item),
      wentOut: () => this.#changed(),
    });
    const [oldest] = this.#submissions.values();
    if (oldest && this.#submissions.size > this.#keep) this.#drop(oldest);
    this.#changed(submission);
  }

  #drop(submission: Submission): void {
    this.#submissions.delete(submission.id);
    for (const item of this.#itemsOf.get(submission) ?? []) this.#folders.remove(item);
  }

  /** Forgets submissions, with their items in every folder. */
  forget(submissions: readonly Submission[]): void {
    for (const submission of submissions) this.#drop(submission);
    if (submissions.length > 0) this.#changed();
  }

  /** An item by either of its ids. */
  item(mailbox: Mailbox, id: string): Item | undefined {
    return this.#folders.find(mailbox, id);
  }

  /** What lies in one folder or in all of a mailbox, oldest first. */
  items(mailbox: Mailbox, folder?: Item['folder']): Item[] {
    return this.#folders.list(mailbox, folder);
  }

  /** Out of every folder, for good. */
  remove(item: Item): void {
    this.#drafts.delete(item);
    this.#folders.remove(item);
    this.#changed();
  }

  /** To Deleted Items; from there, for good. */
  discard(item: Item, at: number): void {
    if (item.folder === 'deletedItems') {
      this.remove(item);
      return;
    }
    this.#folders.move(item, 'deletedItems', at);
    this.#changed();
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

  /** Calls back after every submission and every change of a folder; returns what ends that. */
  watch(watcher: StoreWatcher): () => void {
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

  #changed(submission?: Submission): void {
    for (const watcher of this.#watchers) watcher(submission);
  }
}
