import { GraphMailError } from '../../common/errors.js';
import { readGraphFault, responseLine } from '../../graph/error-answer.js';
import type { Composition, Deliverable } from '../request/composition.js';
import { failureOfSend } from '../request/delivery-errors.js';
import { callHook, submissionWatcher } from '../request/hooks.js';
import { unknownWhether, withoutStop } from '../request/request-errors.js';
import type { Requests } from '../request/requests.js';
import type { DeliveryWay, Receipt, SubmissionWatcher } from '../request/types.js';
import { classifyDraftSend } from './draft-outcome.js';
import { type LeftDrafts, prepareDraft, removeDraft } from './prepare-draft.js';

/**
 * Sends a message in two operations: a draft, which sends nothing, and its sending, which can be repeated because a draft goes
 * out once at most. (fact draft-2)
 * @throws GraphMailError
 */
export async function sendAsDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  way: DeliveryWay,
): Promise<Receipt> {
  const left: LeftDrafts = { unknown: false, id: undefined };
  let id: string | undefined;
  let announced = false;
  try {
    id = await prepareDraft(requests, message, way.maxRequestSize, left);
    // The bytes are not needed any more: others may be composed.
    message.drop();
    requests.releaseBytes();
    await tellOfDraft(requests, way.onDraft, id, message.details?.messageId ?? '');
    const watcher = way.onAttempt || way.onNotSent ? submissionWatcher(requests, way, message, id) : undefined;
    return await sendDraft(
      requests,
      id,
      watcher && {
        ...watcher,
        before: (attempt) => {
          announced = true;
          return watcher.before(attempt);
        },
      },
    );
  } catch (cause) {
    const error = failureOfSend(cause, requests.mayBeSent);
    if (id !== undefined && error.outcome === 'unknown') throw perhapsStillThere(error, requests.mailbox, id);
    const end = id === undefined ? 'deleted' : await withdraw(requests, id, announced && way.onWithdraw, left);
    // Graph said that it was too busy to send it, and yet it is not there any more.
    const putOff = requests.submitted && !error.permanent && error.graphCode !== 'ErrorItemNotFound';
    if (end === 'gone' && putOff) {
      requests.noteMayBeSent();
      throw goneUnasked(error, requests.mailbox);
    }
    if (end === 'left') left.id = id;
    throw notSent(error, requests.mailbox, left);
  }
}

/**
 * Sends a draft, again and again until it is known to be gone: it goes out once at most.
 * @throws GraphMailError
 */
export async function sendDraft(requests: Requests, id: string, watcher?: SubmissionWatcher): Promise<Receipt> {
  const { answer, settled, clientRequestId, attempts, time } = await requests.perform({
    command: 'sendDraft',
    submission: true,
    bytes: 0,
    classify: classifyDraftSend,
    watcher,
    request: (call) => requests.graph.sendDraft(requests.mailbox, id, call),
  });
  const requestId = answer.headers['request-id'];
  const gone = settled && answer.status !== 202;
  const line = gone
    ? `${responseLine(answer, readGraphFault(answer))} (an earlier request had sent the draft)`
    : '202 Accepted';
  const response = requestId && !gone ? `${line} ${requestId}` : line;
  return { response, requestId, clientRequestId, attempts, time };
}

async function tellOfDraft(
  requests: Requests,
  onDraft: DeliveryWay['onDraft'],
  id: string,
  messageId: string,
): Promise<void> {
  if (onDraft) await callHook(requests, 'onDraft', () => onDraft(id, messageId), 'the draft was not sent');
}

/** Deletes a draft that surely was not sent, once the caller that was told of it knows that. */
async function withdraw(
  requests: Requests,
  id: string,
  onWithdraw: DeliveryWay['onWithdraw'] | false,
  left: LeftDrafts,
): Promise<'deleted' | 'gone' | 'left'> {
  if (requests.aborted) return 'left';
  try {
    if (onWithdraw) await callHook(requests, 'onWithdraw', () => onWithdraw(id), 'the draft was not deleted');
  } catch (error) {
    if (!requests.aborted) left.because = (error as Error).message;
    return 'left';
  }
  return removeDraft(requests, id);
}

/**
 * Nothing that might have been sent is deleted: where it lies tells the administrator what happened.
 * @internal
 */
export function perhapsStillThere(error: GraphMailError, mailbox: string, draftId: string): GraphMailError {
  return new GraphMailError(error.message, {
    ...error,
    cause: error.cause,
    draftId,
    hint: `Look into Sent Items of ${mailbox}, and into Drafts when some time has passed: a message that still lies there then was not sent, one that lies in neither was.`,
  });
}

/**
 * Graph refused to send the draft for now, and then it was not there any more.
 * @internal
 */
export function goneUnasked(error: GraphMailError, mailbox: string): GraphMailError {
  return new GraphMailError(unknownWhether(`${withoutStop(error.message)}, but the draft is gone from ${mailbox}`), {
    ...error,
    cause: error.cause,
    outcome: 'unknown',
    permanent: false,
    hint: undefined,
  });
}

/** Nothing was sent; what is left in Drafts is named. */
function notSent(error: GraphMailError, mailbox: string, left: LeftDrafts): GraphMailError {
  const doubtful = error.outcome === 'unknown';
  const sentences = [doubtful ? `${withoutStop(error.message)}; the message was not sent.` : error.message];
  if (left.id !== undefined) {
    sentences.push(
      `A draft of it is left in Drafts of ${mailbox}.`,
      ...(left.because ? [`${withoutStop(left.because)}.`] : []),
    );
  } else if (left.unknown) sentences.push(`A draft of it may be left in Drafts of ${mailbox}.`);
  const [text = '', ...more] = sentences;
  return new GraphMailError(more.length > 0 ? `${withoutStop(text)}. ${more.join(' ')}` : text, {
    ...error,
    cause: error.cause,
    outcome: 'not-sent',
    draftId: left.id,
    // What may have had its effect was not the sending.
    hint: doubtful ? undefined : error.hint,
  });
}
