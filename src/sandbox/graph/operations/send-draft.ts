import type { Answer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/denial.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findDraft } from '../common/find-item.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { accepted, prepareSubmission } from './submit.js';

/** `POST /users/{id}/messages/{id}/send` (Graph documentation, "message: send"). (fact draft-7) */
export function sendDraftOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.Send'], answer: (request) => sendDraft(request, exchange) };
}

async function sendDraft(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const submission = prepareSubmission(request, draft.message, true, exchange);
  if (isDenial(submission)) return denied(submission);
  return strike('sendDraft', request, exchange, [draft.message], () => {
    exchange.store.submit(submission, draft);
    return accepted();
  });
}
