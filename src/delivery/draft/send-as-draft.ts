import { GraphMailError } from '../../common/errors.js';
import { readGraphFault, responseLine } from '../../graph/answer.js';
import type { DeliveryWay, Receipt } from '../deliver.js';
import type { Composition, Deliverable } from '../request/composition.js';
import { failureOfSend, unknownWhether, withoutStop } from '../request/delivery-errors.js';
import { callHook, submissionWatcher } from '../request/hooks.js';
import { judgeDraftSend } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';
import type { SubmissionWatcher } from '../request/types.js';
import { createDraft, removeDraft } from './prepare-draft.js';
import { uploadFile } from './upload-attachment.js';

/** Drafts that are made for one message when nobody knows whether a file was attached to the one before. */
const mostDrafts = 3;

/** What is left in Drafts when a message has come to its end. */
interface LeftDrafts {
  /** Whether there may be one whose id nobody knows. */
  unknown: boolean;
  id: string | undefined;
  /** Why the one with the id was not deleted, where that is not Graph's doing. */
  because?: string | undefined;
}

/**
 * Sends a message in two steps: a draft, which sends nothing, and its sending, which can be repeated because a draft goes
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
    // The bytes have served: others may be composed.
    message.drop();
    requests.unload();
    await tellOfDraft(requests, way.onDraft, id, message.details?.messageId ?? '');
    const watcher = submissionWatcher(requests, way, message, id);
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
    // Graph said that it was too busy to send it, and yet somebody took it away.
    const putOff = requests.submitted && !error.permanent && error.graphCode !== 'ErrorItemNotFound';
    if (end === 'gone' && putOff) {
      requests.doubt();
      throw goneUnasked(error, requests.mailbox);
    }
    if (end === 'left') left.id = id;
    throw notSent(error, requests.mailbox, left);
  }
}

/** A draft with all that belongs to the message. */
async function prepareDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
  left: LeftDrafts,
): Promise<string> {
  for (let drafts = 1; ; drafts++) {
    const id = await createDraft(requests, message, maxRequestSize, () => {
      left.unknown = true;
      requests.tellLeftDraft(undefined);
    });
    // To leave a draft that nobody sends helps nobody.
    requests.commit();
    const doubt = await attachAll(requests, message, maxRequestSize, id).catch(async (error: unknown) => {
      if ((await removeDraft(requests, id)) === 'left') left.id = id;
      throw error;
    });
    if (!doubt) return id;
    if ((await removeDraft(requests, id)) === 'left') {
      left.id = id;
      requests.tellLeftDraft(id);
    }
    if (drafts === mostDrafts) throw doubt;
  }
}

/** Why it is not known whether a file was attached, or nothing when all were. */
async function attachAll(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
  id: string,
): Promise<GraphMailError | undefined> {
  for (const file of message.details?.heavy ?? []) {
    const doubt = await uploadFile(requests, id, file, maxRequestSize);
    if (doubt) return doubt;
  }
  return undefined;
}

async function tellOfDraft(
  requests: Requests,
  onDraft: DeliveryWay['onDraft'],
  id: string,
  messageId: string,
): Promise<void> {
  if (onDraft) await callHook(requests, 'onDraft', () => onDraft(id, messageId), 'the draft was not sent');
}

/** Deletes a draft that surely was not sent, once whoever was told of it knows that. */
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

/** Nothing that might have been sent is deleted: where it lies tells a person what happened. */
export function perhapsStillThere(error: GraphMailError, mailbox: string, draftId: string): GraphMailError {
  return new GraphMailError(error.message, {
    ...error,
    cause: error.cause,
    draftId,
    hint: `Look into Sent Items of ${mailbox}, and into Drafts when some time has passed: a message that still lies there then was not sent, one that lies in neither was.`,
  });
}

/** Graph refused to send the draft for now, and then it was not there any more. */
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
function notSent(
  error: GraphMailError,
  mailbox: string,
  left: { unknown: boolean; id: string | undefined; because?: string | undefined },
): GraphMailError {
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

/**
 * Sends a draft, again and again until it is known to be gone: it goes out once at most.
 * @throws GraphMailError
 */
export async function sendDraft(requests: Requests, id: string, watcher?: SubmissionWatcher): Promise<Receipt> {
  const { answer, settled, clientRequestId, attempts, time } = await requests.perform({
    command: 'sendDraft',
    submission: true,
    bytes: 0,
    judge: judgeDraftSend,
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
