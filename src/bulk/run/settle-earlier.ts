import type { Clock } from '../../common/clock.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { messageOf } from '../common/errors.js';
import type { GraphTransporter } from '../common/graph-transporter.js';
import type { AttemptRecord, UnknownRecord } from '../journal/records.js';
import type { RunState } from '../journal/run-state.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import type { SuppressionList } from '../suppression/suppression-list.js';
import { MailsToTrace, provenSent, type TracingTransporter, UnsearchableError } from '../trace/search-trace.js';
import { classifyFailure } from './classify-failure.js';
import type { MailboxQueue, MailboxQueues } from './mailbox-queues.js';
import type { RowStates } from './open-run.js';
import { errorRecord } from './send-row.js';

interface EarlierContext {
  states: RowStates;
  graphTransporter: GraphTransporter | undefined;
  queues: MailboxQueues;
  queueFor: (mailbox: string) => MailboxQueue;
  /** `verify`: look in Sent Items; else only what a draft's id settles is settled. `trace`: message trace was looked into. */
  look: 'verify' | 'trace' | undefined;
  /** Why message trace could not be searched for the mails of these mailboxes, by their names in lower case. */
  unsearched: ReadonlyMap<string, string> | undefined;
  /** Drafts that are not to be sent any more: the entry of the suppression list, by row. */
  suppressed: ReadonlyMap<number, string> | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Whether the run has been ended meanwhile. */
  ending: () => boolean;
}

/** Looked for at the same time. */
const atOnce = 4;

/** How long the message of a session that has ended is looked for in Sent Items, where it comes with delay. */
const longestWindow = 60_000;

/**
 * Settles what an earlier session left open, as far as that can be done without sending anything twice: with the id of a
 * draft, which goes out once at most, or by looking in Sent Items. What stays open is held as unknown. Drafts that surely
 * were not sent, and only waited to be, are sent too: another one made in their place would leave them in Drafts.
 * @returns an error that would hit every row, where one came
 */
export async function settleEarlier(context: EarlierContext): Promise<Error | undefined> {
  const { state } = context.states;
  const open = [...state.unknowns()].map((attempt) => ({ attempt, waiting: false }));
  // A transporter that does not know drafts sends new mails.
  const drafts = context.graphTransporter
    ? [...state.waitingDrafts()].map((attempt) => ({ attempt, waiting: true }))
    : [];
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
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, settleRest));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return fault;
}

/** @param waiting whether it is a draft that surely was not sent so far */
async function settle(
  context: EarlierContext,
  attempt: AttemptRecord | UnknownRecord,
  waiting: boolean,
): Promise<Error | undefined> {
  const { states, graphTransporter, queues, queueFor, look, clock, signal } = context;
  const { row, key, mailbox, messageId, draftId } = attempt;
  const about = () => ({ row, key, at: new Date(clock.now()).toISOString(), mailbox, messageId });
  const hold = async (error: Error) => {
    // What would fail again, such as a missing permission, has to be reported.
    if (attempt.type === 'unknown' && !(isGraphMailError(error) && error.permanent)) return;
    const draft = draftId === undefined ? {} : { draftId };
    await states.append({ type: 'unknown', ...about(), ...draft, error: errorRecord(error) });
  };
  if (!graphTransporter || (draftId === undefined && look !== 'verify')) {
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
  const slot = draftId === undefined ? undefined : await queues.acquire([queueFor(mailbox)]);
  if (draftId !== undefined && !slot) return undefined;
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
    const { how, requestId } = await graphTransporter.settle({
      mailbox,
      messageId,
      ...(draftId !== undefined && { draftId }),
      sentAfter: new Date(begun - longestWindow),
      window,
      signal,
    });
    slot?.used();
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
    const { kind } = classifyFailure(failure);
    if (kind === 'unknown') {
      slot?.used();
      // Neither can the next one be asked about; all stay open, for another session.
      if (couldNotAsk(failure)) {
        await putBack(failure);
        return failure;
      }
      await hold(failure);
      // The caller asked for it: that the mailbox may not be read must not look as if nothing had been found.
      return draftId === undefined && isRefused(failure) ? failure : undefined;
    }
    slot?.unused();
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

// No request got as far as Graph: signing in failed, or Graph could not be reached.
const wayCodes: ReadonlySet<unknown> = new Set(['ECONFIG', 'ECONNECTION', 'EDNS', 'ETLS', 'EPROXY']);

function couldNotAsk(error: Error): boolean {
  if (!isGraphMailError(error)) return false;
  return wayCodes.has(error.code) || error.command === 'TOKEN';
}

/** To look was refused, which says nothing of the message. */
function isRefused({ code, permanent }: Error & { code?: unknown; permanent?: unknown }): boolean {
  return code === 'EAUTH' && permanent === true;
}

interface TraceContext {
  states: RowStates;
  graphTransporter: TracingTransporter;
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
  graphTransporter,
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
      const search = ofMailbox.search(graphTransporter, fromOf(ofMailbox.mailbox), { now: clock.now(), signal });
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

/**
 * The drafts of earlier sessions whose recipients are on the suppression list by now, with the entry, by row. They are not to
 * be sent any more. An iterable can be read only once, so its rows cannot be checked here.
 */
export async function suppressedDrafts(
  source: RecipientsSource,
  state: RunState,
  suppression: SuppressionList,
): Promise<Map<number, string>> {
  const drafts = new Set<number>();
  for (const { row, draftId } of [...state.unknowns(), ...state.waitingDrafts()]) {
    if (draftId !== undefined) drafts.add(row);
  }
  const suppressed = new Map<number, string>();
  if (drafts.size === 0 || source.format === 'rows') return suppressed;
  for await (const { number, values } of source.rows()) {
    if (!drafts.delete(number)) continue;
    const entry = await suppression.match(String(values.email));
    if (entry !== undefined) suppressed.set(number, entry);
    if (drafts.size === 0) break;
  }
  return suppressed;
}
