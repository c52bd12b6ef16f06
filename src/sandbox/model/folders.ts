import { newNumber, numberIn } from './ids.js';
import type { FolderName, Item } from './item.js';
import type { Mailbox } from './mailbox.js';

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
