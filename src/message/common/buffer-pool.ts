/** Bytes from which it pays to keep anything: the operating system gives new memory of this size page by page, slowly. */
export const large = 256 * 1024;
/** Rounds sizes up, so that messages of about the same size can use one another's buffers. */
const granularity = 512 * 1024;
/** Free buffers that are kept at a time: what is in flight to a mailbox, and what is composed meanwhile. */
const maxFreeBuffers = 8;
/** Bytes of attachments that are kept with their encoded form. */
const maxKeptBytes = 8 * 1024 * 1024;

/** An attachment as it was when it was encoded. */
interface Encoded {
  content: Buffer;
  encoded: Buffer;
}

/**
 * Where the bytes of messages are written, and what messages share while there is anything to send: large buffers, which
 * serve again when they are given back, and the encoded form of attachments that come with one message after the other.
 */
export class BufferPool {
  readonly #own = new WeakSet<ArrayBufferLike>();
  #free: Buffer[] = [];
  /** By the object that the caller gives; `undefined` for one that came once. */
  #attachments = new WeakMap<Uint8Array, Encoded | undefined>();
  #kept = 0;

  /** A buffer of exactly this size, with anything in it. */
  take(size: number): Buffer {
    if (size < large) return Buffer.allocUnsafe(size);
    const at = this.#free.findIndex((buffer) => buffer.length >= size);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    const buffer = found ?? Buffer.allocUnsafeSlow(Math.ceil(size / granularity) * granularity);
    this.#own.add(buffer.buffer);
    return buffer.subarray(0, size);
  }

  /** Takes a buffer back that will not be read again. Those from elsewhere are left alone. */
  giveBack({ buffer }: Buffer): void {
    // Only a buffer that is in use may be given back, and only once.
    if (this.#own.delete(buffer) && this.#free.length < maxFreeBuffers) this.#free.push(Buffer.from(buffer));
  }

  /**
   * The encoded form of an attachment that came before, for as long as its bytes stay the same; `undefined` for one that
   * it does not pay to keep.
   */
  encoded(attachment: Uint8Array, encode: () => Buffer): Buffer | undefined {
    if (attachment.length < large) return undefined;
    const known = this.#attachments.get(attachment);
    if (known?.content.equals(attachment)) return known.encoded;
    if (!this.#attachments.has(attachment)) {
      this.#attachments.set(attachment, undefined);
      return undefined;
    }
    const more = attachment.length - (known?.content.length ?? 0);
    if (this.#kept + more > maxKeptBytes) return undefined;
    this.#kept += more;
    const fresh = { content: Buffer.from(attachment), encoded: encode() };
    this.#attachments.set(attachment, fresh);
    return fresh.encoded;
  }

  /** Drops everything that is kept. */
  clear(): void {
    this.#free = [];
    this.#attachments = new WeakMap();
    this.#kept = 0;
  }
}
