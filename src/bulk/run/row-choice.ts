import type { RowState } from '../journal/row-phase.js';

/** What is done with a row: its mail is sent, for the first time or again, or it has its end. */
export type RowChoice = 'send' | 'send-again' | 'done';

/** What to do with a row that earlier sessions left in this state. What is open was settled before. */
export function chooseFor(state: RowState, options: { retryFailed: boolean; resend: boolean }): RowChoice {
  switch (state) {
    case 'left':
      return 'send';
    case 'rejected-row':
    case 'rejected-send':
      return options.retryFailed ? 'send' : 'done';
    case 'unknown':
      return options.resend ? 'send-again' : 'done';
    case 'sent':
    case 'skipped':
    case 'open':
      return 'done';
  }
}
