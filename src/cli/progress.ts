/** Where progress is shown: a terminal gets one line that is redrawn, anything else a line now and then. */
export interface ProgressOutput {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how many of `total` are done. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #total: number;
  readonly #redraws: boolean;
  #done = 0;
  #shown = 0;

  constructor(output: ProgressOutput, total: number, terminal = process.env.TERM) {
    this.#output = output;
    this.#redraws = output.isTTY === true && terminal !== 'dumb';
    this.#total = total;
  }

  step(): void {
    this.#done++;
    if (this.#redraws) this.#output.write(`\r${this.#bar()}`);
    else if (this.#done - this.#shown >= this.#total / 4 || this.#done === this.#total) {
      this.#shown = this.#done;
      this.#output.write(`${this.#done} of ${this.#total}\n`);
    }
  }

  /** Leaves the cursor at the start of a fresh line. */
  end(): void {
    if (this.#redraws) this.#output.write('\n');
  }

  #bar(): string {
    const count = `${String(this.#done).padStart(String(this.#total).length)} of ${this.#total}`;
    const width = Math.max(0, Math.min(50, (this.#output.columns ?? 80) - count.length - 4));
    const filled = Math.round((width * this.#done) / Math.max(1, this.#total));
    if (width === 0) return count;
    return `[${'='.repeat(filled)}${' '.repeat(width - filled)}] ${count}`;
  }
}
