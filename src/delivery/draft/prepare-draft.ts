import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { GraphCall } from '../../graph/client.js';
import type { Composition, Deliverable } from '../request/composition.js';
import { classifyPreparation } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';
import { classifyDraftDeletion } from './draft-outcome.js';
import { uploadFile } from './upload-attachment.js';

/** What is left in Drafts when a message has come to its end. */
export interface LeftDrafts {
  /** Whether there may be one whose id is not known. */
  unknown: boolean;
  id: string | undefined;
  /** Why the one with the id was not deleted, where that is not Graph's doing. */
  because?: string | undefined;
}

/** Drafts that are made for one message when it is not known whether a file was attached to the one before. */
const mostDrafts = 3;

/** A draft with all that belongs to the message. */
export async function prepareDraft(
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
    // A draft that is not sent is of no use, so it is not left behind.
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

/**
 * Makes a draft of a message. When it is not known whether one was made, another is: a draft sends nothing by itself, and one
 * that may be there is not looked for, as what has the same Message-ID could be another message that is on its way.
 * @param mayBeLeft told when it is not known whether there is one more draft
 * @returns its id
 * @throws GraphMailError not sent
 */
async function createDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
  mayBeLeft: () => void,
): Promise<string> {
  for (let attempts = 1; ; attempts++) {
    const doubt = await tryToCreate(requests, message, maxRequestSize);
    if (typeof doubt === 'string') return doubt;
    requests.commit();
    mayBeLeft();
    if (requests.aborted || doubt.permanent || !(await requests.delayBeforeRepeating(attempts))) throw doubt;
  }
}

/** The draft's id, or why it is not known whether there is one. */
async function tryToCreate(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
): Promise<string | GraphMailError> {
  const operation = (body?: Buffer) => ({
    command: 'createDraft' as const,
    submission: false,
    bytes: body?.length ?? maxRequestSize,
    classify: classifyPreparation(201),
    request: (call: GraphCall) => requests.graph.createDraft(requests.mailbox, body ?? Buffer.alloc(0), call),
  });
  const ready = async () => operation((await message.whole()).body);
  try {
    const made = await requests.perform(message.details ? await ready() : operation(), ready);
    return made?.answer.id ?? noId(made?.answer.status);
  } catch (error) {
    if (isGraphMailError(error) && error.outcome === 'unknown') return error;
    throw error;
  }
}

function noId(status: number | undefined): GraphMailError {
  return new GraphMailError(`Graph answered ${status} to the creation of a draft, and did not tell its id.`, {
    code: 'EGRAPH',
    command: 'createDraft',
    outcome: 'unknown',
    responseCode: status,
  });
}

/** For what is worth a try, and no more. */
const brief = { maxRetries: 2, maxWait: 10_000 };

/**
 * Deletes a draft that was surely not sent. Not when the caller has called everything off: an abort must end at once.
 * @returns what became of it; `gone` when something else took it away before
 */
export async function removeDraft(requests: Requests, id: string): Promise<'deleted' | 'gone' | 'left'> {
  if (requests.aborted) return 'left';
  const { graph, mailbox } = requests;
  try {
    await requests.perform({
      command: 'deleteDraft',
      submission: false,
      bytes: 0,
      classify: classifyDraftDeletion,
      limits: brief,
      request: (call) => graph.deleteDraft(mailbox, id, call),
    });
    return 'deleted';
  } catch (error) {
    return isGraphMailError(error) && error.graphCode === 'ErrorItemNotFound' ? 'gone' : 'left';
  }
}
