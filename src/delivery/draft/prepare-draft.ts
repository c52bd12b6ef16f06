import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { GraphCall } from '../../graph/client.js';
import type { Composition, Deliverable } from '../request/composition.js';
import { judgeDeletion, judgePreparation } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';

/**
 * Makes a draft of a message. When nobody knows whether one was made, another is: a draft sends nothing by itself, and one
 * that may be there is not looked for, as what has the same Message-ID could be another message that is on its way.
 * @param mayBeLeft told when nobody knows whether there is one more draft
 * @returns its id
 * @throws GraphMailError not sent
 */
export async function createDraft(
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
    if (requests.aborted || doubt.permanent || !(await requests.restBeforeRepeating(attempts))) throw doubt;
  }
}

/** The draft's id, or why it is not known whether there is one. */
async function tryToCreate(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
): Promise<string | GraphMailError> {
  const step = (body?: Buffer) => ({
    command: 'createDraft' as const,
    submission: false,
    bytes: body?.length ?? maxRequestSize,
    judge: judgePreparation(201),
    request: (call: GraphCall) => requests.graph.createDraft(requests.mailbox, body ?? Buffer.alloc(0), call),
  });
  const ready = async () => step((await message.whole()).body);
  try {
    const made = await requests.perform(message.details ? await ready() : step(), ready);
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
 * @returns what became of it; `gone` when somebody else took it away before
 */
export async function removeDraft(requests: Requests, id: string): Promise<'deleted' | 'gone' | 'left'> {
  if (requests.aborted) return 'left';
  const { graph, mailbox } = requests;
  try {
    await requests.perform({
      command: 'deleteDraft',
      submission: false,
      bytes: 0,
      judge: judgeDeletion,
      limits: brief,
      request: (call) => graph.deleteDraft(mailbox, id, call),
    });
    return 'deleted';
  } catch (error) {
    return isGraphMailError(error) && error.graphCode === 'ErrorItemNotFound' ? 'gone' : 'left';
  }
}
