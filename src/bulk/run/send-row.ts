import { onAbort, unlessAborted } from '../../common/abort.js';
import { canonicalAddress } from '../../common/canonical-address.js';
import type { Clock } from '../../common/clock.js';
import { isGraphMailError } from '../../common/errors.js';
import { messageOf } from '../common/errors.js';
import type { BulkTransporter } from '../common/graph-transporter.js';
import type { Row } from '../common/row.js';
import type { RecordedError } from '../journal/records.js';
import type { ComposedRow } from '../message/compose-row.js';
import type { SuppressionList } from '../suppression/suppression-list.js';
import { classifyFailure, type FailureClass, isAboutMailbox } from './classify-failure.js';
import type { RowStates } from './open-run.js';

/** How one row came out of an attempt to send it. `left`: surely not sent, and it may be tried again. */
export type RowEnd =
  | { status: 'sent'; info: unknown }
  | { status: 'rejected' | 'unknown'; error: Error }
  | { status: 'skipped'; reason: 'suppressed'; entry: string }
  | { status: 'left'; failureClass: FailureClass; error: Error };

export interface RowToSend {
  row: Row;
  key: string;
  composed: ComposedRow;
  messageId: string;
  date: Date;
  /** Whether an earlier attempt may have been sent: then nothing that becomes of this one makes the row surely not sent. */
  doubtful: boolean;
  /** Whether the template chose the mailbox: what is wrong with that says nothing of the other rows. */
  ownMailbox: boolean;
}

export interface SendingContext {
  transporter: BulkTransporter;
  /** Whether the transporter tells when a message leaves, and of drafts. */
  tellsAttempts: boolean;
  states: RowStates;
  suppression: SuppressionList | undefined;
  clock: Clock;
  signal: AbortSignal;
}

/** What our transport tells before it submits a message. */
interface AttemptReport {
  /** Missing where the transporter does not tell. */
  attempt?: number;
  mailbox: string;
  messageId: string;
  draftId?: string;
}

/**
 * Sends the mail of one row, once: the attempt is in the journal before the mail can leave, the end after.
 * @throws JournalError when the disk failed: what becomes of the row then is in the journal as far as it was written
 */
export async function sendRow(context: SendingContext, mailbox: string, job: RowToSend): Promise<RowEnd> {
  const { states, suppression, tellsAttempts, transporter, signal } = context;
  const { row, key, composed, messageId, date, doubtful, ownMailbox } = job;
  const at = () => new Date(context.clock.now()).toISOString();
  let attempted = false;
  let reported: AttemptReport | undefined;
  const onAttempt = async (attempt: AttemptReport) => {
    reported = attempt;
    attempted = true;
    const { draftId, attempt: number } = attempt;
    await states.append({
      type: 'attempt',
      row: row.number,
      key,
      at: at(),
      mailbox: attempt.mailbox,
      messageId: attempt.messageId,
      ...(draftId !== undefined && { draftId }),
      ...(number !== undefined && { attempt: number }),
      date: date.toISOString(),
    });
  };
  // Nothing is under way while the next request waits, so that a crash then leaves no doubt.
  const onNotSent = async ({ draftId }: AttemptReport, error: Error) => {
    await states.append({
      type: 'returned',
      row: row.number,
      key,
      at: at(),
      mailbox,
      ...(draftId !== undefined && { draftId }),
      error: errorRecord(error),
      ...untilOf(classifyFailure(error), context.clock),
    });
    attempted = false;
  };
  // The draft is about to be deleted. Gone without this, it would seem to have been sent.
  const onWithdraw = async () => {
    await states.append({ type: 'returned', row: row.number, key, at: at(), mailbox });
    attempted = false;
  };
  const asked = suppression && unlessAborted(suppression.match(composed.address), signal);
  const entry = await asked?.catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (entry !== undefined && doubtful) {
    return { status: 'unknown', error: new Error(`Not sent again: ${entry} is on the suppression list now`) };
  }
  if (entry !== undefined) {
    await states.append({ type: 'skipped', row: row.number, key, at: at(), reason: 'suppressed', entry });
    return { status: 'skipped', reason: 'suppressed', entry };
  }
  const message = { ...composed.message, messageId, date, signal };
  if (!tellsAttempts && !signal.aborted) await onAttempt({ mailbox, messageId });
  // A transporter that is given a mail after an abort may not say that it was not sent.
  if (signal.aborted) {
    if (attempted) await states.append({ type: 'returned', row: row.number, key, at: at(), mailbox });
    return { status: 'left', failureClass: { kind: 'called-off' }, error: new Error('The run was aborted') };
  }
  const outcome = await answerOf(
    async () =>
      transporter.sendMail(
        tellsAttempts ? { ...message, graph: { ...graphOf(message), onAttempt, onNotSent, onWithdraw } } : message,
      ),
    composed.address,
    context,
  );
  if ('info' in outcome) {
    // A plugin in between may have lost what was to tell: what was sent must be known as sent all the same.
    if (!attempted) await onAttempt({ mailbox, messageId });
    await states.append({
      type: 'sent',
      row: row.number,
      key,
      at: at(),
      mailbox,
      messageId,
      ...requestOf(outcome.info),
      recipients: composed.recipients,
    });
    return { status: 'sent', info: outcome.info };
  }
  const { error } = outcome;
  // The attempt could not be written: that, and not the mail, is what failed.
  if (states.failure) throw states.failure;
  // The draft that was to be deleted was gone already, or a plugin in between has lost what was to tell.
  const sentAfterAll = !attempted && isGraphMailError(error) && error.outcome === 'unknown';
  if (sentAfterAll) await onAttempt(reported ?? { mailbox, messageId });
  const classified = attempted ? classifyFailure(error) : classifyUnattempted(error, signal);
  const failureClass: FailureClass = ownMailbox && isAboutMailbox(error) ? { kind: 'rejected' } : classified;
  const about = {
    row: row.number,
    key,
    at: at(),
    mailbox,
    messageId,
    ...requestOf(error),
    error: errorRecord(error),
  };
  if (failureClass.kind === 'unknown' || (failureClass.kind === 'rejected' && doubtful)) {
    // One that was withdrawn says nothing of an earlier attempt.
    const draftId = attempted ? reported?.draftId : undefined;
    await states.append({ type: 'unknown', ...about, ...(draftId !== undefined && { draftId }) });
    return { status: 'unknown', error };
  }
  if (failureClass.kind === 'rejected') {
    await states.append({ type: 'rejected', stage: 'send', ...about });
    return { status: 'rejected', error };
  }
  const pause = untilOf(failureClass, context.clock);
  if (attempted || (pause.until !== undefined && !doubtful)) {
    const back = { row: row.number, key, at: at(), mailbox, error: errorRecord(error) };
    await states.append({ type: 'returned', ...back, ...pause });
  }
  return { status: 'left', failureClass, error };
}

