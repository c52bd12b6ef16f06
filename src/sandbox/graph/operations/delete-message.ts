import type { Answer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/denial.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findItem } from '../common/find-item.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';

/**
 * `DELETE /users/{id}/messages/{id}` (Graph documentation, "Delete message"). It moves to Deleted Items under another id;
 * from there it is gone. Where Exchange puts it is inferred. (fact draft-8)
 */
export function deleteMessageOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => deleteMessage(request, exchange) };
}

async function deleteMessage(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  return strike('deleteDraft', request, exchange, [item.message], () => {
    exchange.store.discard(item, request.call.at);
    return { status: 204 };
  });
}
