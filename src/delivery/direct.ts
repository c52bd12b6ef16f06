import type { DeliveryWay, Receipt } from './deliver.js';
import type { Composition, Deliverable } from './request/composition.js';
import { submissionWatcher } from './request/hooks.js';
import type { Step } from './request/operation.js';
import { judge } from './request/outcome.js';
import type { Requests } from './request/requests.js';

/**
 * Sends a message in one request, which is never repeated once it may have been taken.
 * @returns `undefined` when the message does not fit into one request
 * @throws GraphMailError
 */
export async function sendDirectly(
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
