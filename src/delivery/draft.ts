import { GraphMailError, isGraphMailError } from '../errors.js';
import { readGraphFault, responseLine } from '../graph/answer.js';
import type { Composition, Deliverable } from './composition.js';
import type { DeliveryWay, Receipt } from './deliver.js';
import { abandonDraft, createDraft } from './draft-creation.js';
import { judgeDraftSend } from './outcome.js';
import type { Requests } from './requests.js';
import { uploadFile } from './upload.js';

/** Drafts that are made for one message when nobody knows whether a file was attached to the one before. */
const mostDrafts = 3;

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
  const id = await prepareDraft(requests, message, way.maxRequestSize);
  try {
    await tell(way.onDraft, id, message.details?.messageId ?? '');
    // The bytes have served: others may be composed.
    message.drop();
    requests.unload();
    return await sendDraft(requests, id);
  } catch (error) {
    throw isUnknown(error) ? stillThere(error, requests.mailbox, id) : await abandonDraft(requests, id, error);
  }
}

/** A draft with all that belongs to the message. */
async function prepareDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
): Promise<string> {
  for (let drafts = 1; ; drafts++) {
    const id = await createDraft(requests, message, maxRequestSize);
    // To leave a draft that nobody sends helps nobody.
    requests.commit();
    let doubtful: string | undefined;
    try {
      for (const file of message.details?.heavy ?? []) {
        doubtful = (await uploadFile(requests, id, file, maxRequestSize)) ? undefined : file.name;
        if (doubtful) break;
      }
    } catch (error) {
      throw await abandonDraft(requests, id, error);
    }
    if (!doubtful) return id;
    const failure = await abandonDraft(requests, id, notAttached(doubtful));
    if (drafts === mostDrafts) throw failure;
  }
}

async function tell(onDraft: DeliveryWay['onDraft'], id: string, messageId: string): Promise<void> {
  try {
    await onDraft?.(id, messageId);
  } catch (cause) {
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

function isUnknown(error: unknown): error is GraphMailError {
  return isGraphMailError(error) && error.outcome === 'unknown';
}

/** Nothing that might have been sent is deleted; whether the draft is still there tells a person what happened. */
function stillThere(error: GraphMailError, mailbox: string, draftId: string): GraphMailError {
  return new GraphMailError(error.message, {
    ...error,
    cause: error.cause,
    draftId,
    hint: `Look into Drafts of ${mailbox}: if the message still lies there, it was not sent, and can be sent or deleted by hand; if it does not, it was sent.`,
  });
}

function notAttached(name: string): GraphMailError {
  return new GraphMailError(
    `Whether ${name} was attached to the draft could not be found out, several times; the message was not sent.`,
    { code: 'EGRAPH', command: 'uploadChunk', hint: 'Try again later: the connection broke at the end of the file.' },
  );
}
