import { GraphMailError, isGraphMailError } from '../errors.js';
import { readGraphFault } from '../graph/answer.js';
import type { HttpAnswer, NetworkFailure } from '../graph/http.js';
import type { Composition, Deliverable } from './composition.js';
import { foundMessages } from './found-messages.js';
import { judgePreparation, judgeRepeatable, type Outcome } from './outcome.js';
import type { Requests } from './requests.js';

/** For what is worth a try, and no more. */
const brief = { maxRetries: 2, maxWait: 10_000 };

/**
 * Makes a draft of a message. When nobody knows whether one was made, it looks for it, deletes it, and makes another.
 * @returns its id
 * @throws GraphMailError not sent
 */
export async function createDraft(
  requests: Requests,
  message: Composition<Deliverable>,
  maxRequestSize: number,
): Promise<string> {
  const since = requests.clock.now();
  for (let attempts = 1; ; attempts++) {
    const doubt = await tryToCreate(requests, message, maxRequestSize);
    if (typeof doubt === 'string') return doubt;
    const again = await rested(requests, attempts, doubt);
    if (!again) throw perhapsLeft(doubt, requests.mailbox);
    await deleteLeftOver(requests, message.details?.messageId ?? '', since);
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
    request: (call: Parameters<Requests['graph']['createDraft']>[2]) =>
      requests.graph.createDraft(requests.mailbox, body ?? Buffer.alloc(0), call),
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

/** Whether to try again, after a while. */
async function rested(requests: Requests, attempts: number, doubt: GraphMailError): Promise<boolean> {
  if (requests.aborted || doubt.permanent) return false;
  return requests.restBeforeRepeating(attempts).catch((error: unknown) => {
    throw isGraphMailError(error) ? perhapsLeft(error, requests.mailbox) : error;
  });
}

/**
 * Deletes a draft that will not be sent. Not when the caller has called everything off: then it stays, and the error says so.
 * @returns the error to fail with
 */
export async function abandonDraft(requests: Requests, id: string, error: unknown): Promise<unknown> {
  const deleted = !requests.aborted && (await deleteDraft(requests, id));
  if (!isGraphMailError(error)) return error;
  const fields = { ...error, cause: error.cause, outcome: 'not-sent' as const };
  const text = error.outcome === 'unknown' ? `${withoutStop(error.message)}; the message was not sent.` : error.message;
  if (deleted) return new GraphMailError(text, fields);
  const left = `A draft of it is left in Drafts of ${requests.mailbox}.`;
  return new GraphMailError(`${withoutStop(text)}. ${left}`, { ...fields, draftId: id });
}

async function deleteLeftOver(requests: Requests, messageId: string, since: number): Promise<void> {
  const found = await foundMessages(requests, 'drafts', messageId, since, brief).catch(() => undefined);
  for (const { id } of found?.fresh ?? []) await deleteDraft(requests, id);
}

/** Whether it is gone. */
async function deleteDraft(requests: Requests, id: string): Promise<boolean> {
  const { graph, mailbox } = requests;
  return requests
    .perform({
      command: 'deleteDraft',
      submission: false,
      bytes: 0,
      judge: judgeDeletion,
      limits: brief,
      request: (call) => graph.deleteDraft(mailbox, id, call),
    })
    .then(
      () => true,
      () => false,
    );
}

function judgeDeletion(result: HttpAnswer | NetworkFailure, now: number): Outcome {
  const outcome = judgeRepeatable(200, 204)(result, now, false);
  const gone = 'status' in result && result.status === 404 && readGraphFault(result).code === 'ErrorItemNotFound';
  return gone ? { kind: 'done' } : outcome;
}

function noId(status: number | undefined): GraphMailError {
  return new GraphMailError(`Graph answered ${status} to the creation of a draft, and did not tell its id.`, {
    code: 'EGRAPH',
    command: 'createDraft',
    outcome: 'unknown',
    responseCode: status,
  });
}

/** Nothing was sent, but something may lie in Drafts whose id nobody knows. */
function perhapsLeft(error: GraphMailError, mailbox: string): GraphMailError {
  return new GraphMailError(
    `${withoutStop(error.message)}; the message was not sent, but a draft of it may be left in Drafts of ${mailbox}.`,
    { ...error, cause: error.cause, outcome: 'not-sent', permanent: false, hint: undefined },
  );
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
