import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { Clock } from '../../common/timers.js';
import { messageOf } from '../common/errors.js';
import type { GraphFace } from '../common/graph-transporter.js';
import type { AttemptRecord, UnknownRecord } from '../journal/records.js';
import { judgeFailure } from './classify-failure.js';
import type { Lane, Lanes } from './mailbox-queues.js';
import type { RowStates } from './row-states.js';
import { errorRecord } from './send-row.js';

export interface EarlierContext {
  states: RowStates;
  face: GraphFace | undefined;
  lanes: Lanes;
  laneFor: (mailbox: string) => Lane;
  /** `verify`: look in Sent Items; else only what a draft's id settles is settled. `trace`: message trace was looked into. */
  look: 'verify' | 'trace' | undefined;
  /** Why message trace could not be searched for the mails of these mailboxes, by their names in lower case. */
  unsearched: ReadonlyMap<string, string> | undefined;
  /** Drafts that are not to be sent any more: the entry of the suppression list, by row. */
  suppressed: ReadonlyMap<number, string> | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Whether somebody has ended the run meanwhile. */
  ending: () => boolean;
}

/** Looked for at the same time. */
const abreast = 4;

/** How long the message of a session that has ended is looked for in Sent Items, where it comes with delay. */
const longestWindow = 60_000;

/**
 * Settles what an earlier session left open, as far as that can be done without sending anything twice: with the id of a
 * draft, which goes out once at most, or by looking in Sent Items. What stays open is held as unknown. Drafts that surely
 * were not sent, and only waited to be, are sent too: another one made in their place would leave them lying in Drafts.
 * @returns an error that would hit every row, where one came
 */
export async function settleEarlier(context: EarlierContext): Promise<Error | undefined> {
  const { state } = context.states;
  const open = [...state.unknowns()].map((attempt) => ({ attempt, waiting: false }));
  // Whoever cannot be asked for drafts sends new mails.
  const drafts = context.face ? [...state.waitingDrafts()].map((attempt) => ({ attempt, waiting: true })) : [];
  let fault: Error | undefined;
  const next = [...open, ...drafts].values();
  const settleRest = async () => {
    for (const { attempt, waiting } of next) {
      if (fault || context.ending()) return;
      const met = await settle(context, attempt, waiting);
      fault ??= met;
    }
  };
  // All of them, also when one fails: what is being sent must not outlive the lock of the run.
  const ends = await Promise.allSettled(Array.from({ length: abreast }, settleRest));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return fault;
}

/** @param waiting whether it is a draft that surely was not sent so far */
async function settle(
  context: EarlierContext,
  attempt: AttemptRecord | UnknownRecord,
  waiting: boolean,
): Promise<Error | undefined> {
  const { states, face, lanes, laneFor, look, clock, signal } = context;
  const { row, key, mailbox, messageId, draftId } = attempt;
  const about = () => ({ row, key, at: new Date(clock.now()).toISOString(), mailbox, messageId });
  const hold = async (error: Error) => {
    // What would fail again, as for want of a permission, a person must learn of.
    if (attempt.type === 'unknown' && !(isGraphMailError(error) && error.permanent)) return;
    const draft = draftId === undefined ? {} : { draftId };
    await states.append({ type: 'unknown', ...about(), ...draft, error: errorRecord(error) });
  };
  if (!face || (draftId === undefined && look !== 'verify')) {
    const why = draftId === undefined ? context.unsearched?.get(mailbox.toLowerCase()) : undefined;
    if (why !== undefined) {
      await hold(
        new GraphMailError(`Whether it was sent is not known, and message trace cannot be searched for it: ${why}`, {
          code: 'ECONFIG',
          outcome: 'unknown',
          permanent: true,
        }),
      );
      return undefined;
    }
    const more = look === 'trace' ? ' Message trace does not have it, which proves nothing.' : '';
    await hold(new Error(`The run ended while this mail was on its way.${more}`));
    return undefined;
  }
  const entry = context.suppressed?.get(row);
  // It is skipped when its turn comes.
  if (entry !== undefined && waiting) return undefined;
  if (entry !== undefined) {
    await hold(
      new Error(`Whether it was sent is not known, and its draft is not sent now: ${entry} is on the suppression list`),
    );
    return undefined;
  }
  // Sending a draft is sending a mail.
  const grant = draftId === undefined ? undefined : await lanes.acquire([laneFor(mailbox)]);
  if (draftId !== undefined && !grant) return undefined;
  const settled = draftId === undefined ? 'verify' : 'draft';
  if (waiting && attempt.type === 'attempt') await states.append({ ...attempt, at: about().at, attempt: 1 });
  /** Nothing came of it: another session may send the draft. */
  const putBack = async (error: Error) => {
    if (!waiting || draftId === undefined) return;
    await states.append({ type: 'returned', row, key, at: about().at, mailbox, draftId, error: errorRecord(error) });
  };
  const begun = Date.parse((waiting ? attempt : states.state.attemptsOf(row)[0])?.at ?? attempt.at);
  const age = Math.max(0, clock.now() - Date.parse(attempt.at));
  const window = Math.max(0, longestWindow - age);
  try {
    if (draftId !== undefined) await states.check();
    const { how, requestId } = await face.settle({
      mailbox,
      messageId,
      ...(draftId !== undefined && { draftId }),
      sentAfter: new Date(begun - longestWindow),
      window,
      signal,
    });
    grant?.used();
    await states.append({
      type: 'sent',
      ...about(),
      ...(requestId !== undefined && { requestId }),
      attempts: 1,
      recipients: 1,
      settled: how === 'draft' ? 'draft' : 'verify',
    });
    return undefined;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(messageOf(error));
    if (states.failure) throw states.failure;
    const { kind } = judgeFailure(failure);
    if (kind === 'unknown') {
      grant?.used();
      // Neither can the next one be asked about; all stay open, for another session.
      if (couldNotAsk(failure)) {
        await putBack(failure);
        return failure;
      }
      await hold(failure);
      // Somebody asked for it: that the mailbox may not be read must not look as if nothing had been found.
      return draftId === undefined && isRefused(failure) ? failure : undefined;
    }
    grant?.unused();
    // Of an earlier mail, which may have been sent, this draft says nothing.
    const onlyDraft = states.state.attemptsOf(row).every((one) => one.draftId === draftId);
    if (kind === 'rejected' && !onlyDraft) {
      await hold(failure);
      return undefined;
    }
    if (kind === 'rejected') {
      await states.append({ type: 'rejected', stage: 'send', ...about(), error: errorRecord(failure), settled });
      return undefined;
    }
    await putBack(failure);
    // It stays open, to be settled by the next session.
    return kind === 'called-off' ? undefined : failure;
  }
}

// No request got as far as Graph: nobody signed in, or there was no way there.
const wayCodes: ReadonlySet<unknown> = new Set(['ECONFIG', 'ECONNECTION', 'EDNS', 'ETLS', 'EPROXY']);

function couldNotAsk(error: Error): boolean {
  if (!isGraphMailError(error)) return false;
  return wayCodes.has(error.code) || error.command === 'TOKEN';
}

/** To look was refused, which says nothing of the message. */
function isRefused({ code, permanent }: Error & { code?: unknown; permanent?: unknown }): boolean {
  return code === 'EAUTH' && permanent === true;
}
