import { denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { accepted, prepareSubmission } from '../exchange/submit.js';
import { strike } from '../faults/strike.js';
import type { Answer } from '../wire/answer.js';
import { findDraft } from './find-item.js';

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
