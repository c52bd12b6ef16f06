import type { Clock } from '../clock.js';

/** Milliseconds for which a message that has ended may still be mistaken for a later one with the same Message-ID. */
const memory = 10_000;

/** Of one Message-ID in one mailbox. */
interface Use {
  active: Set<object>;
  endedAt: number;
}

/** A message under way. */
export interface MessageInUse {
  /** Whether another one with the same Message-ID was under way at the same time, or just before. */
  readonly shared: boolean;
  leave(): void;
}

/**
 * Which Message-IDs are under way: what lies in a mailbox can only be told by its Message-ID, so two messages with the same
 * one cannot be told apart there.
 */
export class MessageIds {
  readonly #clock: Clock;
  readonly #uses = new Map<string, Use>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enter(mailbox: string, messageId: string): MessageInUse {
    const now = this.#clock.elapsed();
    // In the order of their last use, so those that nobody could mistake any more come first.
    for (const [key, { active, endedAt }] of this.#uses) {
      if (active.size > 0 || now - endedAt < memory) break;
      this.#uses.delete(key);
    }
    const key = `${mailbox} ${messageId}`;
    const use = this.#uses.get(key) ?? { active: new Set(), endedAt: Number.NEGATIVE_INFINITY };
    const before = use.active.size > 0 || now - use.endedAt < memory;
    const self = { shared: before };
    if (before) for (const other of use.active as Set<{ shared: boolean }>) other.shared = true;
    use.active.add(self);
    this.#uses.set(key, use);
    return {
      get shared() {
        return self.shared;
      },
      leave: () => {
        use.active.delete(self);
        use.endedAt = this.#clock.elapsed();
        this.#uses.delete(key);
        this.#uses.set(key, use);
      },
    };
  }
}
