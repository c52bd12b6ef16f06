import { type Denial, isDenial, itemNotFound, notADraft } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall } from '../exchange/graph-service.js';
import type { Item } from '../exchange/item.js';

/** The message that the path names. */
export function findItem({ mailbox, parameters }: MailboxCall, { store }: Exchange): Item | Denial {
  return store.item(mailbox, parameters.id ?? '') ?? itemNotFound;
}

/** The message that the path names, if it was not sent yet. */
export function findDraft(request: MailboxCall, exchange: Exchange): Item | Denial {
  const item = findItem(request, exchange);
  return isDenial(item) || exchange.store.isDraft(item) ? item : notADraft;
}
