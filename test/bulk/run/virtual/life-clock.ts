import type { BulkTransporter } from '../../../../src/bulk/index.js';
import type { Clock } from '../../../../src/common/clock.js';

/** The clock of a process that can be killed: from then on nothing of it happens any more. */
export class LifeClock implements Clock {
  readonly #clock: Clock;
  #dead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  after(ms: number, callback: () => void): () => void {
    return this.#clock.after(ms, () => this.#dead || callback());
  }

  end(): void {
    this.#dead = true;
  }

  /** A transporter that a dead process asks nothing, and whose answers it does not hear. */
  mortal(transporter: BulkTransporter): BulkTransporter {
    return {
      sendMail: (message) =>
        new Promise((resolve, reject) => {
          if (this.#dead) return;
          transporter.sendMail(message).then(
            (info) => this.#dead || resolve(info),
            (error) => this.#dead || reject(error),
          );
        }),
    };
  }
}
