const recordHead = 5;
const changeCipherSpec = 20;
const handshake = 22;

/**
 * Tells in the bytes that a TLS 1.3 client sends where its handshake ends and its request begins: after the first
 * encrypted record, its Finished.
 */
export class RequestBytes {
  #head = Buffer.alloc(0);
  #left = 0;
  #finished = false;
  #isFinished = false;

  /** Gives how many bytes at the start of `chunk` belong to the handshake. */
  handshakeIn(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && !this.#finished) {
      if (this.#left === 0) {
        const piece = chunk.subarray(at, at + recordHead - this.#head.length);
        this.#head = Buffer.concat([this.#head, piece]);
        at += piece.length;
        if (this.#head.length < recordHead) break;
        const type = this.#head[0];
        this.#isFinished = type !== handshake && type !== changeCipherSpec;
        this.#left = this.#head.readUInt16BE(3);
        this.#head = Buffer.alloc(0);
      }
      const passed = Math.min(this.#left, chunk.length - at);
      this.#left -= passed;
      at += passed;
      if (this.#left === 0 && this.#isFinished) this.#finished = true;
    }
    return at;
  }
}
