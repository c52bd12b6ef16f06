import { magicFault } from './magic-recipients.js';
import type { FaultSubject } from './matches.js';
import type { Strike } from './scripted-fault.js';
import { onlyDelays } from './struck-answer.js';

// Messages whose attempts are remembered; the oldest are forgotten.
const KEPT = 10_000;

/** Counts the attempts at messages to magic recipients, so that a retry of the same message gets through in the end. */
export class MagicAttempts {
  readonly #attempts = new Map<string, number>();

  /**
   * What the first recipient asks for that has not had its way with this message. One that only wants it late does not stand
   * in the way of the others: theirs comes late, then.
   */
  take({ recipients, message }: Pick<FaultSubject, 'recipients' | 'message'>): Strike | undefined {
    let slow: Strike | undefined;
    for (const address of recipients) {
      const asked = magicFault(address);
      if (!asked) continue;
      if (onlyDelays(asked.strike)) {
        slow ??= asked.strike;
        continue;
      }
      const key = `${message} ${address}`;
      const attempts = this.#attempts.get(key) ?? 0;
      if (attempts >= asked.times) continue;
      this.#attempts.set(key, attempts + 1);
      const [oldest] = this.#attempts.keys();
      if (oldest !== undefined && this.#attempts.size > KEPT) this.#attempts.delete(oldest);
      return slow?.delay === undefined ? asked.strike : { ...asked.strike, delay: slow.delay };
    }
    return slow;
  }

  clear(): void {
    this.#attempts.clear();
  }
}
