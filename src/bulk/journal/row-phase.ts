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
