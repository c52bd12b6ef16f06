import { GraphMailError, isGraphMailError } from '../errors.js';
import { readGraphFault, responseLine } from '../graph/answer.js';
import type { Composition, Deliverable } from './composition.js';
import type { DeliveryWay, Receipt } from './deliver.js';
import { createDraft } from './draft-creation.js';
import { goneUnasked, notSent, perhapsStillThere } from './draft-failure.js';
import { removeDraft } from './draft-removal.js';
import { judgeDraftSend } from './outcome.js';
import type { Requests } from './requests.js';
import { uploadFile } from './upload.js';

/** Drafts that are made for one message when nobody knows whether a file was attached to the one before. */
const mostDrafts = 3;

/** What is left in Drafts when a message has come to its end. */
interface LeftDrafts {
  /** Whether there may be one whose id nobody knows. */
  unknown: boolean;
  id: string | undefined;
}

/**
 * Sends a message in two steps: a draft, which sends nothing, and its sending, which can be repeated because a draft goes
 * out once at most.
 * @throws GraphMailError
 */
export async function sendAsDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  way: DeliveryWay,
): Promise<Receipt> {
  const left: LeftDrafts = { unknown: false, id: undefined };
  let id: string | undefined;
  try {
    id = await prepareDraft(requests, message, way.maxRequestSize, left);
    // The bytes have served: others may be composed.
    message.drop();
    requests.unload();
    await tell(requests, way.onDraft, id, message.details?.messageId ?? '');
    return await sendDraft(requests, id);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    if (id !== undefined && error.outcome === 'unknown') throw perhapsStillThere(error, requests.mailbox, id);
    const end = id === undefined ? 'deleted' : await removeDraft(requests, id);
    // Graph said that it was too busy to send it, and yet somebody took it away.
    const putOff = requests.submitted && !error.permanent && error.graphCode !== 'ErrorItemNotFound';
    if (end === 'gone' && putOff) throw goneUnasked(error, requests.mailbox);
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

async function tell(requests: Requests, onDraft: DeliveryWay['onDraft'], id: string, messageId: string): Promise<void> {
  try {
    await requests.unlessAborted(Promise.resolve(onDraft?.(id, messageId)));
  } catch (cause) {
    if (isGraphMailError(cause) && requests.aborted) throw cause;
    throw new GraphMailError(
      `onDraft failed, so the draft was not sent: ${cause instanceof Error ? cause.message : String(cause)}`,
      { code: 'EMESSAGE', command: 'API', cause, hint: 'Check the function that is given as onDraft.' },
    );
  }
}

async function sendDraft(requests: Requests, id: string): Promise<Receipt> {
  const { answer, settled, clientRequestId, attempts, time } = await requests.perform({
    command: 'sendDraft',
    submission: true,
    bytes: 0,
    judge: judgeDraftSend,
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
