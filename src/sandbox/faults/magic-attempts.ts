import { onlyDelays } from './fault-answer.js';
import { magicFault } from './magic-recipients.js';
import type { FaultSubject } from './rule-matching.js';
import type { Strike } from './scripted-fault.js';

// Messages whose attempts are remembered; the oldest are forgotten.
const KEPT = 10_000;

/** Counts the attempts at messages to magic recipients, so that a retry of the same message gets through in the end. */
export class MagicAttempts {
  readonly #attempts = new Map<string, number>();

  /**
   * What the first recipient asks for that has not had its way with this message. Those that only want it late do not stand
   * in the way of the others: the fault comes as late as the latest of them asks for.
   */
  take({ recipients, message }: Pick<FaultSubject, 'recipients' | 'message'>): Strike | undefined {
    const asked = recipients.flatMap((address) => magicFault(address) ?? []);
    const slow = latest(asked.map(({ strike }) => strike).filter(onlyDelays));
    for (const { times, strike } of asked) {
      if (onlyDelays(strike)) continue;
      const key = `${message} ${strike.because}`;
      const attempts = this.#attempts.get(key) ?? 0;
      if (attempts >= times) continue;
      this.#attempts.set(key, attempts + 1);
      const [oldest] = this.#attempts.keys();
      if (oldest !== undefined && this.#attempts.size > KEPT) this.#attempts.delete(oldest);
      return slow?.delay === undefined ? strike : { ...strike, delay: slow.delay };
    }
    return slow;
  }

  clear(): void {
    this.#attempts.clear();
  }
}

function latest(strikes: readonly Strike[]): Strike | undefined {
  return [...strikes].sort((a, b) => (b.delay ?? 0) - (a.delay ?? 0))[0];
}
