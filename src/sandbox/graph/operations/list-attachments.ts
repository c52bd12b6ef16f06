import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/denial.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findItem } from '../common/find-item.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { ATTACHMENT_PROPERTIES, attachmentResource } from '../odata/attachment-resource.js';
import { attachmentsOf } from '../odata/attachments-of.js';
import { readQuery } from '../odata/query-options.js';
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
