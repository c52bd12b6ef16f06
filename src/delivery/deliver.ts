import { sendAsDraft } from './draft/send-as-draft.js';
import type { MailboxGate } from './gate/mailbox-gate.js';
import { settleBySentItems } from './lookup/sent-items.js';
import { Composition, type Deliverable, type MessageInUse } from './request/composition.js';
import { failureOfSend } from './request/delivery-errors.js';
import { submissionWatcher } from './request/hooks.js';
import { WaitLimit } from './request/max-wait.js';
import { classifySubmission } from './request/outcome.js';
import { Requests } from './request/requests.js';
import { waitSignal } from './request/retry-loop.js';
import type { Delivery, DeliveryContext, DeliveryHooks, DeliveryWay, Operation, Receipt } from './request/types.js';

/**
 * Sends one message: composes it once it has a slot at the gate, then tries until Graph accepts or finally refuses it,
 * its outcome is unknown, or its retries or waiting time are used up.
 * @throws GraphMailError
 */
export async function deliver<T extends Deliverable>(
  context: DeliveryContext,
  gate: MailboxGate,
  { mailbox, compose, discard, way }: Delivery<T>,
  hooks: DeliveryHooks = {},
): Promise<{ message: Omit<T, 'body'>; receipt: Receipt }> {
  const { clock, limits, client } = context;
  const limit = new WaitLimit(clock, limits, way.patience);
  const slot = await limit.atGate((signal) => gate.acquire(signal, client), waitSignal(context, hooks, false), {
    pausedFor: () => gate.pausedFor,
    mailbox,
    command: 'sendMail',
  });
  const requests = new Requests(context, gate, slot, mailbox, hooks, limit);
  let use: MessageInUse | undefined;
  const message = new Composition(async () => {
    const composed = await compose();
    use = context.messageIds.register(mailbox, composed.messageId);
    return composed;
  }, discard);
  try {
    limit.checkPause(gate.pausedFor, mailbox, 'sendMail');
    // Where the whole transport is bounded, a message is composed when it has its slot there, and not before.
    if (!context.connections) await message.whole();
    const receipt = await submit(requests, message, way, () => use?.shared ?? false);
    return { message: detailsOf(message), receipt };
  } catch (error) {
    throw failureOfSend(error, requests.mayBeSent);
  } finally {
    message.drop();
    use?.unregister();
    slot.release();
  }
}

async function submit<T extends Deliverable>(
  requests: Requests,
  message: Composition<T>,
  way: DeliveryWay,
  shared: () => boolean,
): Promise<Receipt> {
  try {
    const directly = way.delivery === 'direct' && (await sendDirectly(requests, message, way));
    return directly || (await sendAsDraft(requests, message, way));
  } catch (cause) {
    const error = failureOfSend(cause, requests.mayBeSent);
    if (error.outcome !== 'unknown' || way.onUnknown !== 'verify' || requests.aborted) throw error;
    message.drop();
    return await settleBySentItems(requests, detailsOf(message).messageId, error, way.verifyWindow, shared);
  }
}

/**
 * Sends a message in one request, which is never repeated once it may have been taken.
 * @returns `undefined` when the message does not fit into one request
 * @throws GraphMailError
 */
async function sendDirectly(
  requests: Requests,
  message: Composition<Deliverable>,
  way: DeliveryWay,
): Promise<Receipt | undefined> {
  const { maxRequestSize, onAttempt, onNotSent } = way;
  const operation = (body?: Buffer): Operation => ({
    command: 'sendMail',
    submission: true,
    bytes: body?.length ?? maxRequestSize,
    classify: classifySubmission,
    watcher: onAttempt || onNotSent ? submissionWatcher(requests, way, message) : undefined,
    request: (call) => requests.graph.sendMail(requests.mailbox, body ?? Buffer.alloc(0), call),
  });
  const ready = async () => {
    const { body, heavy = [] } = await message.whole();
    return heavy.length > 0 ? undefined : operation(body);
  };
  // If it is already composed, its exact size is reserved from the upload budget.
  const known = message.details && (await ready());
  if (message.details && !known) return undefined;
  const sent = await requests.perform(known ?? operation(), ready);
  if (!sent) return undefined;
  const requestId = sent.answer.headers['request-id'];
  const response = requestId ? `202 Accepted ${requestId}` : '202 Accepted';
  return { response, requestId, clientRequestId: sent.clientRequestId, attempts: sent.attempts, time: sent.time };
}

function detailsOf<T extends Deliverable>(message: Composition<T>): Omit<T, 'body'> {
  if (!message.details) throw new Error('nothing was composed');
  return message.details;
}
