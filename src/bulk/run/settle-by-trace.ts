import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { Clock } from '../../common/timers.js';
import type { AttemptRecord } from '../journal/records.js';
import { MailsToTrace, provenSent, type TracingFace, UnsearchableError } from '../trace/search-trace.js';
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
 * @returns an error that would hit every mailbox, where one came; and why single ones could not be searched, by their names in
 * lower case
 */
export async function settleByTrace({
  states,
  face,
  fromOf,
  clock,
  signal,
}: TraceContext): Promise<{ fault?: Error; unsearched: Map<string, string> }> {
  const unsearched = new Map<string, string>();
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
      const search = ofMailbox.search(face, fromOf(ofMailbox.mailbox), { now: clock.now(), signal });
      const found = await search.catch((error: unknown) => {
        if (!(error instanceof UnsearchableError)) throw error;
        unsearched.set(ofMailbox.mailbox.toLowerCase(), error.message);
        return [];
      });
      for (const { messageId } of found) {
        const attempt = rowOf.get(messageId);
        // Another attempt of the same row may have been found before.
        if (attempt === undefined || state.attemptsOf(attempt.row).length === 0) continue;
        const at = new Date(clock.now()).toISOString();
        await states.append(provenSent({ ...attempt, mailbox: ofMailbox.mailbox }, at));
      }
    }
    return { unsearched };
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    if (error.code === 'EABORT') return { unsearched };
    // It says nothing of any mail, whatever its outcome is.
    const fault = new GraphMailError(error.message, { ...error, cause: error.cause, outcome: 'unknown' });
    return { fault, unsearched };
  }
}
