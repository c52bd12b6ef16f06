import type { RowRecord, Settled } from './records.js';

/** What is known of a row. `'open'`: an attempt whose end is not written; it may have been sent. */
export type RowState = 'left' | 'open' | 'sent' | 'rejected-row' | 'rejected-send' | 'skipped' | 'unknown';

/** {@link RowState}, and what else the next record depends on. One byte a row. */
export const Phase = {
  unseen: 0,
  left: 1,
  /** Attempted in this session, and surely not sent before. */
  open: 2,
  /** Attempted again in this session, though an earlier attempt may have been sent. */
  reopened: 3,
  /** Attempted in an earlier session, which ended before the attempt did. */
  interrupted: 4,
  unknown: 5,
  sent: 6,
  rejectedRow: 7,
  rejectedSend: 8,
  skipped: 9,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** By {@link Phase}. */
export const rowStates: readonly RowState[] = [
  'left',
  'left',
  'open',
  'open',
  'open',
  'unknown',
  'sent',
  'rejected-row',
  'rejected-send',
  'skipped',
];

/** Whether the row has an attempt that may have been sent. */
export function isUndecided(phase: Phase): boolean {
  return phase === Phase.open || phase === Phase.reopened || isInDoubt(phase);
}

/** Whether only a new attempt, or looking for what became of the old one, can change the row. */
function isInDoubt(phase: Phase): boolean {
  return phase === Phase.interrupted || phase === Phase.unknown;
}

/**
 * What a record makes of a row, or undefined when it cannot be: `sent` and `skipped` are final, a result needs an attempt,
 * and what may have been sent does not become surely not sent because another attempt was refused before it was made.
 */
export function nextPhase(phase: Phase, record: RowRecord): Phase | undefined {
  if (phase === Phase.sent || phase === Phase.skipped) return undefined;
  switch (record.type) {
    case 'attempt':
      return phase === Phase.reopened || isInDoubt(phase) ? Phase.reopened : Phase.open;
    case 'sent':
      return isUndecided(phase) ? Phase.sent : undefined;
    case 'unknown':
      return isUndecided(phase) ? Phase.unknown : undefined;
    case 'skipped':
      return isUndecided(phase) ? undefined : Phase.skipped;
    case 'rejected':
      if (record.stage === 'row') return isUndecided(phase) ? undefined : Phase.rejectedRow;
      return surelyNotSent(phase, record.settled) ? Phase.rejectedSend : undefined;
    case 'returned':
      if (!surelyNotSent(phase, record.settled)) return undefined;
      // Only of its last attempt is it known; the one before it is as doubtful as it was.
      return phase === Phase.reopened && record.settled === undefined ? Phase.unknown : Phase.left;
  }
}

function surelyNotSent(phase: Phase, settled: Settled | undefined): boolean {
  return settled === undefined ? !isInDoubt(phase) : isUndecided(phase);
}

/** Phase and key of every row, in five bytes a row; and how many rows are in each phase. */
export class RowTable {
  #phases = new Uint8Array(1024);
  #keys = new Uint32Array(1024);
  readonly #counts = new Array<number>(Object.keys(Phase).length).fill(0);

  phase(row: number): Phase {
    return (this.#phases[row] ?? Phase.unseen) as Phase;
  }

  /** Whether the row was first entered with this key; undefined for one that never was. */
  keyMatches(row: number, key: string): boolean | undefined {
    return this.phase(row) === Phase.unseen ? undefined : this.#keys[row] === keyBits(key);
  }

  enter(row: number, key: string): void {
    this.#makeRoom(row);
    this.#keys[row] = keyBits(key);
  }

  move(row: number, phase: Phase): void {
    const before = this.phase(row);
    if (before !== Phase.unseen) this.#counts[before] = this.count(before) - 1;
    this.#counts[phase] = this.count(phase) + 1;
    this.#phases[row] = phase;
  }

  count(...phases: Phase[]): number {
    return phases.reduce<number>((sum, phase) => sum + (this.#counts[phase] ?? 0), 0);
  }

  #makeRoom(row: number): void {
    if (row < this.#phases.length) return;
    const length = Math.max(row + 1, 2 * this.#phases.length);
    const phases = new Uint8Array(length);
    phases.set(this.#phases);
    this.#phases = phases;
    const keys = new Uint32Array(length);
    keys.set(this.#keys);
    this.#keys = keys;
  }
}

// Half of the key: that a changed row goes unnoticed is one in four thousand million.
function keyBits(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16);
}
