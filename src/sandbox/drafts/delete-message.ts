import { denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { strike } from '../faults/strike.js';
import type { Answer } from '../wire/answer.js';
import { findItem } from './find-item.js';

/**
 * `DELETE /users/{id}/messages/{id}` (Graph documentation, "Delete message"). The message is gone at once: the sandbox
 * has no Deleted Items.
 */
export function deleteMessageOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => deleteMessage(request, exchange) };
}

async function deleteMessage(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  return strike('deleteDraft', request, exchange, [item.message], () => {
    exchange.store.remove(item);
    return { status: 204 };
  });
}
