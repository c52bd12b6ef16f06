import type { Clock } from '../../clock.js';
import { GraphMailError, isGraphMailError } from '../../errors.js';
import type { AttemptRecord } from '../journal/records.js';
import { MailsToTrace, type TracingFace } from '../trace/search-trace.js';
import type { RowStates } from './row-states.js';

export interface TraceContext {
  states: RowStates;
  face: TracingFace;
  /** Addresses in From of the mails that go from a mailbox. */
  fromOf: (mailbox: string) => readonly string[];
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Looks in message trace for all that an earlier session left open: what is there was sent, whatever attempt of its row it is.
 * What is not there stays as it is, since its absence proves nothing. Many mails cost few requests, so they are looked for
 * together.
 * @returns the error for which message trace could not be asked
 */
export async function settleByTrace({ states, face, fromOf, clock, signal }: TraceContext): Promise<Error | undefined> {
  const { state } = states;
  const rowOf = new Map<string, AttemptRecord>();
  const mails = new Map<string, MailsToTrace>();
  for (const { row } of state.unknowns()) {
    for (const attempt of state.attemptsOf(row)) {
      const { messageId, mailbox, at } = attempt;
      rowOf.set(messageId, attempt);
      const ofMailbox = mails.get(mailbox.toLowerCase()) ?? new MailsToTrace(mailbox);
      mails.set(mailbox.toLowerCase(), ofMailbox);
      ofMailbox.add(messageId, at);
    }
  }
  try {
    for (const ofMailbox of mails.values()) {
      for (const { messageId } of await ofMailbox.search(face, fromOf(ofMailbox.mailbox), signal)) {
        const attempt = rowOf.get(messageId);
        // Another attempt of the same row may have been found before.
        if (attempt === undefined || state.attemptsOf(attempt.row).length === 0) continue;
        const { row, key } = attempt;
        const at = new Date(clock.now()).toISOString();
        await states.append({
          type: 'sent',
          row,
          key,
          at,
          mailbox: ofMailbox.mailbox,
          messageId,
          attempts: 1,
          recipients: 1,
          settled: 'trace',
        });
      }
    }
    return undefined;
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    if (error.code === 'EABORT') return undefined;
    // It says nothing of any mail, whatever its outcome is.
    return new GraphMailError(error.message, { ...error, cause: error.cause, outcome: 'unknown' });
  }
}