/**
 * An error before the mail could leave: whatever it says, nothing was sent. An unforeseen one need not be the row's
 * fault, so it ends the run rather than the row.
 */
function classifyUnattempted(error: Error, signal: AbortSignal): FailureClass {
  const failureClass = classifyFailure(error);
  if (failureClass.kind !== 'unknown') return failureClass;
  return { kind: signal.aborted ? 'called-off' : 'hits-all' };
}

/** Until when the mailbox is not to be asked, where the service said so. */
function untilOf(failureClass: FailureClass, clock: Clock): { until?: string } {
  if (failureClass.kind !== 'later' || failureClass.retryAfter === undefined) return {};
  return { until: dateOf(clock.now() + failureClass.retryAfter).toISOString() };
}

function graphOf(message: object): object {
  const { graph } = message as { graph?: object };
  return graph ?? {};
}

/** What Microsoft's support asks for, of an answer or of an error. */
function requestOf(source: unknown): { requestId?: string; clientRequestId?: string; attempts: number } {
  // Not every transporter gives something.
  const { requestId, clientRequestId, attempts } = (source ?? {}) as Record<string, unknown>;
  return {
    ...(typeof requestId === 'string' && { requestId }),
    ...(typeof clientRequestId === 'string' && { clientRequestId }),
    attempts: Number.isSafeInteger(attempts) ? Math.max(0, Number(attempts)) : 1,
  };
}

/** An error as it stands in the journal: never its stack or its cause, which may hold more than was meant to be kept. */
export function errorRecord(error: Error): RecordedError {
  const { code, hint, responseCode, graphCode } = error as Error & Record<string, unknown>;
  return {
    ...(typeof code === 'string' && { code }),
    message: messageOf(error),
    ...(typeof hint === 'string' && { hint }),
    ...(typeof responseCode === 'number' && { responseCode }),
    ...(typeof graphCode === 'string' && { graphCode }),
  };
}

/** Milliseconds after an abort in which a transporter can still say what became of a mail. */
const answerTime = 5_000;

/**
 * What a transporter says of a mail. One that does not say it within a few seconds of an abort is not waited for: abort()
 * must come to an end.
 */
function answerOf(
  send: () => Promise<unknown>,
  address: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<{ info: unknown } | { error: Error }> {
  return new Promise((resolve, reject) => {
    let forget = () => {};
    const release = onAbort(signal, () => {
      const error = new Error('The run was aborted, and the transporter does not say what became of this mail.');
      forget = clock.after(answerTime, () => resolve({ error }));
    });
    send()
      .then(
        (info) => resolve(refusalIn(info, address) ?? { info }),
        (error: unknown) => resolve({ error: error instanceof Error ? error : new Error(messageOf(error)) }),
      )
      .finally(() => {
        release();
        forget();
      })
      .catch(reject);
  });
}

/**
 * What Nodemailer calls sent although its recipient was refused: a server that speaks LMTP refused every recipient, or one that
 * speaks SMTP took the copies alone.
 */
function refusalIn(info: unknown, address: string): { error: Error } | undefined {
  const { accepted, rejected, rejectedErrors } = (info ?? {}) as Record<string, unknown>;
  if (!Array.isArray(rejectedErrors)) return undefined;
  const isRecipient = (one: unknown) => typeof one === 'string' && canonicalAddress(one) === canonicalAddress(address);
  const noneAccepted = Array.isArray(accepted) && accepted.length === 0;
  if (!noneAccepted && !(Array.isArray(rejected) && rejected.some(isRecipient))) return undefined;
  const error: unknown = rejectedErrors.find(({ recipient }) => isRecipient(recipient)) ?? rejectedErrors[0];
  return error instanceof Error ? { error } : undefined;
}

/** The last moment that a Date knows: a service may name a later one. */
const lastDate = 8.64e15;

/** A moment in milliseconds since the epoch, as far away as it may be. */
export function dateOf(ms: number): Date {
  return new Date(Math.min(ms, lastDate));
}
