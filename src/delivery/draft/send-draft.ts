import { readGraphFault, responseLine } from '../../graph/error-answer.js';
import type { Receipt } from '../deliver.js';
import type { SubmissionWatcher } from '../request/operation.js';
import { judgeDraftSend } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';

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
