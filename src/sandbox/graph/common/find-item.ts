import { type Denial, isDenial, itemNotFound, notADraft } from '../../http/denial.js';
import type { Item } from '../../model/item.js';
import type { MailboxCall } from '../graph-service.js';
import type { Exchange } from './exchange.js';

/** The message that the path names. */
export function findItem({ mailbox, parameters }: MailboxCall, { store }: Exchange): Item | Denial {
  return store.item(mailbox, parameters.id ?? '') ?? itemNotFound;
}

/** The message that the path names, if it was not sent yet. */
export function findDraft(request: MailboxCall, exchange: Exchange): Item | Denial {
  const item = findItem(request, exchange);
  return isDenial(item) || exchange.store.isDraft(item) ? item : notADraft;
}
