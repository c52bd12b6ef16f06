import { Folders, Item } from './item.js';
import { Transport, type TransportOptions } from './mail-transport.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import type { Submission } from './submission.js';

interface StoreOptions extends TransportOptions {
  /** Submissions to keep, and drafts; the oldest go first, and with a submission its items. */
  keep: number;
  /** Default `'kept'`. */
  immutableIdOnSend?: 'kept' | 'changed';
}

/** A submission with all that it brought into folders. */
interface Kept {
  submission: Submission;
  items: Item[];
}

/** Gets the submission that came; undefined when something else has changed. */
type StoreWatcher = (submission?: Submission) => void;

/** What was submitted, and what lies in the folders of the tenant's mailboxes because of it. */
export class MailStore {
  readonly #keep: number;
  readonly #changesImmutableId: boolean;
  readonly #submissions = new Map<string, Kept>();
  /** Goes on where it was: from the start it would have to pass all that was ever dropped. */
  #oldest = this.#submissions.keys();
  readonly #folders = new Folders();
  readonly #transport: Transport;
  readonly #drafts = new Set<Item>();
  readonly #watchers = new Set<StoreWatcher>();
  #submitted = 0;

  constructor(options: StoreOptions) {
    this.#keep = options.keep;
    this.#changesImmutableId = options.immutableIdOnSend === 'changed';
    this.#transport = new Transport(this.#folders, options);
  }

  createDraft(mailbox: Mailbox, message: StoredMessage, at: number): Item {
    const draft = new Item({ mailbox, folder: 'drafts' }, message, undefined, at);
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
    const sent = draft ?? new Item({ mailbox, folder: 'drafts' }, message, submission, receivedAt);
    const items = [sent];
    this.#submissions.set(submission.id, { submission, items });
    this.#drafts.delete(sent);
    sent.submission = submission;
    if (draft && this.#changesImmutableId) this.#folders.renew(draft);
    this.#transport.take({
      submission,
      sent,
      kept: () => this.find(submission.id) === submission,
      made: (item) => items.push(item),
      wentOut: () => this.#changed(),
    });
    if (this.#submissions.size > this.#keep) this.#dropOldest();
    this.#changed(submission);
  }

  #dropOldest(): void {
    let { value: oldest } = this.#oldest.next();
    if (oldest === undefined) {
      this.#oldest = this.#submissions.keys();
      ({ value: oldest } = this.#oldest.next());
    }
    if (oldest !== undefined) this.#drop(oldest);
  }

  #drop(id: string): void {
    const items = this.#submissions.get(id)?.items ?? [];
    this.#submissions.delete(id);
    for (const item of items) this.#folders.remove(item);
  }

  /** Forgets submissions, with their items in every folder. */
  forget(submissions: readonly Submission[]): void {
    for (const { id } of submissions) this.#drop(id);
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
    return this.#submissions.get(id)?.submission;
  }

  /** Submissions, oldest first. */
  list(): Submission[] {
    return Array.from(this.#submissions.values(), ({ submission }) => submission);
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
