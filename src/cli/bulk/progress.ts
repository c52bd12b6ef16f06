import { styleText } from 'node:util';
import type { BulkProgress } from '../../bulk/common/bulk-results.js';
import type { Clock } from '../../common/timers.js';
import { canRedraw, hasColours, type Output, widthOf } from '../common/terminal.js';
import { wrapText } from '../common/wording.js';
import { type Paint, progressLine, progressText } from './progress-line.js';

/** Milliseconds between two drawings of the line on a terminal, at least. */
const redrawInterval = 100;
/** A line on a terminal is drawn anew without news too: times pass. */
const refreshInterval = 1000;
/** Milliseconds between two lines where nothing can be redrawn, at least. */
const plainInterval = 30_000;
const clearLine = '\r\u001b[K';

export interface ProgressDisplay {
  output: Output;
  env: NodeJS.ProcessEnv;
  clock: Clock;
}

/** Shows how a run is getting on: one line that is redrawn on a terminal, a plain line now and then anywhere else. */
export class Progress {
  readonly #output: Output;
  readonly #env: NodeJS.ProcessEnv;
  readonly #clock: Clock;
  readonly #read: () => BulkProgress;
  readonly #redraws: boolean;
  readonly #paint: Paint | undefined;
  #last = Number.NEGATIVE_INFINITY;
  #shown: string | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  /** Begins at once. @param read how the run is getting on at the moment */
  constructor({ output, env, clock }: ProgressDisplay, read: () => BulkProgress) {
    this.#output = output;
    this.#env = env;
    this.#clock = clock;
    this.#read = read;
    this.#redraws = canRedraw(output, env);
    this.#paint = hasColours(output, env)
      ? (colour, text) => styleText(colour, text, { validateStream: false })
      : undefined;
    this.#show();
  }

  /** There is news. */
  changed(): void {
    if (this.#ended || !this.#redraws) return;
    const wait = this.#last + redrawInterval - this.#clock.elapsed();
    if (wait <= 0) this.#show();
    else this.#wake(wait);
  }

  /** Writes a text, wrapped, which on a terminal goes above the progress. */
  print(words: string): void {
    const text = wrapText(words, widthOf(this.#output, this.#env));
    if (!this.#redraws) {
      this.#output.write(`${text}\n`);
      return;
    }
    this.#output.write(this.#ended ? `${text}\n` : `${clearLine}${text}\n${this.#shown ?? ''}`);
  }

  /** Shows the last state, and leaves the cursor at the start of a fresh line. */
  end(): void {
    if (this.#ended) return;
    this.#show();
    this.#ended = true;
    this.#cancel?.();
    if (this.#redraws) this.#output.write('\n');
  }

  #show(): void {
    this.#last = this.#clock.elapsed();
    const now = this.#clock.now();
    if (this.#redraws) {
      // Some terminals go to the next line as soon as the last column is filled.
      const line = progressLine(this.#read(), now, widthOf(this.#output, this.#env) - 1, this.#paint);
      if (line !== this.#shown) this.#output.write(`${clearLine}${line}`);
      this.#shown = line;
    } else {
      const line = progressText(this.#read(), now);
      if (line !== this.#shown) this.#output.write(`${line}\n`);
      this.#shown = line;
    }
    this.#wake(this.#redraws ? refreshInterval : plainInterval);
  }

  #wake(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => this.#show());
  }
}
