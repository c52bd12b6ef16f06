import type { UploadFile } from './upload.js';

/** A message as it goes up. */
export interface Deliverable {
  /** The MIME in base64. */
  body: Buffer;
  messageId: string;
  /** What is not in the body because it would not fit, and goes up by itself. */
  heavy?: readonly UploadFile[];
}

/** A message that is composed once, when its bytes are first asked for, and gives them up when they have served. */
export class Composition<T extends Deliverable> {
  readonly #compose: () => Promise<T>;
  #whole: Promise<T> | undefined;
  #details: Omit<T, 'body'> | undefined;

  constructor(compose: () => Promise<T>) {
    this.#compose = compose;
  }

  whole(): Promise<T> {
    this.#whole ??= this.#compose().then((message) => {
      const { body: _, ...details } = message;
      this.#details = details;
      return message;
    });
    return this.#whole;
  }

  /** All but the bytes, once it was composed. */
  get details(): Omit<T, 'body'> | undefined {
    return this.#details;
  }

  drop(): void {
    this.#whole = undefined;
  }
}
