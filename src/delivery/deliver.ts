import type { MessagePatience } from '../options/settings.js';
import type { GraphMessageOptions } from '../options/types.js';
import { sendAsDraft } from './draft/send-as-draft.js';
import type { MailboxGate } from './gate/mailbox-gate.js';
import { settleBySentItems } from './lookup/sent-items.js';
import type { MessageInUse } from './request/composition.js';
import { Composition, type Deliverable } from './request/composition.js';
import { failureOfSend, longPause, waitedTooLong } from './request/delivery-errors.js';
import { submissionWatcher } from './request/hooks.js';
import { Patience } from './request/max-wait.js';
import { judge } from './request/outcome.js';
import { Requests } from './request/requests.js';
import type { DeliveryContext, DeliveryHooks, Step } from './request/types.js';

/** How a message is to get through. */
export interface DeliveryWay extends Pick<GraphMessageOptions, 'onAttempt' | 'onNotSent' | 'onWithdraw'> {
  delivery: 'direct' | 'draft';
  onUnknown: 'fail' | 'verify';
  /** Milliseconds. */
  verifyWindow: number;
  /** Bytes of HTTP body. */
  maxRequestSize: number;
  onDraft?: ((id: string, messageId: string) => void | Promise<void>) | undefined;
  /** What the message says for itself; then the time at the gate counts as well. */
  patience?: MessagePatience | undefined;
}

/** A message to deliver. */
export interface Delivery<T extends Deliverable> {
  mailbox: string;
  /** Called once, when there is room for the bytes. */
  compose: () => Promise<T>;
  /** Told of the bytes when they are not needed any more; a connection may still hold them. */
  discard?: ((body: Buffer) => void) | undefined;
  way: DeliveryWay;
}

/** How a message got through. */
export interface Receipt {
  /** What showed that it did, in one line. */
  response: string;
  requestId: string | undefined;
  clientRequestId: string;
  /** Requests that were to send it. */
  attempts: number;
  /** Milliseconds that the last of them took. */
  time: number;
}

/**
 * Sends one message: composes it once the gate lets it in, then tries until Graph takes it, refuses it for good, leaves
 * its fate open, or patience ends.
 * @throws GraphMailError
 */
export async function deliver<T extends Deliverable>(
  context: DeliveryContext,
  gate: MailboxGate,
  { mailbox, compose, discard, way }: Delivery<T>,
  hooks: DeliveryHooks = {},
): Promise<{ message: Omit<T, 'body'>; receipt: Receipt }> {
  const { clock, limits, client } = context;
  const patience = new Patience(clock, limits, way.patience);
  const passage = await patience.atGate(
    (signal) => gate.admit(hooks.signal, client, signal),
    hooks.signal,
    () => waitedTooLong(patience.limits.maxWait, gate.pausedFor, mailbox, 'sendMail'),
  );
  const requests = new Requests(context, gate, passage, mailbox, hooks, patience);
  let use: MessageInUse | undefined;
  const message = new Composition(async () => {
    const composed = await compose();
    use = context.messageIds.enter(mailbox, composed.messageId);
    return composed;
  }, discard);
  try {
    if (gate.pausedFor > patience.longestPause) throw longPause(gate.pausedFor, mailbox, 'sendMail');
    // Where the whole transport is bounded, a message is composed when it has its place there, and not before.
    if (!context.connections) await message.whole();
    const receipt = await submit(requests, message, way, () => use?.shared ?? false);
    return { message: detailsOf(message), receipt };
  } catch (error) {
    throw failureOfSend(error, requests.mayBeSent);
  } finally {
    message.drop();
    use?.leave();
    passage.leave();
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

function detailsOf<T extends Deliverable>(message: Composition<T>): Omit<T, 'body'> {
  if (!message.details) throw new Error('nothing was composed');
  return message.details;
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
  const { maxRequestSize } = way;
  const step = (body?: Buffer): Step => ({
    command: 'sendMail',
    submission: true,
    bytes: body?.length ?? maxRequestSize,
    judge,
    watcher: submissionWatcher(requests, way, message),
    request: (call) => requests.graph.sendMail(requests.mailbox, body ?? Buffer.alloc(0), call),
  });
  const ready = async () => {
    const { body, heavy = [] } = await message.whole();
    return heavy.length > 0 ? undefined : step(body);
  };
  // What is composed already takes no more of the upload budget than it needs.
  const known = message.details && (await ready());
  if (message.details && !known) return undefined;
  const sent = await requests.perform(known ?? step(), ready);
  if (!sent) return undefined;
  const requestId = sent.answer.headers['request-id'];
  const response = requestId ? `202 Accepted ${requestId}` : '202 Accepted';
  return { response, requestId, clientRequestId: sent.clientRequestId, attempts: sent.attempts, time: sent.time };
}
