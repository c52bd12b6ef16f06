import type { Answer } from './answer.js';
import type { Body } from './body.js';
import type { RequestOperation } from './operation.js';
import { answerNotes, createdId, uploadedMessageId } from './request-notes.js';

/** One request to the HTTPS side, as it was answered. */
export interface RequestLogEntry {
  method: string;
  /** Path and query as sent, apart from secrets in the query, which are `…`. */
  path: string;
  /** What it was to do. */
  operation: RequestOperation;
  /** Undefined while there is no answer, and for ever when none is given. */
  status: number | undefined;
  at: Date;
  /** Address of the mailbox that the path names, or the name itself when no mailbox has it. */
  mailbox?: string;
  /**
   * Message-ID of the message that it is about, also when it was refused: as uploaded, of the draft that the path names, or
   * of the filter of a lookup. Undefined when the request tells none, as sendMail with JSON that was refused, or tells
   * several.
   */
  messageId?: string;
  /** Id of the message or the upload session that the path names, or that the answer told. */
  itemId?: string;
  /** As the caller sent it. */
  clientRequestId: string | undefined;
  requestId: string;
  userAgent: string | undefined;
  /** Milliseconds from the head of the request to its answer; undefined while there is none. */
  durationMs: number | undefined;
  /** The scripted fault that was applied to it. */
  fault?: string;
  /** `error.code` of Graph or the AADSTS code of Entra, when the answer is an error. */
  code?: string;
  /** `Retry-After` of the answer, when it is an error. */
  retryAfter?: string;
  /** Whether what was asked was done; told of requests that send a message, and of all to which a fault was applied. */
  delivered?: boolean;
  /** What happened in place of an answer; `'gone'`: the client had left before it. */
  instead?: 'silence' | 'reset' | 'gone';
}

/** The part of an entry that is known only inside the services. */
export type RequestNotes = Pick<RequestLogEntry, 'mailbox' | 'messageId' | 'delivered'>;

/** Keeps the newest `limit` entries, without moving the others at every push. */
class BoundedLog<T> {
  #entries: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
  }

  get size(): number {
    return Math.min(this.#entries.length, this.#limit);
  }

  /** Oldest first. */
  list(): T[] {
    return this.#entries.slice(-this.#limit);
  }

  /** The newest that fits; cheap when it is among the newest. */
  findNewest(fits: (entry: T) => boolean): T | undefined {
    return this.#entries.findLast(fits);
  }

  clear(): void {
    this.#entries = [];
  }
}

/** The newest requests. */
export class RequestLog extends BoundedLog<RequestLogEntry> {
  readonly #drafts: MessageIds;
  readonly #watchers = new Set<() => void>();

  constructor(limit: number) {
    super(limit);
    this.#drafts = new MessageIds(limit);
  }

  override push(entry: RequestLogEntry): void {
    super.push(entry);
    this.#changed();
  }

  /** Notes what the answer says, and which message the request was about when that is not known yet. */
  answered(entry: RequestLogEntry, answer: Answer, contentType: string | undefined, body?: Promise<Body>): void {
    const refused = answer.instead !== undefined || answer.status >= 400;
    if (refused) {
      Object.assign(entry, answerNotes(answer));
    } else if (entry.operation === 'createDraft' || entry.operation === 'createUploadSession') {
      const itemId = createdId(answer);
      if (itemId !== undefined) entry.itemId = itemId;
    }
    this.#drafts.join(entry);
    if (refused && entry.messageId === undefined && /^(?:sendMail|createDraft)$/.test(entry.operation)) {
      body?.then(
        ({ bytes }) => {
          const messageId = uploadedMessageId(contentType, bytes);
          if (messageId !== undefined) entry.messageId ??= messageId;
        },
        () => {},
      );
    }
    this.#changed();
  }

  /** Calls back at every request and every answer; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  override clear(): void {
    super.clear();
    this.#drafts.clear();
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Message-IDs by the ids of drafts and upload sessions, so that requests which find these no more still belong to them. */
class MessageIds {
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
