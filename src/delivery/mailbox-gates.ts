import { MailboxGate, type MailboxGateOptions } from './mailbox-gate.js';

/** One gate for each mailbox, kept as long as it has anything to remember. */
export class MailboxGates {
  readonly #options: MailboxGateOptions;
  readonly #gates = new Map<string, MailboxGate>();

  constructor(options: MailboxGateOptions) {
    this.#options = options;
  }

  /** Messages waiting to be admitted, over all mailboxes. */
  get queued(): number {
    let queued = 0;
    for (const gate of this.#gates.values()) queued += gate.queued;
    return queued;
  }

  /** The gate of a mailbox; whoever got it is to enter it at once, and to `release` it afterwards. */
  of(mailbox: string): MailboxGate {
    let gate = this.#gates.get(mailbox);
    if (!gate) {
      // Those that still remembered a pause when their last message left.
      for (const [name, other] of this.#gates) if (other.unused) this.#gates.delete(name);
      gate = new MailboxGate(this.#options);
      this.#gates.set(mailbox, gate);
    }
    return gate;
  }

  /** Somebody is done with it. */
  release(mailbox: string): void {
    if (this.#gates.get(mailbox)?.unused) this.#gates.delete(mailbox);
  }

  /** Everything that has no request in flight fails with `reason()`, except who is committed. */
  close(reason: () => unknown): void {
    for (const gate of this.#gates.values()) gate.close(reason);
  }
}
