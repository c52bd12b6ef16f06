import type { RequestLogEntry } from './request-log.js';

/** Message-IDs by the ids of drafts and upload sessions, so that requests which find these no more still belong to them. */
export class MessageIds {
  readonly #byItem = new Map<string, string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  join(entry: RequestLogEntry): void {
    const { itemId, messageId } = entry;
    if (itemId === undefined) return;
    if (messageId === undefined) {
      const known = this.#byItem.get(itemId);
      if (known !== undefined) entry.messageId = known;
      return;
    }
    this.#byItem.set(itemId, messageId);
    const [oldest] = this.#byItem.keys();
    if (oldest !== undefined && this.#byItem.size > this.#limit) this.#byItem.delete(oldest);
  }

  clear(): void {
    this.#byItem.clear();
  }
}
