import { denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { strike } from '../faults/strike.js';
import type { Answer } from '../wire/answer.js';
import { findItem } from './find-item.js';

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
