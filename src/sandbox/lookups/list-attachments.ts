import { findItem } from '../drafts/find-item.js';
import { denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { odataContext } from '../exchange/odata-context.js';
import { strike } from '../faults/strike.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import { ATTACHMENT_PROPERTIES, attachmentResource } from './attachment-resource.js';
import { attachmentsOf } from './attachments-of.js';
import { readQuery } from './query-options.js';
import { READ_ROLES } from './read-roles.js';

/** `GET /users/{id}/messages/{id}/attachments` (Graph documentation, "List attachments"). */
export function listAttachmentsOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => listAttachments(request, exchange) };
}

async function listAttachments(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  const query = readQuery(request.call.path.query, ['$select'], ATTACHMENT_PROPERTIES);
  if (isDenial(query)) return denied(query);
  return strike('lookup', request, exchange, [item.message], async () => {
    const context = odataContext(request.call, item.mailbox, `messages('${item.id}')/attachments`);
    const value = (await attachmentsOf(item)).map((one) => attachmentResource(one, query.properties));
    return jsonAnswer(200, { '@odata.context': context, value });
  });
}
