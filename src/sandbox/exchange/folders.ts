import { type FolderName, type Item, newId } from './item.js';
import type { Mailbox } from './mailbox.js';

/** The items in the folders of the tenant's mailboxes. */
export class Folders {
  /** Oldest first. */
  readonly #items = new Set<Item>();
  readonly #byId = new Map<string, Item>();

  put(item: Item): void {
    this.#items.add(item);
    this.#byId.set(item.id, item).set(item.immutableId, item);
  }

  has(item: Item): boolean {
    return this.#items.has(item);
  }

  /** By either of its ids. */
  find(mailbox: Mailbox, id: string): Item | undefined {
    const item = this.#byId.get(id);
    return item?.mailbox === mailbox ? item : undefined;
  }

  /** The item goes to the end of the folder under a new id; the old one names nothing any more. */
  move(item: Item, folder: FolderName, at: number): void {
    this.remove(item);
    item.id = newId();
    item.folder = folder;
    item.modifiedAt = at;
    this.put(item);
  }

  remove(item: Item): void {
    this.#items.delete(item);
    this.#byId.delete(item.id);
    this.#byId.delete(item.immutableId);
  }

  /** What lies in one folder or in all of a mailbox, oldest first. */
  list(mailbox: Mailbox, folder?: FolderName): Item[] {
    return [...this.#items].filter(
      (item) => item.mailbox === mailbox && (folder === undefined || item.folder === folder),
    );
  }

  clear(): void {
    this.#items.clear();
    this.#byId.clear();
  }
}
