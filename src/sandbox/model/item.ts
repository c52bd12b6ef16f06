import { idOf, newNumber, numberIn } from './ids.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import { deliveredBytes, type Submission, sentBytes } from './submission.js';

/**
 * The Outbox stays empty: what is sent waits in Drafts (Graph documentation, "Things to know about sending mail").
 * (fact send-20)
 */
export type FolderName = 'drafts' | 'outbox' | 'sentItems' | 'inbox' | 'deletedItems';

export const FOLDER_NAMES: readonly FolderName[] = ['inbox', 'drafts', 'sentItems', 'deletedItems', 'outbox'];

/** A message in a folder of a mailbox. */
export class Item {
  readonly mailbox: Mailbox;
  folder: FolderName;
  readonly message: StoredMessage;
  /** Of what is sent or received; a draft has none, nor has a report of non-delivery. */
  submission: Submission | undefined;
  /** Whether another mailbox sent it: it came to the Inbox. */
  readonly received: boolean;
  read: boolean;
  /** Milliseconds since 1970, as `modifiedAt`. */
  readonly createdAt: number;
  modifiedAt: number;
  /** Of `id` and `immutableId`, which most items are never asked for. */
  number = newNumber();
  immutableNumber = newNumber();

  constructor(
    { mailbox, folder }: { mailbox: Mailbox; folder: FolderName },
    message: StoredMessage,
    submission: Submission | undefined,
    at: number,
  ) {
    this.mailbox = mailbox;
    this.folder = folder;
    this.message = message;
    this.submission = submission;
    this.received = folder === 'inbox';
    this.read = !this.received;
    this.createdAt = at;
    this.modifiedAt = at;
  }

  /** Changes when the item moves to another folder, and when it is sent. */
  get id(): string {
    return idOf(this.number);
  }

  /**
   * Stays the same for the item's life, also when it is sent (Graph documentation, "Obtain immutable identifiers for Outlook resources").
   * (fact draft-6)
   */
  get immutableId(): string {
    return idOf(this.immutableNumber, 'AAkA');
  }
}

/** As uploaded in Drafts and Sent Items, as delivered (without Bcc) when it came to the Inbox. */
export function itemBytes({ received, message, submission }: Item): Buffer {
  if (!submission) return message.raw;
  return received ? deliveredBytes(submission) : sentBytes(submission);
}

/** The items in the folders of the tenant's mailboxes. */
export class Folders {
  /** Oldest first. */
  readonly #items = new Set<Item>();
  readonly #byNumber = new Map<number, Item>();

  put(item: Item): void {
    this.#items.add(item);
    this.#byNumber.set(item.number, item).set(item.immutableNumber, item);
  }

  has(item: Item): boolean {
    return this.#items.has(item);
  }

  /** By either of its ids. */
  find(mailbox: Mailbox, id: string): Item | undefined {
    const number = numberIn(id);
    const item = number === undefined ? undefined : this.#byNumber.get(number);
    return item?.mailbox === mailbox && (item.id === id || item.immutableId === id) ? item : undefined;
  }

  /** The item goes to the end of the folder under a new id; the old one names nothing any more. */
  move(item: Item, folder: FolderName, at: number): void {
    this.remove(item);
    item.number = newNumber();
    item.folder = folder;
    item.modifiedAt = at;
    this.put(item);
  }

  /** The item gets other ids, the immutable one too. */
  renew(item: Item): void {
    this.remove(item);
    item.number = newNumber();
    item.immutableNumber = newNumber();
    this.put(item);
  }

  remove(item: Item): void {
    this.#items.delete(item);
    this.#byNumber.delete(item.number);
    this.#byNumber.delete(item.immutableNumber);
  }

  /** What lies in one folder or in all of a mailbox, oldest first. */
  list(mailbox: Mailbox, folder?: FolderName): Item[] {
    return [...this.#items].filter(
      (item) => item.mailbox === mailbox && (folder === undefined || item.folder === folder),
    );
  }

  clear(): void {
    this.#items.clear();
    this.#byNumber.clear();
  }
}
