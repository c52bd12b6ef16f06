import { randomUUID } from 'node:crypto';
import type { Timers } from '../wire/timers.js';
import type { Mailbox } from './mailbox.js';
import type { Submission } from './submission.js';

export type FolderName = 'drafts' | 'sentItems' | 'inbox';

/** A message in a folder of a mailbox. */
export interface Item {
  /** Changes when the item moves to another folder, as Graph's ids do unless immutable ids are asked for. */
  id: string;
  mailbox: Mailbox;
  folder: FolderName;
  submission: Submission;
}

export interface StoreOptions {
  /** Submissions to keep; the oldest go first, and with them their items. */
  keep: number;
  /** Milliseconds until a submission moves from Drafts to Sent Items; 0 is at once. */
  sentItemsDelay: number;
  /** The mailbox of a recipient inside the tenant. */
  recipient: (address: string) => Mailbox | undefined;
  timers: Timers;
}

/** What was submitted, and what lies in the folders of the tenant's mailboxes because of it. */
export class MailStore {
  readonly #options: StoreOptions;
  readonly #submissions = new Map<string, Submission>();
  readonly #items = new Map<string, Item>();
  readonly #itemsOf = new WeakMap<Submission, Item[]>();
  readonly #watchers = new Set<() => void>();
  #submitted = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  submit(submission: Submission): void {
    this.#submitted += 1;
    this.#submissions.set(submission.id, submission);
    const items: Item[] = [];
    this.#itemsOf.set(submission, items);
    this.#send(submission, items);
    for (const { address } of submission.recipients) {
      const mailbox = this.#options.recipient(address);
      if (mailbox) this.#put(items, { id: randomUUID(), mailbox, folder: 'inbox', submission });
    }
    if (this.#submissions.size > this.#options.keep) this.#dropOldest();
    for (const watcher of this.#watchers) watcher();
  }

  #send(submission: Submission, items: Item[]): void {
    const { sentItemsDelay, timers } = this.#options;
    const { mailbox, saveToSentItems } = submission;
    if (sentItemsDelay <= 0) {
      if (saveToSentItems) this.#put(items, { id: randomUUID(), mailbox, folder: 'sentItems', submission });
      return;
    }
    const draft: Item = { id: randomUUID(), mailbox, folder: 'drafts', submission };
    this.#put(items, draft);
    timers.after(sentItemsDelay, () => {
      if (!this.#items.delete(draft.id)) return;
      items.splice(items.indexOf(draft), 1);
      if (saveToSentItems) this.#put(items, { ...draft, id: randomUUID(), folder: 'sentItems' });
    });
  }

  #put(items: Item[], item: Item): void {
    items.push(item);
    this.#items.set(item.id, item);
  }

  #dropOldest(): void {
    for (const [id, submission] of this.#submissions) {
      this.#submissions.delete(id);
      for (const item of this.#itemsOf.get(submission) ?? []) this.#items.delete(item.id);
      return;
    }
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

  /** Oldest first. */
  list(): Submission[] {
    return [...this.#submissions.values()];
  }

  /** What lies in a folder, oldest first. */
  folder(mailbox: Mailbox, folder: FolderName): Item[] {
    return [...this.#items.values()].filter((item) => item.mailbox === mailbox && item.folder === folder);
  }

  /** Calls back after every change; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  clear(): void {
    this.#submitted = 0;
    this.#submissions.clear();
    this.#items.clear();
    for (const watcher of this.#watchers) watcher();
  }
}
