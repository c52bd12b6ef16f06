import type { BulkRun } from '../../bulk/bulk-run.js';
import type { Clock } from '../../clock.js';
import { repeatedly } from '../repeatedly.js';

/** Milliseconds between two looks. */
const lookInterval = 50;

/** Tells once that a run has read its input and opened its journal. */
export class Opening {
  readonly #look: () => string | undefined;
  readonly #opened: (id: string) => void;
  readonly #cancel: () => void;
  #told = false;

  constructor(run: BulkRun, clock: Clock, opened: (id: string) => void) {
    this.#look = () => run.id;
    this.#opened = opened;
    this.#cancel = repeatedly(clock, lookInterval, () => this.look());
  }

  look(): void {
    const id = this.#look();
    if (id === undefined || this.#told) return;
    this.end();
    this.#opened(id);
  }

  end(): void {
    this.#told = true;
    this.#cancel();
  }
}
