import type { Clock } from '../../common/clock.js';
import type { HeavyAttachment } from '../../message/large/heavy-attachment.js';

/** A message as it goes up. */
export interface Deliverable {
  /** The MIME in base64. */
  body: Buffer;
  messageId: string;
  /** What is not in the body because it would not fit, and goes up by itself. */
  heavy?: readonly HeavyAttachment[];
}

/** A message that is composed once, when its bytes are first asked for, and gives them up when they are not needed. */
export class Composition<T extends Deliverable> {
  readonly #compose: () => Promise<T>;
  readonly #discard: (body: Buffer) => void;
  #composing: Promise<T> | undefined;
  #message: T | undefined;

  /** @param discard told of the bytes when they are given up */
  constructor(compose: () => Promise<T>, discard: (body: Buffer) => void = () => {}) {
    this.#compose = compose;
    this.#discard = discard;
  }

  whole(): Promise<T> {
    this.#composing ??= this.#compose().then((message) => {
      this.#message = message;
      return message;
    });
    return this.#composing;
  }

  /** All but the bytes, once it was composed. */
  get details(): Omit<T, 'body'> | undefined {
    return this.#message;
  }

  /** Gives the bytes up; they cannot be asked for afterwards. */
  drop(): void {
    if (!this.#message) return;
    this.#discard(this.#message.body);
    this.#message.body = nothing;
  }
}

const nothing = Buffer.alloc(0);

/** A message under way. */
export interface MessageInUse {
  /** Whether another one with the same Message-ID was under way at the same time, or just before. */
  readonly shared: boolean;
  unregister(): void;
}

/** Milliseconds for which a message that has ended may still be mistaken for a later one with the same Message-ID. */
const memory = 10_000;

/**
 * Which Message-IDs are under way: what lies in a mailbox can only be told by its Message-ID, so two messages with the same
 * one cannot be told apart there.
 */
export class MessageIds {
  readonly #clock: Clock;
  readonly #active = new Map<string, { shared: boolean }[]>();
  /** When the last of that name ended, the oldest first. */
  readonly #ended = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  register(mailbox: string, messageId: string): MessageInUse {
    this.#forget();
    const key = `${mailbox} ${messageId}`;
    const others = this.#active.get(key) ?? [];
    for (const other of others) other.shared = true;
    const self = { shared: others.length > 0 || this.#ended.has(key) };
    this.#active.set(key, [...others, self]);
    return {
      get shared() {
        return self.shared;
      },
      unregister: () => this.#unregister(key, self),
    };
  }

  /** The same for callers that know mailboxes by any of their names. */
  byName(names: { nameOf(mailbox: string): string }): Pick<MessageIds, 'register'> {
    return { register: (mailbox, messageId) => this.register(names.nameOf(mailbox), messageId) };
  }

  #unregister(key: string, self: object): void {
    const others = this.#active.get(key)?.filter((other) => other !== self) ?? [];
    if (others.length > 0) this.#active.set(key, others);
    else this.#active.delete(key);
    this.#ended.delete(key);
    this.#ended.set(key, this.#clock.elapsed());
  }

  #forget(): void {
    const now = this.#clock.elapsed();
    for (const [key, at] of this.#ended) {
      if (now - at < memory) return;
      this.#ended.delete(key);
    }
  }
}
