import { isGraphMailError } from '../../common/errors.js';
import { judgeDeletion } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';

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
