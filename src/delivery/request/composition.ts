import type { HeavyAttachment } from '../../message/large/heavy-attachment.js';

/** A message as it goes up. */
export interface Deliverable {
  /** The MIME in base64. */
  body: Buffer;
  messageId: string;
  /** What is not in the body because it would not fit, and goes up by itself. */
  heavy?: readonly HeavyAttachment[];
}

/** A message that is composed once, when its bytes are first asked for, and gives them up when they have served. */
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

  /** Gives the bytes up; nobody can ask for them afterwards. */
  drop(): void {
    if (!this.#message) return;
    this.#discard(this.#message.body);
    this.#message.body = nothing;
  }
}

const nothing = Buffer.alloc(0);
